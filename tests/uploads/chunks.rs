//! The door of music box clients, request by request: a session, its chunks in whatever order they come, and what became of them.

use serde_json::{Value, json};

use super::chunks_of::{CHUNK, Song, refused};
use crate::support::chunks::{FORM, RAW, Session, form, playlist};
use crate::support::server::Server;
use crate::support::uploads::{killed_and_started, staged};
use crate::support::{PATIENCE, eventually};

#[test]
fn chunks_come_in_any_order_several_at_once_and_twice() {
    let server = Server::start(&["--rate-limit", "off"]);
    let song = Song::begin(&server, 40 * CHUNK + 777, 2);
    assert_eq!(song.session.chunks, 41);
    let mut order: Vec<usize> = (0..song.session.chunks).chain(0..song.session.chunks).collect();
    fastrand::Rng::with_seed(2).shuffle(&mut order);
    std::thread::scope(|scope| {
        for part in order.chunks(order.len().div_ceil(4)) {
            let song = &song;
            scope.spawn(move || {
                for (count, index) in part.iter().enumerate() {
                    let chunk = song.chunk(*index);
                    let answer = if count % 2 == 0 {
                        song.session.put(*index, chunk)
                    } else {
                        song.session.put_form(*index, "file", chunk)
                    };
                    let data = answer.ok().json()["data"].clone();
                    assert_eq!((&data["chunk_index"], &data["received_size"]), (&json!(index), &json!(chunk.len())));
                }
            });
        }
    });
    let told = song.session.told();
    assert_eq!((&told["chunks_uploaded"], &told["missing"], &told["status"]), (&json!(41), &json!([]), &json!("uploading")));
    song.session.finalize(&json!({})).ok();
    song.is_kept(&server);
}

#[test]
fn a_chunk_with_other_bytes_is_refused_and_the_first_ones_stay() {
    let server = Server::start(&[]);
    let song = Song::begin(&server, 3 * CHUNK, 3);
    song.session.put(1, song.chunk(1)).ok();
    let mut other = song.chunk(1).to_vec();
    other[CHUNK - 1] ^= 1;
    refused(song.session.put(1, &other), 409, "chunk_differs", "conflict");
    refused(song.session.put_form(1, "file", &other), 409, "chunk_differs", "conflict");
    song.session.put_all(&song.bytes);
    refused(song.session.put(1, &other), 409, "chunk_differs", "conflict");
    song.session.finalize(&json!({ "file_hash": song.sha256() })).ok();
    song.is_kept(&server);
    refused(song.session.put(1, song.chunk(1)), 409, "upload_finished", "conflict");
}

#[test]
fn a_chunk_has_its_size_and_its_number() {
    let server = Server::start(&[]);
    let song = Song::begin(&server, 2 * CHUNK + 9, 4);
    let (session, whole) = (&song.session, song.chunk(0));
    for wrong in [&whole[..CHUNK - 1], &[whole, b"x"].concat(), b""] {
        refused(session.put(0, wrong), 400, "wrong_chunk_size", "validation_error");
        refused(session.put_form(0, "file", wrong), 400, "wrong_chunk_size", "validation_error");
    }
    refused(session.put(2, whole), 400, "wrong_chunk_size", "validation_error");
    for index in [3, usize::MAX] {
        refused(session.put(index, whole), 400, "chunk_not_found", "validation_error");
    }
    for index in ["-1", "x", "1.0", "18446744073709551616", "0x0", ""] {
        let path = format!("{}/chunks/{index}", session.path());
        let answer = server.http.send("PUT", &path, Some(RAW), whole.to_vec());
        assert!((400..500).contains(&answer.status), "{index}: {} {}", answer.status, answer.text());
    }
    refused(session.put_form(0, "datei", whole), 400, "upload_interrupted", "validation_error");
    let cut = form("file", "blob", whole)[..CHUNK].to_vec();
    refused(server.http.send("PUT", &session.chunk_path(0), Some(FORM), cut), 400, "upload_interrupted", "validation_error");
    assert_eq!((&session.told()["bytes_uploaded"], &session.told()["status"]), (&json!(0), &json!("pending")));
    session.put_all(&song.bytes);
    session.finalize(&json!({})).ok();
    song.is_kept(&server);
}

