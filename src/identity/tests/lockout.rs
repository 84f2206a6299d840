//! The wait after failed logins, by a turned clock.

use super::*;

fn address(last: u8) -> IpAddr {
    IpAddr::from([198, 51, 100, last])
}

async fn fail(house: &House, user: &str, from: IpAddr) -> Result<(), u64> {
    match house.identity.login(user, "wrong password", from).await {
        Err(IdentityError::InvalidCredentials) => Ok(()),
        Err(IdentityError::LockedOut { retry_after }) => Err(retry_after.as_secs()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_wait_doubles_and_even_the_right_password_must_wait() {
    let house = House::with_users().await;
    for _ in 0..5 {
        assert_eq!(fail(&house, "bob", HOME).await, Ok(()));
    }
    for wait in [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300] {
        let right = house.identity.login("bob", PASSWORD, HOME).await;
        assert_eq!(right, Err(IdentityError::LockedOut { retry_after: seconds(wait) }));
        house.turn(seconds(wait) - Duration::from_micros(1));
        assert_eq!(fail(&house, "BOB", HOME).await, Err(0), "a microsecond is left");
        house.turn(Duration::from_micros(1));
        assert_eq!(fail(&house, "bob", HOME).await, Ok(()));
    }
    house.turn(seconds(300));
    house.login("bob").await;
    for _ in 0..5 {
        assert_eq!(fail(&house, "bob", HOME).await, Ok(()), "a success clears it");
    }
}

#[tokio::test]
async fn others_need_not_wait() {
    let house = House::with_users().await;
    for _ in 0..5 {
        assert_eq!(fail(&house, "bob", HOME).await, Ok(()));
    }
    assert!(fail(&house, "bob", HOME).await.is_err());
    house.login("ada").await;
    house.identity.login("bob", PASSWORD, address(2)).await.unwrap();
}

#[tokio::test]
async fn one_address_gets_twenty_failures_whoever_it_tries() {
    let house = House::with_users().await;
    for number in 0..20 {
        assert_eq!(fail(&house, &format!("user{number}"), HOME).await, Ok(()));
    }
    assert_eq!(fail(&house, "user20", HOME).await, Err(1));
    assert_eq!(code(house.identity.login("ada", PASSWORD, HOME).await), "locked_out");
    house.identity.login("ada", PASSWORD, address(2)).await.unwrap();
    house.turn(seconds(1));
    house.login("ada").await;
}

#[tokio::test]
async fn unknown_users_and_what_is_no_name_are_locked_out_alike() {
    let house = House::with_users().await;
    let long = "x".repeat(10_000);
    for name in ["nobody", long.as_str()] {
        for _ in 0..5 {
            assert_eq!(fail(&house, name, HOME).await, Ok(()));
        }
        assert_eq!(fail(&house, name, HOME).await, Err(1));
    }
}

/// All of them come before the first has failed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_gets_no_more_guesses_than_a_row() {
    let house = House::with_users().await;
    let mut burst = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let identity = house.identity.clone();
        burst.spawn(async move { identity.login("bob", "wrong password", HOME).await });
    }
    let results = burst.join_all().await;
    let checked = results.iter().filter(|result| **result == Err(IdentityError::InvalidCredentials)).count();
    // Two are checked at a time, so one may begin while the fifth is failing.
    assert!((5..=6).contains(&checked), "{checked}");
}

/// A caller that hangs up has guessed all the same.
#[tokio::test]
async fn hanging_up_does_not_hide_a_failure() {
    let house = House::with_users().await;
    let passwords = &house.identity.0.passwords;
    for _ in 0..5 {
        let mut attempt = Box::pin(house.identity.login("bob", "wrong password", HOME));
        let _ = futures_util::poll!(attempt.as_mut());
        drop(attempt);
        // Both turns are free again only when it has ended.
        drop((passwords.turn().await.unwrap(), passwords.turn().await.unwrap()));
    }
    assert_eq!(fail(&house, "bob", HOME).await, Err(1));
}
