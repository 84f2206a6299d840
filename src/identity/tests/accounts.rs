//! Users: adding, changing, removing, and the first admin.

use super::*;
use crate::identity::book::User;

#[tokio::test]
async fn a_user_is_added_shown_changed_and_removed() {
    let house = House::new();
    assert!(house.identity.nobody_known());
    let bob = house.identity.add_user("Bob@show", PASSWORD, Role::Viewer).await.unwrap();
    assert_eq!((bob.name.as_str(), bob.role, bob.created_at), ("Bob@show", Role::Viewer, START.millis()));
    assert!(!house.identity.nobody_known());
    let bob = house.identity.set_role("bob@SHOW", Role::Operator).await.unwrap();
    assert_eq!((bob.name.as_str(), bob.role), ("Bob@show", Role::Operator));
    assert_eq!(house.identity.users(), [bob]);
    house.identity.set_password("bob@show", "another password").await.unwrap();
    house.identity.login("BOB@show", "another password", HOME).await.unwrap();
    assert_eq!(code(house.identity.login("bob@show", PASSWORD, HOME).await), "invalid_credentials");
    house.identity.remove_user("bob@show").await.unwrap();
    assert!(house.identity.nobody_known());
}

#[tokio::test]
async fn names_and_passwords_have_bounds() {
    let house = House::with_users().await;
    let long = "x".repeat(65);
    for name in ["", "a b", "bob/", "bøb", "bob\n", "..%2f", long.as_str()] {
        assert_eq!(code(house.identity.add_user(name, PASSWORD, Role::Viewer).await), "invalid_user_name", "{name:?}");
    }
    for name in ["x".repeat(64).as_str(), "a_b-c.d@e", "7"] {
        house.identity.add_user(name, PASSWORD, Role::Viewer).await.unwrap();
    }
    assert_eq!(code(house.identity.add_user("BOB", PASSWORD, Role::Viewer).await), "user_exists");
    for password in ["", "1234567", "x".repeat(257).as_str()] {
        assert_eq!(code(house.identity.add_user("new", password, Role::Viewer).await), "weak_password");
        assert_eq!(code(house.identity.set_password("bob", password).await), "weak_password");
    }
    assert_eq!(code(house.identity.set_password("nobody", PASSWORD).await), "user_not_found");
    assert_eq!(code(house.identity.set_role("nobody", Role::Viewer).await), "user_not_found");
    assert_eq!(code(house.identity.remove_user("nobody").await), "user_not_found");
}

#[tokio::test]
async fn a_thousand_users_and_no_more() {
    let house = House::with_users().await;
    let fill = |book: &mut crate::identity::book::Book, _| {
        let bob = book.users["bob"].clone();
        book.users.extend((2..1_000).map(|number| {
            let name = format!("user{number}");
            (name.clone(), User { name, ..bob.clone() })
        }));
        Ok(())
    };
    house.identity.0.register.change(fill).await.unwrap();
    assert_eq!(code(house.identity.add_user("one-more", PASSWORD, Role::Viewer).await), "too_many_users");
    house.identity.remove_user("user2").await.unwrap();
    house.identity.add_user("one-more", PASSWORD, Role::Viewer).await.unwrap();
}

#[tokio::test]
async fn the_last_admin_stays() {
    let house = House::with_users().await;
    assert_eq!(code(house.identity.remove_user("ada").await), "last_admin");
    assert_eq!(code(house.identity.set_role("ADA", Role::Operator).await), "last_admin");
    house.identity.set_role("ada", Role::Admin).await.unwrap();
    house.identity.set_role("bob", Role::Admin).await.unwrap();
    house.identity.set_role("ada", Role::Viewer).await.unwrap();
    assert_eq!(code(house.identity.remove_user("bob").await), "last_admin");
    house.identity.remove_user("ada").await.unwrap();
    assert_eq!(house.names(), ["bob"]);
}

#[tokio::test]
async fn a_removed_user_is_out_at_once_and_a_new_one_of_that_name_gets_nothing_of_theirs() {
    let house = House::with_users().await;
    let session = house.login("bob").await;
    let caller = house.identity.identify(&session.access_token).unwrap();
    house.identity.remove_user("bob").await.unwrap();
    house.identity.add_user("bob", "somebody else's", Role::Operator).await.unwrap();
    assert_eq!(code(house.identity.identify(&session.access_token)), "token_revoked");
    assert_eq!(code(house.identity.refresh(&session.refresh_token).await), "invalid_token");
    assert!(!house.identity.still_good(&caller));
}

#[tokio::test]
async fn a_new_password_ends_the_sessions_of_that_user_only() {
    let house = House::with_users().await;
    let (ada, bob) = (house.login("ada").await, house.login("bob").await);
    house.identity.set_password("bob", "another password").await.unwrap();
    assert_eq!(code(house.identity.identify(&bob.access_token)), "token_revoked");
    assert_eq!(code(house.identity.refresh(&bob.refresh_token).await), "invalid_token");
    house.identity.identify(&ada.access_token).unwrap();
}

#[tokio::test]
async fn the_role_that_counts_is_the_one_of_now() {
    let house = House::with_users().await;
    let session = house.login("bob").await;
    let before = house.identity.identify(&session.access_token).unwrap();
    house.identity.set_role("bob", Role::Viewer).await.unwrap();
    assert!(!house.identity.still_good(&before), "whoever stays connected must be asked again");
    let after = house.identity.identify(&session.access_token).unwrap();
    assert_eq!((before.role(), after.role()), (Role::Operator, Role::Viewer));
    assert!(house.identity.still_good(&after));
}

#[tokio::test]
async fn the_first_admin_is_made_once_and_written_first() {
    let house = House::new();
    let password = house.identity.make_first_admin(None).await.unwrap().expect("there was nobody");
    assert!(password.len() >= 16 && password.is_ascii(), "easy to type");
    assert_eq!(house.identity.make_first_admin(None).await, Ok(None));
    let session = house.another().login("admin", &password, HOME).await.unwrap();
    assert_eq!(session.user.role, Role::Admin);

    let house = House::new();
    assert_eq!(code(house.identity.make_first_admin(Some("short")).await), "weak_password");
    assert_eq!(house.identity.make_first_admin(Some(PASSWORD)).await, Ok(Some(PASSWORD.to_owned())));
    house.login("admin").await;
}

#[test]
fn roles_rise_and_have_names() {
    assert!(Role::Viewer < Role::Operator && Role::Operator < Role::Admin);
    for role in Role::ALL {
        assert_eq!(role.to_string().parse(), Ok(role));
        assert_eq!(serde_json::to_value(role).unwrap(), role.name());
    }
    assert_eq!(code("king".parse::<Role>()), "invalid_role");
}