#[test]
fn what_is_not_whole_or_not_right_is_not_finalized_and_goes_on() {
    let server = Server::start(&[]);
    let song = Song::begin(&server, 3 * CHUNK, 5);
    let session = &song.session;
    let right = json!({ "file_hash": song.sha256() });
    refused(session.finalize(&right), 409, "upload_incomplete", "conflict");
    song.session.put(0, song.chunk(0)).ok();
    song.session.put(2, song.chunk(2)).ok();
    refused(session.finalize(&right), 409, "upload_incomplete", "conflict");
    session.put(1, song.chunk(1)).ok();
    for no_hash in [json!("abc"), json!("g".repeat(64)), json!(7), json!("+1".repeat(32)), json!("ä".repeat(32))] {
        let answer = session.finalize(&json!({ "file_hash": no_hash }));
        assert_eq!((answer.status, &answer.json()["error"]["code"]), (400, &json!("invalid_body")), "{no_hash}");
    }
    refused(session.finalize(&json!({ "file_hash": "0".repeat(64) })), 422, "checksum_mismatch", "bad_request");
    assert_eq!(session.told()["status"], "uploading", "it is still open");
    let mut asked = right.clone();
    asked["metadata_override"] = json!({ "title": "Again" });
    let track = session.finalize(&asked).ok().json()["data"]["track"].clone();
    assert_eq!((&track["title"], &track["track_number"]), (&json!("Again"), &json!(1)));
    for asked in [right, json!({}), json!({ "metadata_override": { "title": "Other" } })] {
        assert_eq!(
            session.finalize(&asked).ok().json()["data"]["track"]["id"],
            track["id"],
            "once, however often it is asked for"
        );
    }
    let told = server.http.get(&format!("/api/playlists/{}", session.playlist)).ok().json()["data"]["playlist"].clone();
    assert_eq!((&told["track_count"], &told["tracks"][0]["title"]), (&json!(1), &json!("Again")));
    song.is_kept(&server);
}

#[test]
fn a_chunk_that_was_damaged_on_its_way_may_come_again_once_the_whole_is_known_to_be_wrong() {
    let server = Server::start(&[]);
    let song = Song::begin_with(&server, 3 * CHUNK, 6, |asked, song| asked["file_hash"] = json!(song.to_uppercase()));
    let mut damaged = song.chunk(1).to_vec();
    damaged[100] ^= 0x40;
    song.session.put(0, song.chunk(0)).ok();
    song.session.put(1, &damaged).ok();
    song.session.put(2, song.chunk(2)).ok();
    refused(song.session.finalize(&json!({})), 422, "checksum_mismatch", "bad_request");
    song.session.put(1, song.chunk(1)).ok();
    song.session.finalize(&json!({})).ok();
    song.is_kept(&server);
}

#[test]
fn a_title_that_can_not_be_costs_nobody_the_upload() {
    let server = Server::start(&[]);
    let song = Song::begin(&server, CHUNK, 7);
    song.session.put_all(&song.bytes);
    for (field, wrong) in [("title", json!("x".repeat(201))), ("artist", json!("x".repeat(5_000))), ("album", json!(7))] {
        let answer = song.session.finalize(&json!({ "metadata_override": { (field): wrong } }));
        assert_eq!(answer.status, 400, "{field}: {}", answer.text());
        assert_eq!(song.session.told()["status"], "uploading", "{field}");
    }
    let asked = json!({ "metadata_override": { "title": "x".repeat(200), "artist": "", "album": null } });
    let track = song.session.finalize(&asked).ok().json()["data"]["track"].clone();
    assert_eq!((track["title"].as_str().unwrap().len(), &track["artist"]), (200, &Value::Null));
}

