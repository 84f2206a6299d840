//! Logging in, staying in by refreshing, and getting out; all by a turned clock.

use super::*;

#[tokio::test]
async fn a_login_gives_a_short_token_and_a_long_one() {
    let house = House::with_users().await;
    let session = house.login("Bob").await;
    assert_eq!((session.expires_in, session.refresh_expires_in), (seconds(600), days(30)));
    assert_eq!((session.user.name.as_str(), session.user.role), ("bob", Role::Operator));
    let caller = house.identity.identify(&session.access_token).unwrap();
    assert_eq!((caller.name(), caller.role()), ("bob", Role::Operator));
    assert_eq!(caller.kind(), crate::identity::CallerKind::User);
    for (user, password) in [("bob", "wrong password"), ("nobody", PASSWORD), ("", ""), ("bob", ""), ("böb", PASSWORD)] {
        assert_eq!(house.identity.login(user, password, HOME).await, Err(IdentityError::InvalidCredentials));
    }
}

#[tokio::test]
async fn an_access_token_lasts_its_time_and_no_longer() {
    let house = House::with_users().await;
    let session = house.login("bob").await;
    let caller = house.identity.identify(&session.access_token).unwrap();
    house.turn(session.expires_in);
    house.identity.identify(&session.access_token).unwrap();
    assert!(house.identity.still_good(&caller));
    house.turn(seconds(1));
    assert_eq!(code(house.identity.identify(&session.access_token)), "token_expired");
    assert!(house.identity.still_good(&caller), "a connection outlives the token that it was made with");
}

#[tokio::test]
async fn refreshing_goes_on_for_as_long_as_it_is_done() {
    let house = House::with_users().await;
    let mut session = house.login("bob").await;
    for _ in 0..4 {
        house.turn(days(29));
        let next = house.identity.refresh(&session.refresh_token).await.unwrap();
        assert_ne!(next.refresh_token, session.refresh_token);
        house.identity.identify(&next.access_token).unwrap();
        session = next;
    }
    house.turn(days(30));
    assert_eq!(code(house.identity.refresh(&session.refresh_token).await), "token_expired");
    // A write takes what has run out with it.
    house.login("ada").await;
    assert_eq!(code(house.identity.refresh(&session.refresh_token).await), "invalid_token");
}

#[tokio::test]
async fn an_older_access_token_lives_on_after_a_refresh() {
    let house = House::with_users().await;
    let session = house.login("bob").await;
    house.identity.refresh(&session.refresh_token).await.unwrap();
    house.identity.identify(&session.access_token).unwrap();
}

#[tokio::test]
async fn a_lost_answer_is_given_again_for_half_a_minute() {
    let house = House::with_users().await;
    let first = house.login("bob").await;
    let lost = house.identity.refresh(&first.refresh_token).await.unwrap();
    house.turn(seconds(20));
    let again = house.identity.refresh(&first.refresh_token).await.unwrap();
    assert_ne!(lost.refresh_token, again.refresh_token);
    house.turn(seconds(10));
    // Another tab had got the answer that seemed lost: it was replaced ten seconds ago.
    let other_tab = house.identity.refresh(&lost.refresh_token).await.unwrap();
    house.turn(seconds(600));
    house.identity.refresh(&other_tab.refresh_token).await.unwrap();
}

#[tokio::test]
async fn the_grace_is_counted_from_the_first_replacement() {
    let house = House::with_users().await;
    let first = house.login("bob").await;
    house.identity.refresh(&first.refresh_token).await.unwrap();
    house.turn(seconds(25));
    house.identity.refresh(&first.refresh_token).await.unwrap();
    house.turn(seconds(6));
    assert_eq!(code(house.identity.refresh(&first.refresh_token).await), "token_revoked");
}

#[tokio::test]
async fn a_spent_token_that_comes_late_ends_the_whole_session() {
    let house = House::with_users().await;
    // However often it was replaced meanwhile.
    for rotations in [1, 2, 20] {
        let stolen = house.login("bob").await;
        let other = house.login("bob").await;
        let mut newest = stolen.clone();
        for _ in 0..rotations {
            house.turn(seconds(31));
            newest = house.identity.refresh(&newest.refresh_token).await.unwrap();
        }
        house.turn(seconds(31));
        assert_eq!(code(house.identity.refresh(&stolen.refresh_token).await), "token_revoked");
        assert_eq!(code(house.identity.refresh(&newest.refresh_token).await), "invalid_token");
        assert_eq!(code(house.identity.identify(&newest.access_token)), "token_revoked");
        house.identity.refresh(&other.refresh_token).await.unwrap();
    }
}

#[tokio::test]
async fn rotating_in_a_rush_is_bounded_and_harmless() {
    let house = House::with_users().await;
    let first = house.login("bob").await;
    let mut newest = first.clone();
    for _ in 0..100 {
        newest = house.identity.refresh(&newest.refresh_token).await.unwrap();
    }
    let text = std::fs::read_to_string(house.file()).unwrap();
    assert_eq!(text.matches("\"at\"").count(), 8);
    house.identity.refresh(&newest.refresh_token).await.unwrap();
    assert_eq!(code(house.identity.refresh(&first.refresh_token).await), "token_revoked");
}

#[tokio::test]
async fn what_is_no_refresh_token_ends_nothing() {
    let house = House::with_users().await;
    let session = house.login("bob").await;
    let flipped = format!("{}A", &session.refresh_token[..session.refresh_token.len() - 1]);
    let strangers = format!("mqr_{}", "A".repeat(65));
    let cut = &session.refresh_token[..session.refresh_token.len() - 1];
    for token in ["", "mqr_", &strangers, cut, &session.access_token, "mqr_ä", &session.refresh_token[4..]] {
        assert_eq!(code(house.identity.refresh(token).await), "invalid_token", "{token}");
    }
    house.identity.refresh(&session.refresh_token).await.unwrap();
    // Who knows the first half, which a session's tokens share, has had one of them.
    if flipped != session.refresh_token {
        assert_eq!(code(house.identity.refresh(&flipped).await), "token_revoked");
    }
}

#[tokio::test]
async fn a_logout_ends_one_session_at_once() {
    let house = House::with_users().await;
    let (here, there) = (house.login("bob").await, house.login("bob").await);
    let caller = house.identity.identify(&here.access_token).unwrap();
    house.identity.logout(&caller).await.unwrap();
    assert_eq!(code(house.identity.identify(&here.access_token)), "token_revoked");
    assert_eq!(code(house.identity.refresh(&here.refresh_token).await), "invalid_token");
    assert!(!house.identity.still_good(&caller));
    house.identity.identify(&there.access_token).unwrap();
    house.identity.logout(&caller).await.unwrap();
    assert_eq!(code(house.identity.logout(&Caller::anonymous_admin()).await), "no_session");
}

#[tokio::test]
async fn sixty_four_sessions_and_the_least_used_goes() {
    let house = House::with_users().await;
    let ada = house.login("ada").await;
    let mut sessions = Vec::new();
    for _ in 0..64 {
        house.turn(seconds(1));
        sessions.push(house.login("bob").await);
    }
    house.turn(seconds(1));
    house.identity.refresh(&sessions[0].refresh_token).await.unwrap();
    house.login("bob").await;
    assert_eq!(code(house.identity.identify(&sessions[1].access_token)), "token_revoked");
    for session in [&ada, &sessions[0], &sessions[2], &sessions[63]] {
        house.identity.identify(&session.access_token).unwrap();
    }
}
