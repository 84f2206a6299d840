//! A client of the older design, word by word: what it sends, and what it reads.

use serde_json::{Value, json};

use crate::support::chunks::{FORM, RAW, form};
use crate::support::http::{Answer, Http};
use crate::support::server::Server;
use crate::support::uploads::{sha256, sound};

const BYTES: usize = 1_500_000;
/// What it sends at once where it does not care.
const CHUNK: usize = 1_048_576;

#[track_caller]
fn says(told: &Value, expected: &Value) {
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(told.get(field), Some(value), "{field} in {told}");
    }
}

/// What is in the envelope.
#[track_caller]
fn opened(answer: &Answer, status: u16) -> Value {
    assert_eq!(answer.status, status, "{}", answer.text());
    let envelope = answer.json();
    let seconds = envelope["timestamp"].as_f64().unwrap();
    assert!((1.0e9..1.0e11).contains(&seconds), "Unix seconds: {envelope}");
    assert!(envelope["status"] == "success" && envelope["message"].is_string(), "{envelope}");
    assert!(envelope["server_seq"].is_u64() && envelope["request_id"].is_string(), "{envelope}");
    envelope["data"].clone()
}

fn begin(http: &Http, playlist: &str) -> Value {
    let asked = json!({ "filename": "Moon.wav", "file_size": BYTES, "chunk_size": null, "file_hash": null });
    let data = opened(&http.post(&format!("/api/playlists/{playlist}/uploads/session"), &asked), 201);
    says(&data, &json!({ "chunk_size": CHUNK, "total_chunks": 2, "expected_chunks": 2 }));
    data["session_id"].clone()
}

#[test]
fn it_gets_its_song_through() {
    let server = Server::start(&[]);
    let (http, bytes) = (&server.http, sound(BYTES, 1));
    let made = http.post("/api/playlists", &json!({ "title": "Bedtime", "client_op_id": "op-1" }));
    assert_eq!(made.json()["client_op_id"], "op-1");
    let mix = opened(&made, 201)["playlist"]["id"].as_str().unwrap().to_owned();
    let session = begin(http, &mix);
    let path = format!("/api/playlists/{mix}/uploads/{}", session.as_str().unwrap());
    let put = |index: usize, kind, body| opened(&http.send("PUT", &format!("{path}/chunks/{index}"), kind, body), 200);
    let first = put(0, Some(RAW), bytes[..CHUNK].to_vec());
    says(&first, &json!({ "chunk_index": 0, "received_size": CHUNK, "complete": false }));
    assert!((69.0..71.0).contains(&first["progress"].as_f64().unwrap()), "{first}");
    check_half(&opened(&http.get(&path), 200), &session);
    let second = put(1, Some(FORM), form("file", "blob", &bytes[CHUNK..]));
    says(&second, &json!({ "chunk_index": 1, "received_size": BYTES - CHUNK, "progress": 100.0, "complete": true }));
    let asked = json!({ "file_hash": sha256(&bytes), "metadata_override": { "title": "Moon", "artist": "Ida" },
        "client_op_id": "op-2" });
    let finalized = http.post(&format!("{path}/finalize"), &asked);
    assert_eq!(finalized.json()["client_op_id"], "op-2");
    let track = opened(&finalized, 200);
    check_track(&track, &session);
    assert_eq!(http.get(track["file_path"].as_str().unwrap()).ok().body, bytes);
    let told = opened(&http.get(&format!("/api/playlists/{mix}")), 200)["playlist"].clone();
    assert_eq!((&told["track_count"], &told["tracks"][0]["id"]), (&json!(1), &track["id"]));
    says(&opened(&http.get(&path), 200), &json!({ "status": "completed", "progress_percent": 100.0 }));
    let path = format!("/api/uploads/sessions/{}", session.as_str().unwrap());
    opened(&http.send("DELETE", &path, None, Vec::new()), 200);
}

#[track_caller]
fn check_half(told: &Value, session: &Value) {
    says(
        told,
        &json!({ "session_id": session, "filename": "Moon.wav", "file_size": BYTES, "bytes_uploaded": CHUNK,
            "chunks_total": 2, "chunks_uploaded": 1, "status": "uploading", "error_message": null }),
    );
    for field in ["created_at", "updated_at"] {
        assert!(told[field].as_str().is_some_and(|time| time.contains('T') && time.ends_with('Z')), "{field} in {told}");
    }
}

/// The track's fields, and the same again in `track`.
#[track_caller]
fn check_track(told: &Value, session: &Value) {
    says(
        told,
        &json!({ "title": "Moon", "artist": "Ida", "filename": "Moon.wav", "file_size": BYTES, "track_number": 1,
            "number": 1, "play_count": 0, "session_id": session }),
    );
    for field in ["id", "duration_ms", "file_path", "file_hash", "album", "created_at", "updated_at", "server_seq"] {
        assert!(told.get(field).is_some() && told["track"].get(field) == told.get(field), "{field} in {told}");
    }
}

#[test]
fn whatever_it_calls_its_bytes_they_are_bytes() {
    let server = Server::start(&[]);
    let (http, bytes) = (&server.http, sound(BYTES, 2));
    let mix = opened(&http.post("/api/playlists", &json!({ "title": "Bedtime" })), 201)["playlist"]["id"].clone();
    let session = begin(http, mix.as_str().unwrap());
    let path = format!("/api/playlists/{}/uploads/{}", mix.as_str().unwrap(), session.as_str().unwrap());
    // Libraries send these where nobody says what it is.
    for kind in [Some("application/x-www-form-urlencoded"), Some("application/json"), Some("audio/wav"), None] {
        let first = http.send("PUT", &format!("{path}/chunks/0"), kind, bytes[..CHUNK].to_vec());
        says(&opened(&first, 200), &json!({ "received_size": CHUNK }));
    }
    let unfinished = http.post(&format!("{path}/finalize"), &json!({})).json();
    says(&unfinished, &json!({ "status": "error", "error_type": "conflict" }));
    assert!(unfinished["timestamp"].is_f64(), "{unfinished}");
}
