//! A running server and another process on one directory: each sees the other's changes, and none is lost.

use super::*;

#[tokio::test]
async fn a_user_removed_elsewhere_is_out_within_a_second() {
    let house = House::with_users().await;
    let session = house.login("bob").await;
    let caller = house.identity.identify(&session.access_token).unwrap();
    let elsewhere = house.another();
    elsewhere.remove_user("bob").await.unwrap();
    house.turn(seconds(1));
    assert!(!house.identity.still_good(&caller));
    assert_eq!(code(house.identity.identify(&session.access_token)), "token_revoked");
    assert_eq!(code(house.identity.refresh(&session.refresh_token).await), "invalid_token");
}

#[tokio::test]
async fn logins_refreshes_and_changes_look_first() {
    let house = House::with_users().await;
    let session = house.login("bob").await;
    let elsewhere = house.another();
    // The clock stands still all the while.
    elsewhere.add_user("cleo", PASSWORD, Role::Viewer).await.unwrap();
    house.login("cleo").await;
    elsewhere.set_password("ada", "another password").await.unwrap();
    assert_eq!(code(house.identity.login("ada", PASSWORD, HOME).await), "invalid_credentials");
    let renewed = elsewhere.refresh(&session.refresh_token).await.unwrap();
    house.identity.refresh(&renewed.refresh_token).await.unwrap();
    elsewhere.remove_user("bob").await.unwrap();
    assert_eq!(code(house.identity.set_role("bob", Role::Viewer).await), "user_not_found");
    assert_eq!(code(house.identity.add_user("CLEO", PASSWORD, Role::Viewer).await), "user_exists");
    elsewhere.remove_user("cleo").await.unwrap();
    assert_eq!(code(house.identity.remove_user("ada").await), "last_admin");
}

/// Versions of equal length that follow each other within one tick of the file system's clock.
#[tokio::test]
async fn every_version_is_noticed() {
    let house = House::with_users().await;
    let elsewhere = house.another();
    elsewhere.set_role("bob", Role::Viewer).await.unwrap();
    for round in 0..50 {
        let name = ["bob", "eve"][round % 2];
        let other = ["eve", "bob"][round % 2];
        elsewhere.remove_user(name).await.unwrap();
        elsewhere.add_user(other, PASSWORD, Role::Viewer).await.unwrap();
        house.turn(seconds(1));
        assert_eq!(house.names(), ["ada", other]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_at_the_same_time_are_all_kept() {
    let house = House::with_users().await;
    let elsewhere = house.another();
    let mut changes = tokio::task::JoinSet::new();
    for number in 0..20 {
        for (identity, where_) in [(&house.identity, "here"), (&elsewhere, "there")] {
            let identity = identity.clone();
            changes.spawn(async move {
                let name = format!("{where_}-{number:02}");
                identity.add_user(&name, PASSWORD, Role::Viewer).await.unwrap();
                let session = identity.login(&name, PASSWORD, HOME).await.unwrap();
                (name, identity.refresh(&session.refresh_token).await.unwrap())
            });
        }
    }
    let mut added = changes.join_all().await;
    added.sort_by(|(a, _), (b, _)| a.cmp(b));
    house.turn(seconds(1));
    let new = added.iter().map(|(name, _)| name.clone());
    let expected: Vec<_> = ["ada", "bob"].map(str::to_owned).into_iter().chain(new).collect();
    for identity in [&house.identity, &elsewhere, &house.another()] {
        assert_eq!(names(identity), expected);
        for (name, session) in &added {
            assert_eq!(identity.identify(&session.access_token).unwrap().name(), name);
        }
    }
}

/// Two processes may both make the first change to an empty directory.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_admin_is_made_by_one_of_two() {
    let house = House::new();
    let elsewhere = house.another();
    let (here, there) = tokio::join!(house.identity.make_first_admin(None), elsewhere.make_first_admin(None));
    let passwords: Vec<_> = [here.unwrap(), there.unwrap()].into_iter().flatten().collect();
    assert_eq!(passwords.len(), 1, "exactly one is told a password");
    for identity in [&house.identity, &elsewhere] {
        let session = identity.login("admin", &passwords[0], HOME).await.unwrap();
        house.turn(seconds(1));
        house.identity.identify(&session.access_token).unwrap();
        elsewhere.identify(&session.access_token).unwrap();
    }
}