#[test]
fn uploads_are_told_listed_removed_and_cleared_away() {
    let server = Server::start(&[]);
    let (http, mix) = (&server.http, playlist(&server.http, "Mix"));
    let begin = |seed| Song::begin_in(&server, &mix, 2 * CHUNK, seed);
    let (pending, uploading, completed) = (begin(10), begin(11), begin(12));
    uploading.session.put(1, uploading.chunk(1)).ok();
    completed.session.put_all(&completed.bytes);
    completed.session.finalize(&json!({})).ok();
    let listed = |query: &str| {
        let sessions = http.get(&format!("/api/uploads/sessions{query}")).ok().json()["data"]["sessions"].clone();
        let mut ids: Vec<_> =
            sessions.as_array().unwrap().iter().map(|one| one["session_id"].as_str().unwrap().to_owned()).collect();
        ids.sort();
        ids
    };
    let id = |song: &Song| song.session.id.clone();
    let mut all = vec![id(&pending), id(&uploading), id(&completed)];
    all.sort();
    assert_eq!(listed(""), all);
    for (state, song) in [("pending", &pending), ("uploading", &uploading), ("completed", &completed)] {
        assert_eq!(listed(&format!("?status={state}")), [id(song)], "{state}");
    }
    assert_eq!(listed("?status=error"), Vec::<String>::new());
    for wrong in ["?status=x", "?state=error", "?status="] {
        assert_eq!(http.get(&format!("/api/uploads/sessions{wrong}")).status, 400, "{wrong}");
    }
    let told = uploading.session.told();
    assert_eq!((&told["missing"], &told["progress_percent"]), (&json!([[0, CHUNK]]), &json!(50.0)));
    let path = format!("/api/uploads/sessions/{}", id(&uploading));
    assert_eq!(http.send("DELETE", &path, None, Vec::new()).status, 200);
    refused(http.send("DELETE", &path, None, Vec::new()), 404, "upload_not_found", "not_found");
    refused(uploading.session.put(0, uploading.chunk(0)), 404, "upload_not_found", "not_found");
    let clean_up = |hours: &str| http.post(&format!("/api/uploads/cleanup{hours}"), &json!({}));
    for wrong in ["?max_age_hours=-1", "?max_age_hours=NaN", "?max_age_hours=x", "?max_age_hours=1e9", "?hours=1"] {
        assert_eq!(clean_up(wrong).status, 400, "{wrong}");
    }
    assert_eq!(clean_up("").ok().json()["data"], json!({ "cleaned_sessions": 0, "cleaned_files": 0, "freed_bytes": 0 }));
    let swept = begin(13);
    swept.session.put(0, swept.chunk(0)).ok();
    let cleared = clean_up("?max_age_hours=0").ok().json()["data"].clone();
    assert_eq!(cleared, json!({ "cleaned_sessions": 3, "cleaned_files": 2, "freed_bytes": CHUNK }));
    assert_eq!((listed(""), staged(&server)), (Vec::new(), 0));
    refused(http.get(&swept.session.path()), 404, "upload_not_found", "not_found");
    completed.is_kept(&server);
}

#[test]
fn chunks_and_tracks_outlive_a_server_that_is_killed() {
    let mut server = Server::start(&["--rate-limit", "off"]);
    let song = Song::begin(&server, 12 * CHUNK, 14);
    for index in [7, 3, 11] {
        song.session.put(index, song.chunk(index)).ok();
    }
    server = killed_and_started(server, &["--rate-limit", "off"]);
    let told = song.session.told();
    assert_eq!((&told["chunks_uploaded"], &told["bytes_uploaded"]), (&json!(3), &json!(3 * CHUNK)));
    let gaps: Vec<[usize; 2]> = [[0, 3], [4, 7], [8, 11]].map(|gap| gap.map(|index| index * CHUNK)).into();
    assert_eq!(told["missing"], json!(gaps));
    song.session.put_all(&song.bytes);
    server = killed_and_started(server, &["--rate-limit", "off"]);
    // It was whole, so the server went on with it by itself; it is there once all the same.
    let track = eventually("the track is there", PATIENCE, || {
        let answer = song.session.finalize(&json!({}));
        (answer.status == 200).then(|| answer.json()["data"]["track"].clone())
    });
    server = killed_and_started(server, &["--rate-limit", "off"]);
    assert_eq!(song.session.finalize(&json!({})).ok().json()["data"]["track"]["id"], track["id"]);
    let told = server.http.get(&format!("/api/playlists/{}", song.session.playlist)).ok().json()["data"]["playlist"].clone();
    assert_eq!(told["track_count"], 1);
    song.is_kept(&server);
}

