//! Fuzz targets: identity.json as anything may have left it, and bearers as anyone may make them up.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::OnceLock;

use serde_json::{Value, json};

use super::book::{Book, user_key};
use super::caller::CallerKind;
use super::error::IdentityError;
use super::jwt::{Claims, SigningKey};
use super::password::Cost;
use super::role::Role;
use super::secret::{RefreshToken, api_token_id};
use super::{Identity, Parts};
use crate::base::clock::Clock;
use crate::base::fuzz::{SECRET, check_code, check_told};
use crate::show::time::ShowTime;

const NOON: ShowTime = ShowTime(1_700_000_000_000_000);
/// 32 bytes in base64url. Seeds hold tokens that are signed with it.
pub const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
/// At the lowest cost, of a password that nobody knows.
const HASH: &str = "$argon2id$v=19$m=8,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$4kL7y1xNf0jHkmpwjB0qSgkwCBpKaoTtbsRcBtbvhmI";

fn place() -> PathBuf {
    let place = std::env::temp_dir().join(format!("marquee-fuzz-{}-{:?}", std::process::id(), std::thread::current().id()));
    std::fs::create_dir_all(&place).expect("there is room");
    place
}

fn open(text: &[u8]) -> Result<Identity, IdentityError> {
    let place = place();
    std::fs::write(place.join("identity.json"), text).expect("there is room");
    let opened = Identity::open_at_cost(&place, Clock::manual(NOON), Cost::NONE);
    std::fs::remove_dir_all(&place).expect("it was made above");
    opened
}

/// A file that has a user, a session, and an API token.
pub fn good_file() -> Value {
    let user = json!({"name": "Ada", "role": "admin", "password": HASH, "created_at": 1});
    let refresh = first_refresh_token();
    let session = json!({"user": "ada", "created_at": 1, "expires_at": NOON.0 * 2, "refresh": refresh.digest(),
        "replaced": [{"refresh": refresh.digest(), "at": NOON.0 - 1}]});
    let token = json!({"name": "lights", "role": "operator", "secret": super::secret::Digest::of(API_TOKEN),
        "created_at": 1, "expires_at": null, "created_by": "Ada"});
    json!({"v": 1, "key": KEY, "users": {"ada": user}, "sessions": {refresh.session_id(): session},
        "tokens": {"0123456789ab": token}})
}

pub const API_TOKEN: &str = "mqt_0123456789ab_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

fn first_refresh_token() -> RefreshToken {
    let text = format!("mqr_{}{}", "A".repeat(22), "B".repeat(43));
    RefreshToken::parse(&text).expect("it has the right length")
}

pub fn access_token() -> String {
    let key = SigningKey::try_from(KEY.to_owned()).expect("a key");
    key.sign(&Claims::new("Ada", Role::Admin, &first_refresh_token().session_id(), NOON))
}

pub fn identity_file(bytes: &[u8]) {
    let identity = match open(bytes) {
        Ok(identity) => identity,
        Err(error) => return check_refused(&error, bytes),
    };
    let book = identity.0.register.book();
    let text = serde_json::to_string(&*book).expect("a book is plain data");
    let again: Book = serde_json::from_str(&text).expect("what is written can be read");
    assert_eq!(again, *book);
    let shown = format!("{} {} {book:?}", json!(identity.users()), json!(identity.tokens()));
    for hidden in hidden_in(&text) {
        assert!(!shown.contains(&hidden), "{hidden} is shown");
    }
    for token in [&access_token(), API_TOKEN] {
        let _ = identity.identify(token).map_err(|error| check_refused(&error, bytes));
    }
    let parts: &Parts = &identity.0;
    for key in book.users.keys() {
        let from = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let _ = parts.attempt(key, "wrong password", from).map(|_| panic!("nobody has this password"));
    }
}

/// Keys, digests and hashes are long; shorter ones may stand elsewhere too.
fn hidden_in(book: &str) -> Vec<String> {
    let book: Value = serde_json::from_str(book).expect("it was written just now");
    let below = |what: &str, field: &str| -> Vec<String> {
        let things = book[what].as_object().expect("a map").values();
        things.filter_map(|thing| Some(thing[field].as_str()?.to_owned())).collect()
    };
    let all =
        [vec![book["key"].as_str().expect("a text").to_owned()], below("users", "password"), below("tokens", "secret")];
    let elsewhere = [below("users", "name"), below("tokens", "name"), below("tokens", "created_by")].concat();
    let is_only_hidden = |text: &String| text.len() > 20 && !elsewhere.iter().any(|other| other.contains(text.as_str()));
    all.concat().into_iter().filter(is_only_hidden).collect()
}

fn check_refused(error: &IdentityError, given: &[u8]) {
    check_code(error.code());
    let told = error.to_string();
    check_told(&told);
    // Whatever the file holds may be a part of a secret, so none of it is repeated.
    let given = String::from_utf8_lossy(given);
    let words = given.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| word.len() > 20);
    words.for_each(|word| assert!(!told.contains(word), "{word} is repeated in {told}"));
}

pub fn bearer(bytes: &[u8]) {
    static IDENTITY: OnceLock<(Identity, String)> = OnceLock::new();
    let make = || (open(good_file().to_string().as_bytes()).expect("a good file"), access_token());
    let (identity, access) = IDENTITY.get_or_init(make);
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match identity.identify(text) {
        Ok(caller) => {
            let issued = if caller.kind() == CallerKind::User { access } else { API_TOKEN };
            assert_eq!(text, issued, "nobody gave this token out");
            assert!(identity.still_good(&caller));
        }
        Err(error) => {
            check_code(error.code());
            assert_eq!(error.to_string(), error.to_string().replace(SECRET, ""));
        }
    }
    if let Some(refresh) = RefreshToken::parse(text) {
        assert_eq!(refresh.as_str(), text);
        assert_eq!(refresh.next().session_id(), refresh.session_id());
        assert!(!format!("{refresh:?}").contains(text));
    }
    assert!(api_token_id(text).is_none_or(|id| text.contains(id)));
    if let Ok(key) = user_key(text) {
        assert_eq!(user_key(&key).ok(), Some(key));
    }
}
