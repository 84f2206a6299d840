//! Cards of a real pcscd start playlists: tied, taken over, tapped, held and taken away.

use serde_json::{Value, json};

use crate::support::server::Server;
use crate::support::uploads::sound;
use crate::support::vpcd::{FakeCard, Pcscd, alone};
use crate::support::{PATIENCE, eventually};

const CARD: (&str, [u8; 7]) = ("04010203040506", [0x04, 1, 2, 3, 4, 5, 6]);
const OTHER: (&str, [u8; 4]) = ("DEADBEEF", [0xde, 0xad, 0xbe, 0xef]);

struct House {
    server: Server,
    pcscd: Pcscd,
}

impl House {
    /// With two playlists of a track that is longer than a test.
    fn open() -> Self {
        let (pcscd, server) = (Pcscd::start(), Server::start(&["--rate-limit", "off"]));
        for (seed, id) in [(1, "first"), (2, "second")] {
            let song = server.http.upload("/api/assets", "song.wav", &sound(20_000_000, seed)).ok().json();
            let tracks = json!([{"asset": song["id"]}]);
            server.http.post("/api/playlists", &json!({"id": id, "title": id, "tracks": tracks})).ok();
        }
        let house = Self { server, pcscd };
        house.until("the reader is found", |_, nfc| nfc["reader_available"] == true);
        house
    }

    fn data(&self, path: &str) -> Value {
        self.server.http.get(path).ok().json()["data"].clone()
    }

    /// Of the player, and of the readers.
    #[track_caller]
    fn until(&self, what: &str, is_so: impl Fn(&Value, &Value) -> bool) {
        eventually(what, PATIENCE, || is_so(&self.data("/api/player/status"), &self.data("/api/nfc/status")).then_some(()));
    }

    #[track_caller]
    fn plays(&self, playlist: &str) {
        self.until(&format!("{playlist} plays"), |player, _| {
            player["active_playlist_id"] == playlist && player["state"] == "playing"
        });
    }

    #[track_caller]
    fn is(&self, state: &str) {
        self.until(state, |player, _| player["state"] == state);
    }

    fn scan(&self, wish: &Value) -> String {
        self.server.http.post("/api/nfc/scan", wish).ok().json()["data"]["scan_id"].as_str().unwrap().to_owned()
    }

    #[track_caller]
    fn ends(&self, scan: &str, state: &str) {
        self.until(state, |_, nfc| nfc["last_session"]["assoc_id"] == scan && nfc["last_session"]["state"] == state);
    }

    /// Which tag starts it.
    fn tag_of(&self, playlist: &str) -> Value {
        self.data(&format!("/api/playlists/{playlist}"))["playlist"]["nfc_tag_id"].clone()
    }

    /// Waits until the reader has seen the card, too.
    fn put(&self, (name, uid): (&str, &[u8])) -> FakeCard {
        let card = FakeCard::with_uid(0, uid);
        self.until(&format!("{name} is seen"), |_, nfc| nfc["readers"][0]["present"] == name);
        card
    }

    fn take(&self, card: FakeCard) {
        drop(card);
        self.until("it is gone", |_, nfc| nfc["readers"][0]["present"].is_null());
    }

    fn tap(&self, card: (&str, &[u8])) {
        let card = self.put(card);
        self.take(card);
    }

    /// Ties the card to a playlist by laying it on.
    fn tie(&self, card: (&str, &[u8]), playlist: &str) {
        let scan = self.scan(&json!({"playlist_id": playlist}));
        self.tap(card);
        self.ends(&scan, "success");
    }
}

#[test]
fn a_card_is_tied_taken_over_and_starts_its_playlist() {
    alone(module_path!(), "a_card_is_tied_taken_over_and_starts_its_playlist", || {
        let house = House::open();
        let card = (CARD.0, &CARD.1[..]);
        house.tie(card, "first");
        assert_eq!((house.tag_of("first"), house.tag_of("second")), (json!(CARD.0), json!(null)));
        assert_eq!(house.data("/api/player/status")["state"], "stopped", "a card that is being tied starts nothing");
        house.tap(card);
        house.plays("first");
        // Another playlist's card is not taken unasked; whoever asks for it then need not show it again.
        let scan = house.scan(&json!({"playlist_id": "second"}));
        house.tap(card);
        house.ends(&scan, "duplicate");
        assert_eq!(house.data("/api/nfc/status")["last_session"]["existing_playlist"]["id"], "first");
        let scan = house.scan(&json!({"playlist_id": "second", "replace": true}));
        house.ends(&scan, "success");
        assert_eq!((house.tag_of("first"), house.tag_of("second")), (json!(null), json!(CARD.0)));
        house.tap(card);
        house.plays("second");
        // Nobody comes, or somebody thinks better of it.
        let scan = house.scan(&json!({"playlist_id": "first", "timeout_ms": 1_000}));
        house.ends(&scan, "timeout");
        let scan = house.scan(&json!({"playlist_id": "first"}));
        house.server.http.send("DELETE", &format!("/api/nfc/session/{scan}"), None, Vec::new()).ok();
        house.ends(&scan, "cancelled");
        house.tap((OTHER.0, &OTHER.1));
        assert_eq!(house.tag_of("first"), json!(null), "it was called off");
    });
}

#[test]
fn what_taking_away_and_coming_back_mean_is_as_it_was_set_also_while_pcscd_starts_anew() {
    alone(module_path!(), "what_taking_away_and_coming_back_mean_is_as_it_was_set_also_while_pcscd_starts_anew", || {
        let mut house = House::open();
        let card = (CARD.0, &CARD.1[..]);
        house.tie(card, "first");
        house.tie((OTHER.0, &OTHER.1), "second");
        let wish = json!({"on_removal": "pause", "second_tap": "toggle", "debounce_ms": 0});
        house.server.http.patch("/api/nfc/settings", &wish).ok();
        let lies = house.put(card);
        house.plays("first");
        // pcscd goes and comes back while the card lies there: nothing is heard of it.
        house.pcscd.kill();
        house.until("the readers are away", |_, nfc| nfc["reader_available"] == false);
        house.pcscd.go();
        house.until("the card is seen again", |_, nfc| nfc["readers"][0]["present"] == CARD.0);
        house.plays("first");
        let play = house.data("/api/player/status")["play"].clone();
        house.take(lies);
        house.is("paused");
        let lies = house.put(card);
        house.plays("first");
        assert_eq!(house.data("/api/player/status")["play"], play, "it goes on where it was");
        house.take(lies);
        house.is("paused");
        // The other one, quickly.
        house.tap((OTHER.0, &OTHER.1));
        house.until("the second was begun", |player, _| player["active_playlist_id"] == "second");
    });
}
