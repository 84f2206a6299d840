//! A client of the door for uploads in chunks, as music boxes have one: a session in a playlist, and its chunks by their numbers.

use std::ops::Range;

use serde_json::{Map, Value, json};

use super::http::{Answer, Http};

pub const RAW: &str = "application/octet-stream";
pub const FORM: &str = "multipart/form-data; boundary=edge";

/// An upload that was begun.
#[derive(Clone)]
pub struct Session {
    pub http: Http,
    pub playlist: String,
    pub id: String,
    pub chunk_size: usize,
    pub chunks: usize,
}

pub fn playlist(http: &Http, title: &str) -> String {
    let made = http.post("/api/playlists", &json!({ "title": title })).ok().json();
    made["data"]["playlist"]["id"].as_str().unwrap().to_owned()
}

impl Session {
    #[track_caller]
    pub fn begin(http: &Http, playlist: &str, asked: &Value) -> Self {
        let answer = http.post(&format!("/api/playlists/{playlist}/uploads/session"), asked);
        assert_eq!(answer.status, 201, "{}", answer.text());
        let data = answer.json()["data"].clone();
        let number = |name: &str| data[name].as_u64().unwrap() as usize;
        Self {
            http: http.clone(),
            playlist: playlist.to_owned(),
            id: data["session_id"].as_str().unwrap().to_owned(),
            chunk_size: number("chunk_size"),
            chunks: number("total_chunks"),
        }
    }

    /// The same over another way.
    pub fn over(&self, http: &Http) -> Self {
        Self { http: http.clone(), ..self.clone() }
    }

    pub fn path(&self) -> String {
        format!("/api/playlists/{}/uploads/{}", self.playlist, self.id)
    }

    pub fn chunk_path(&self, index: usize) -> String {
        format!("{}/chunks/{index}", self.path())
    }

    /// Where a chunk lies in a file of so many bytes.
    pub fn bounds(&self, index: usize, bytes: usize) -> Range<usize> {
        index * self.chunk_size..((index + 1) * self.chunk_size).min(bytes)
    }

    pub fn put(&self, index: usize, chunk: &[u8]) -> Answer {
        self.http.send("PUT", &self.chunk_path(index), Some(RAW), chunk.to_vec())
    }

    pub fn put_form(&self, index: usize, field: &str, chunk: &[u8]) -> Answer {
        self.http.send("PUT", &self.chunk_path(index), Some(FORM), form(field, "blob", chunk))
    }

    /// Those of a whole file.
    #[track_caller]
    pub fn put_all(&self, bytes: &[u8]) {
        (0..self.chunks).for_each(|index| drop(self.put(index, &bytes[self.bounds(index, bytes.len())]).ok()));
    }

    /// What is told of it.
    #[track_caller]
    pub fn told(&self) -> Map<String, Value> {
        self.http.get(&self.path()).ok().json()["data"].as_object().unwrap().clone()
    }

    pub fn finalize(&self, asked: &Value) -> Answer {
        self.http.post(&format!("{}/finalize", self.path()), asked)
    }
}

/// A file in a form, whatever its name is made of.
pub fn form(field: &str, file: impl AsRef<[u8]>, content: &[u8]) -> Vec<u8> {
    let head = format!("--edge\r\ncontent-disposition: form-data; name=\"{field}\"; filename=\"");
    [head.as_bytes(), file.as_ref(), b"\"\r\ncontent-type: audio/wav\r\n\r\n", content, b"\r\n--edge--\r\n"].concat()
}
