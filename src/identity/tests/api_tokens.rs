//! API tokens: made, used, expired, revoked.

use super::*;

#[tokio::test]
async fn an_api_token_is_shown_once_and_works_until_it_is_revoked() {
    let house = House::with_users().await;
    let ada = house.caller("ada").await;
    let (view, secret) = house.identity.create_token("stream deck", Role::Operator, None, &ada).await.unwrap();
    assert!(secret.starts_with(&format!("mqt_{}_", view.id)));
    assert_eq!((view.name.as_str(), view.created_by.as_str(), view.expires_at), ("stream deck", "ada", None));
    assert_eq!(house.identity.tokens(), std::slice::from_ref(&view));
    let caller = house.identity.identify(&secret).unwrap();
    assert_eq!((caller.name(), caller.role()), ("stream deck", Role::Operator));
    assert_eq!(caller.kind(), crate::identity::CallerKind::ApiToken);
    assert_eq!(code(house.identity.logout(&caller).await), "no_session");
    // Whoever made it may go; it stays until it is revoked.
    house.identity.set_role("bob", Role::Admin).await.unwrap();
    house.identity.remove_user("ada").await.unwrap();
    assert!(house.identity.still_good(&caller));
    house.identity.revoke_token(&view.id).await.unwrap();
    assert!(!house.identity.still_good(&caller));
    assert_eq!(code(house.identity.identify(&secret)), "invalid_token");
    assert_eq!(code(house.identity.revoke_token(&view.id).await), "token_not_found");
}

#[tokio::test]
async fn an_api_token_ends_when_it_was_said_to() {
    let house = House::with_users().await;
    let ada = house.caller("ada").await;
    let expires_at = START.plus(days(1));
    let (view, secret) = house.identity.create_token("guest", Role::Viewer, Some(expires_at), &ada).await.unwrap();
    assert_eq!(view.expires_at, Some(expires_at.millis()));
    let caller = house.identity.identify(&secret).unwrap();
    house.turn(days(1) - Duration::from_micros(1));
    assert!(house.identity.still_good(&caller));
    house.turn(Duration::from_micros(1));
    assert_eq!(code(house.identity.identify(&secret)), "token_expired");
    assert_eq!(house.identity.check_again(&caller), Err(IdentityError::TokenExpired));
    let late = house.identity.create_token("late", Role::Viewer, Some(expires_at), &ada).await;
    assert_eq!(code(late), "invalid_expiry");
}

#[tokio::test]
async fn almost_an_api_token_is_none() {
    let house = House::with_users().await;
    let ada = house.caller("ada").await;
    let (view, secret) = house.identity.create_token("one", Role::Admin, None, &ada).await.unwrap();
    let (other, _) = house.identity.create_token("two", Role::Viewer, None, &ada).await.unwrap();
    let bare = secret.rsplit_once('_').map_or("", |(before, _)| before);
    for forged in [
        "mqt_".to_owned(),
        "mqt__".to_owned(),
        format!("mqt_{}", view.id),
        format!("mqt_{}_", view.id),
        format!("{bare}_wrong"),
        secret[..secret.len() - 1].to_owned(),
        format!("{secret}x"),
        secret.replace(&view.id, &other.id),
        secret.to_uppercase(),
    ] {
        assert_eq!(code(house.identity.identify(&forged)), "invalid_token", "{forged}");
    }
}

#[tokio::test]
async fn names_and_number_are_bounded() {
    let house = House::with_users().await;
    let ada = house.caller("ada").await;
    let long = "ä".repeat(65);
    for name in ["", "two\nlines", long.as_str()] {
        assert_eq!(code(house.identity.create_token(name, Role::Viewer, None, &ada).await), "invalid_token_name");
    }
    let mut ids = Vec::new();
    for _ in 0..256 {
        ids.push(house.identity.create_token("same name", Role::Viewer, None, &ada).await.unwrap().0.id);
    }
    assert_eq!(code(house.identity.create_token("one more", Role::Viewer, None, &ada).await), "too_many_tokens");
    house.identity.revoke_token(&ids[0]).await.unwrap();
    house.identity.create_token("one more", Role::Viewer, None, &ada).await.unwrap();
}

#[tokio::test]
async fn a_token_alone_closes_the_open_house() {
    let house = House::new();
    let anonymous = Caller::anonymous_admin();
    let (_, secret) = house.identity.create_token("first", Role::Admin, None, &anonymous).await.unwrap();
    assert!(!house.identity.nobody_known());
    assert_eq!(house.identity.identify(&secret).unwrap().role(), Role::Admin);
}
