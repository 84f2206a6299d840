//! Clients that take their time: each sends half of a request, and the rest when it is told to.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;

use super::http::Http;

const BODY: &str = r#"{"master": {"gain_db": 0}}"#;

pub struct Slow {
    stream: TcpStream,
    heard: String,
}

impl Slow {
    /// All of them begin now.
    pub fn clients(http: &Http, count: usize) -> Vec<Self> {
        (0..count).map(|_| Self::begin(http)).collect()
    }

    fn begin(http: &Http) -> Self {
        let mut stream = TcpStream::connect(http.address()).unwrap();
        let head = format!(
            "PATCH /api/mixer HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            http.address(),
            BODY.len()
        );
        stream.write_all((head + &BODY[..7]).as_bytes()).unwrap();
        stream.set_nonblocking(true).unwrap();
        Self { stream, heard: String::new() }
    }

    pub fn go_on(&mut self) {
        self.stream.write_all(&BODY.as_bytes()[7..]).unwrap();
    }

    /// The status that it was answered with, once it was.
    pub fn answered(&mut self) -> Option<u16> {
        let mut part = [0; 4096];
        match self.stream.read(&mut part) {
            Ok(length) => self.heard += &String::from_utf8_lossy(&part[..length]),
            Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock, "{error}"),
        }
        self.heard.lines().next()?.split(' ').nth(1)?.parse().ok()
    }
}
