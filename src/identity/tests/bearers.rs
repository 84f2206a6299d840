//! What forgers try, and that it gets them nowhere.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use proptest::prelude::{any, proptest};
use serde_json::{Value, json};

use super::*;
use crate::identity::jwt::{Claims, SigningKey};
use crate::identity::secret::RefreshToken;

struct Parts {
    header: Value,
    claims: Value,
    signature: String,
}

fn take_apart(token: &str) -> Parts {
    let parts: Vec<_> = token.split('.').collect();
    let value = |part: &str| serde_json::from_slice(&BASE64.decode(part).unwrap()).unwrap();
    Parts { header: value(parts[0]), claims: value(parts[1]), signature: parts[2].to_owned() }
}

fn put_together(header: &Value, claims: &Value, signature: &str) -> String {
    format!("{}.{}.{signature}", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()))
}

fn key_of(house: &House) -> Vec<u8> {
    let file: Value = serde_json::from_slice(&std::fs::read(house.file()).unwrap()).unwrap();
    BASE64.decode(file["key"].as_str().unwrap()).unwrap()
}

fn sign(algorithm: Algorithm, claims: &Value, key: &[u8]) -> String {
    encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(key)).unwrap()
}

#[tokio::test]
async fn a_token_says_what_it_should() {
    let house = House::with_users().await;
    let Parts { header, claims, .. } = take_apart(&house.login("Bob").await.access_token);
    assert_eq!(header, json!({"typ": "JWT", "alg": "HS256"}));
    assert_eq!((&claims["iss"], &claims["sub"], &claims["role"]), (&json!("marquee"), &json!("bob"), &json!("operator")));
    assert_eq!((&claims["iat"], &claims["exp"]), (&json!(1_800_000_000), &json!(1_800_000_601)));
}

#[tokio::test]
async fn forged_tokens_are_refused() {
    let house = House::with_users().await;
    let token = house.login("bob").await.access_token;
    let Parts { header, claims, signature } = take_apart(&token);
    let mut admin = claims.clone();
    admin["sub"] = json!("ada");
    let key = key_of(&house);
    let without = |claim: &str| {
        let mut claims = claims.clone();
        claims.as_object_mut().unwrap().remove(claim);
        sign(Algorithm::HS256, &claims, &key)
    };
    let with = |claim: &str, value: Value| {
        let mut claims = claims.clone();
        claims[claim] = value;
        sign(Algorithm::HS256, &claims, &key)
    };
    for (what, forged) in [
        ("no algorithm, no signature", put_together(&json!({"typ": "JWT", "alg": "none"}), &claims, "")),
        ("no algorithm, signed", put_together(&json!({"typ": "JWT", "alg": "none"}), &claims, &signature)),
        ("None", put_together(&json!({"alg": "None"}), &claims, "")),
        ("no alg at all", put_together(&json!({"typ": "JWT"}), &claims, &signature)),
        ("another claimed algorithm", put_together(&json!({"alg": "HS512"}), &claims, &signature)),
        ("HS384 with the right key", sign(Algorithm::HS384, &claims, &key)),
        ("HS512 with the right key", sign(Algorithm::HS512, &claims, &key)),
        ("RS256 claimed", put_together(&json!({"alg": "RS256"}), &claims, &signature)),
        ("another key", SigningKey::new().sign(&serde_json::from_value::<Claims>(claims.clone()).unwrap())),
        ("an empty key", sign(Algorithm::HS256, &claims, b"")),
        ("another payload", put_together(&header, &admin, &signature)),
        ("no signature", put_together(&header, &claims, "")),
        ("cut off", token[..token.len() - 1].to_owned()),
        ("two parts", token.rsplit_once('.').unwrap().0.to_owned()),
        ("four parts", format!("{token}.{signature}")),
        ("with a space", format!(" {token}")),
        ("another issuer", with("iss", json!("elsewhere"))),
        ("a list of issuers", with("iss", json!(["marquee", "elsewhere"]))),
        ("someone else's session", with("sub", json!("ada"))),
        ("a role that is none", with("role", json!("king"))),
        ("time as text", with("exp", json!("1900000000"))),
        ("no issuer", without("iss")),
        ("no session", without("sid")),
        ("no end", without("exp")),
        ("no beginning", without("iat")),
        ("nothing", String::new()),
        ("dots", "..".to_owned()),
        ("much", "a".repeat(1 << 20)),
    ] {
        assert_eq!(code(house.identity.identify(&forged)), "invalid_token", "{what}");
    }
    assert_eq!(code(house.identity.identify(&with("sid", json!("another")))), "token_revoked");
    assert_eq!(code(house.identity.identify(&with("exp", json!(i64::MIN)))), "token_expired");
    let promoted = house.identity.identify(&with("role", json!("admin"))).unwrap();
    assert_eq!(promoted.role(), Role::Operator, "the claim decides nothing");
    house.identity.identify(&token).unwrap();
}

#[tokio::test]
async fn a_token_of_another_house_is_none_here() {
    let (here, there) = (House::with_users().await, House::with_users().await);
    let session = there.login("bob").await;
    assert_eq!(code(here.identity.identify(&session.access_token)), "invalid_token");
    assert_eq!(code(here.identity.refresh(&session.refresh_token).await), "invalid_token");
}

#[tokio::test]
async fn a_restart_ends_no_session() {
    let house = House::with_users().await;
    let session = house.login("bob").await;
    let again = house.another();
    assert_eq!(again.identify(&session.access_token).unwrap().name(), "bob");
    again.refresh(&session.refresh_token).await.unwrap();
}

#[tokio::test]
async fn a_refresh_token_opens_nothing_by_itself() {
    let house = House::with_users().await;
    assert_eq!(code(house.identity.identify(&house.login("bob").await.refresh_token)), "invalid_token");
}

#[tokio::test]
async fn the_open_house_closes_when_someone_is_known() {
    let house = House::new();
    let anonymous = Caller::anonymous_admin();
    assert_eq!((anonymous.role(), anonymous.kind()), (Role::Admin, crate::identity::CallerKind::Anonymous));
    assert!(house.identity.still_good(&anonymous));
    house.identity.add_user("ada", PASSWORD, Role::Admin).await.unwrap();
    assert!(!house.identity.still_good(&anonymous));
}

proptest! {
    /// Whatever comes over the wire is refused, and breaks nothing.
    #[test]
    fn noise_is_nobody(noise in any::<String>()) {
        let house = House::new();
        for prefix in ["", "mqt_", "mqr_", "mqt_0123456789ab_", "eyJhbGciOiJIUzI1NiJ9."] {
            let bearer = format!("{prefix}{noise}");
            assert_eq!(code(house.identity.identify(&bearer)), "invalid_token");
            if let Some(token) = RefreshToken::parse(&bearer) {
                assert_eq!(token.next().session_id(), token.session_id());
            }
        }
    }
}
