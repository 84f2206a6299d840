//! A song on its way in chunks, and how a music box hears that something is refused.

use serde_json::{Value, json};

use crate::support::chunks::{Session, playlist};
use crate::support::http::{Answer, Http};
use crate::support::server::Server;
use crate::support::uploads::{kept, sha256, sound};

/// The smallest there are.
pub const CHUNK: usize = 64 * 1024;

pub struct Song {
    pub bytes: Vec<u8>,
    pub session: Session,
}

impl Song {
    pub fn begin(server: &Server, bytes: usize, seed: u64) -> Self {
        Self::begin_with(server, bytes, seed, |_, _| {})
    }

    /// In a playlist of its own, with more to say; for which its checksum is at hand.
    pub fn begin_with(server: &Server, bytes: usize, seed: u64, more: impl Fn(&mut Value, &str)) -> Self {
        let mix = playlist(&server.http, &format!("Mix {seed}"));
        Self::ask(&server.http, &mix, sound(bytes, seed), more)
    }

    pub fn begin_in(server: &Server, playlist: &str, bytes: usize, seed: u64) -> Self {
        Self::ask(&server.http, playlist, sound(bytes, seed), |_, _| {})
    }

    fn ask(http: &Http, playlist: &str, bytes: Vec<u8>, more: impl Fn(&mut Value, &str)) -> Self {
        let mut asked = json!({ "filename": "song.wav", "file_size": bytes.len(), "chunk_size": CHUNK });
        more(&mut asked, &sha256(&bytes));
        let session = Session::begin(http, playlist, &asked);
        assert_eq!((session.chunk_size, session.chunks), (CHUNK, bytes.len().div_ceil(CHUNK)));
        Self { bytes, session }
    }

    pub fn chunk(&self, index: usize) -> &[u8] {
        &self.bytes[self.session.bounds(index, self.bytes.len())]
    }

    pub fn sha256(&self) -> String {
        sha256(&self.bytes)
    }

    #[track_caller]
    pub fn is_kept(&self, server: &Server) {
        assert!(kept(server, &self.bytes).is_some_and(|kept| kept == self.bytes), "it is kept as it was");
    }
}

/// In their envelope, and their words.
#[track_caller]
pub fn refused(answer: Answer, status: u16, code: &str, class: &str) {
    let told = answer.json();
    assert_eq!((answer.status, &told["error"]["code"]), (status, &json!(code)), "{told}");
    assert_eq!((&told["status"], &told["error_type"]), (&json!("error"), &json!(class)), "{told}");
    assert!(told["message"].as_str().is_some_and(|message| !message.is_empty()), "{told}");
    assert!(told["timestamp"].is_f64() || told["timestamp"].is_u64(), "{told}");
}
