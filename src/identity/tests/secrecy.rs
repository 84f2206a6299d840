//! No secret is in anything that could be printed, and none but digests is in the file.

use std::io::Write;
use std::sync::{Arc, Mutex};

use super::*;
use crate::identity::password::check_length;
use crate::identity::secret::{Digest, RefreshToken};

fn printed(things: &[&dyn std::fmt::Debug]) -> String {
    things.iter().map(|thing| format!("{thing:?}\n{thing:#?}\n")).collect()
}

#[tokio::test]
async fn nothing_printed_has_a_secret_in_it() {
    let house = House::with_users().await;
    let session = house.login("ada").await;
    let caller = house.identity.identify(&session.access_token).unwrap();
    let (view, api_token) = house.identity.create_token("deck", Role::Operator, None, &caller).await.unwrap();
    let renewed = house.identity.refresh(&session.refresh_token).await.unwrap();
    let book = house.identity.0.register.book();
    let token = RefreshToken::parse(&renewed.refresh_token).unwrap();
    let digest = Digest::of(&api_token);
    let errors = [
        house.identity.login("ada", "Wrong Password!", HOME).await.map(|_| ()).unwrap_err(),
        house.identity.identify(&api_token[..30]).map(|_| ()).unwrap_err(),
        house.identity.refresh(&renewed.refresh_token[..30]).await.map(|_| ()).unwrap_err(),
        house.identity.revoke_token(&api_token).await.unwrap_err(),
        check_length("Wrong").unwrap_err(),
    ];
    let users = house.identity.users();
    let mut text = printed(&[&house.identity, &session, &renewed, &caller, &view, &book, &token, &digest, &errors, &users]);
    text.extend(errors.iter().map(|error| format!("{error}\n")));

    let file: serde_json::Value = serde_json::from_slice(&std::fs::read(house.file()).unwrap()).unwrap();
    let mut secrets = vec![
        PASSWORD.to_owned(),
        "Wrong".to_owned(),
        "argon2id".to_owned(),
        file["key"].as_str().unwrap().to_owned(),
        file["tokens"][&view.id]["secret"].as_str().unwrap().to_owned(),
        file["users"]["ada"]["password"].as_str().unwrap().to_owned(),
        api_token[4 + view.id.len() + 1..].to_owned(),
    ];
    for session in [&session, &renewed] {
        secrets.push(session.access_token.rsplit_once('.').unwrap().1.to_owned());
        secrets.push(session.refresh_token[4..26].to_owned());
        secrets.push(session.refresh_token[26..].to_owned());
    }
    for secret in secrets {
        assert!(!secret.is_empty() && !text.contains(&secret), "{secret} is in {text}");
    }
}

#[tokio::test]
async fn the_file_has_nothing_that_opens_a_door() {
    let house = House::with_users().await;
    let session = house.login("ada").await;
    let caller = house.identity.identify(&session.access_token).unwrap();
    let (view, api_token) = house.identity.create_token("deck", Role::Operator, None, &caller).await.unwrap();
    let renewed = house.identity.refresh(&session.refresh_token).await.unwrap();
    let text = std::fs::read_to_string(house.file()).unwrap();
    for secret in
        [PASSWORD, &session.refresh_token[4..26], &renewed.refresh_token[26..], &api_token[4 + view.id.len() + 1..]]
    {
        assert!(!text.contains(secret));
    }
    assert!(!text.contains(&session.access_token));
}

/// What was logged on this thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn listen() -> (Self, tracing::subscriber::DefaultGuard) {
        let log = Self::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

#[tokio::test]
async fn a_failed_login_names_users_but_not_what_was_typed() {
    let house = House::with_users().await;
    let (log, _guard) = Log::listen();
    // A password in the field for the name.
    for (name, password) in [("bob", "Wrong Password!"), ("correct.horse", "Wrong Password!")] {
        assert!(house.identity.0.attempt(name, password, HOME).is_err());
    }
    let text = log.text();
    assert_eq!(text.matches("a login failed").count(), 2, "{text}");
    assert!(text.contains("user=\"bob\"") && text.contains("192.0.2.1"), "{text}");
    assert!(!text.contains("Wrong") && !text.contains("correct.horse"), "{text}");
}

#[tokio::test]
async fn a_damaged_file_is_in_the_log_once() {
    let house = House::with_users().await;
    let good = std::fs::read_to_string(house.file()).unwrap();
    let (log, _guard) = Log::listen();
    for spell in 1..=2 {
        std::fs::write(house.file(), &good[..good.len() / 2]).unwrap();
        for _ in 0..5 {
            house.turn(seconds(1));
            assert_eq!(house.names(), ["ada", "bob"]);
        }
        assert_eq!(log.text().matches("ERROR").count(), spell, "{}", log.text());
        assert!(log.text().contains("it is damaged at line"), "{}", log.text());
        std::fs::write(house.file(), &good).unwrap();
        house.turn(seconds(1));
        house.names();
    }
    assert!(!log.text().contains("argon2id"));
}
