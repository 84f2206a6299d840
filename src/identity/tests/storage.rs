//! The file: when it is made, who may read it, and what happens when it is damaged, newer, or gone.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::*;

fn files(house: &House) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(house.dir.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn open(house: &House) -> Result<Identity, IdentityError> {
    Identity::open_at_cost(house.dir.path(), house.clock.clone(), Cost::NONE)
}

#[tokio::test]
async fn nothing_is_made_before_something_is_kept() {
    let house = House::new();
    house.identity.nobody_known();
    assert_eq!(code(house.identity.login("bob", PASSWORD, HOME).await), "invalid_credentials");
    assert_eq!(code(house.identity.refresh(&format!("mqr_{}", "A".repeat(65))).await), "invalid_token");
    assert_eq!(code(house.identity.identify("mqt_a_b")), "invalid_token");
    assert_eq!(code(house.identity.add_user("bob", "short", Role::Viewer).await), "weak_password");
    assert_eq!(files(&house), Vec::<String>::new());
    house.identity.add_user("bob", PASSWORD, Role::Viewer).await.unwrap();
    assert_eq!(files(&house), ["identity.json", "identity.lock"]);
}

#[tokio::test]
async fn a_directory_is_made_with_the_first_user() {
    let house = House::new();
    let deep = house.dir.path().join("not/yet");
    let identity = Identity::open_at_cost(&deep, house.clock.clone(), Cost::NONE).unwrap();
    identity.add_user("bob", PASSWORD, Role::Viewer).await.unwrap();
    assert!(deep.join("identity.json").is_file());
}

#[tokio::test]
async fn only_the_owner_may_read_it_whatever_was_there() {
    let house = House::new();
    // What a crash has left: a temporary file of anyone's, half written.
    let leftover = house.dir.path().join("identity.json.new");
    fs::write(&leftover, "{\"v\": 1, \"us").unwrap();
    fs::set_permissions(&leftover, fs::Permissions::from_mode(0o666)).unwrap();
    assert!(open(&house).unwrap().nobody_known(), "it is not read");
    house.identity.add_user("bob", PASSWORD, Role::Viewer).await.unwrap();
    for name in ["identity.json", "identity.lock"] {
        let mode = fs::metadata(house.dir.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    assert_eq!(files(&house), ["identity.json", "identity.lock"]);
    fs::write(&leftover, "half").unwrap();
    assert_eq!(names(&open(&house).unwrap()), ["bob"]);
}

#[tokio::test]
async fn a_newer_format_is_refused_and_not_touched() {
    let house = House::with_users().await;
    let newer = "{\"v\": 2, \"everything\": \"is different\"}";
    fs::write(house.file(), newer).unwrap();
    let error = open(&house).expect_err("it is refused");
    assert!(error.to_string().contains("newer marquee (format 2, this one knows 1)"), "{error}");
    assert_eq!(error.code(), "identity_storage");
    assert_eq!(code(house.identity.add_user("cleo", PASSWORD, Role::Viewer).await), "identity_storage");
    assert_eq!(fs::read_to_string(house.file()).unwrap(), newer);
}

#[tokio::test]
async fn a_file_that_is_damaged_while_running_lets_nobody_in_or_out() {
    let house = House::with_users().await;
    let session = house.login("bob").await;
    let good = fs::read_to_string(house.file()).unwrap();
    for damaged in ["", "{", "null", "{\"v\": 1}", &good.replace("\"key\": \"", "\"key\": \"x"), &good.replace("users", "u")]
    {
        fs::write(house.file(), damaged).unwrap();
        house.turn(seconds(1));
        house.identity.identify(&session.access_token).unwrap();
        assert!(!house.identity.nobody_known());
        assert_eq!(code(house.identity.set_role("bob", Role::Viewer).await), "identity_storage");
        assert_eq!(fs::read_to_string(house.file()).unwrap(), damaged, "what can not be read is not written over");
        assert_eq!(code(open(&house)), "identity_storage");
    }
    fs::write(house.file(), good.replace("operator", "viewer")).unwrap();
    house.turn(seconds(1));
    assert_eq!(house.identity.identify(&session.access_token).unwrap().role(), Role::Viewer, "mended by hand");
}

#[tokio::test]
async fn a_file_that_is_gone_while_running_opens_nothing() {
    let house = House::with_users().await;
    let session = house.login("bob").await;
    fs::remove_file(house.file()).unwrap();
    house.turn(seconds(1));
    assert!(!house.identity.nobody_known());
    house.identity.identify(&session.access_token).unwrap();
    house.identity.refresh(&session.refresh_token).await.unwrap();
    assert_eq!(names(&open(&house).unwrap()), ["ada", "bob"], "the next change puts it back");
}

#[tokio::test]
async fn a_write_that_fails_changes_nothing() {
    let house = House::with_users().await;
    // A directory stands where the temporary file would go; permissions would not stop root.
    fs::create_dir(house.dir.path().join("identity.json.new")).unwrap();
    let refused = house.identity.add_user("cleo", PASSWORD, Role::Viewer).await;
    assert_eq!(refused.as_ref().expect_err("it is refused").kind(), crate::identity::Kind::Storage);
    assert_eq!(house.names(), ["ada", "bob"]);
    assert_eq!(names(&open(&house).unwrap()), ["ada", "bob"]);
    fs::remove_dir(house.dir.path().join("identity.json.new")).unwrap();
    house.identity.add_user("cleo", PASSWORD, Role::Viewer).await.unwrap();
}

#[tokio::test]
async fn what_changes_nothing_writes_nothing() {
    let house = House::with_users().await;
    let before = fs::metadata(house.file()).unwrap().modified().unwrap();
    house.identity.set_role("bob", Role::Operator).await.unwrap();
    assert_eq!(fs::metadata(house.file()).unwrap().modified().unwrap(), before);
}