#[test]
fn an_upload_is_found_in_its_own_playlist_only() {
    let server = Server::start(&[]);
    let song = Song::begin(&server, CHUNK, 15);
    let other = Session { playlist: playlist(&server.http, "Other"), ..song.session.clone() };
    let nowhere = Session { playlist: "nowhere".to_owned(), ..song.session.clone() };
    let unknown = Session { id: "0".repeat(32), ..song.session.clone() };
    for wrong in [&other, &nowhere, &unknown] {
        refused(wrong.put(0, song.chunk(0)), 404, "upload_not_found", "not_found");
        refused(server.http.get(&wrong.path()), 404, "upload_not_found", "not_found");
        refused(wrong.finalize(&json!({})), 404, "upload_not_found", "not_found");
    }
    let asked = json!({ "filename": "a.wav", "file_size": 9 });
    refused(server.http.post("/api/playlists/nowhere/uploads/session", &asked), 404, "playlist_not_found", "not_found");
    song.session.put_all(&song.bytes);
    refused(other.finalize(&json!({})), 404, "upload_not_found", "not_found");
    song.session.finalize(&json!({})).ok();
}

#[test]
fn what_is_no_upload_is_not_begun_and_what_is_no_medium_is_not_kept() {
    let server = Server::start(&[]);
    let (http, mix) = (&server.http, playlist(&server.http, "Mix"));
    let path = format!("/api/playlists/{mix}/uploads/session");
    for wrong in [
        json!({ "filename": "a.wav" }),
        json!({ "file_size": 9 }),
        json!({ "filename": 5, "file_size": 9 }),
        json!({ "filename": "a.wav", "file_size": -9 }),
        json!({ "filename": "a.wav", "file_size": 9.5 }),
        json!({ "filename": "a.wav", "file_size": 9, "file_hash": "00" }),
        json!({ "filename": "a.wav", "file_size": 9, "size": 9 }),
    ] {
        let answer = http.post(&path, &wrong);
        assert_eq!((answer.status, &answer.json()["error_type"]), (400, &json!("validation_error")), "{wrong}");
    }
    let huge = json!({ "filename": "a.wav", "file_size": u64::MAX });
    refused(http.post(&path, &huge), 413, "upload_too_large", "bad_request");
    assert_eq!(staged(&server), 0);
    let text = Session::begin(http, &mix, &json!({ "filename": "a.mp3", "file_size": 5 }));
    text.put(0, b"hello").ok();
    refused(text.finalize(&json!({})), 415, "unsupported_media", "bad_request");
    let told = text.told();
    assert!(told["status"] == "error" && told["error_code"] == "unsupported_media" && told["error_message"].is_string());
    refused(text.finalize(&json!({})), 410, "upload_failed", "bad_request");
    let nothing = Session::begin(http, &mix, &json!({ "filename": "a.mp3", "file_size": 0 }));
    assert_eq!(nothing.chunks, 0);
    refused(nothing.put(0, b""), 400, "chunk_not_found", "validation_error");
    refused(nothing.finalize(&json!({})), 415, "unsupported_media", "bad_request");
    let told = http.get(&format!("/api/playlists/{mix}")).ok().json()["data"]["playlist"].clone();
    assert_eq!(told["track_count"], 0);
}
