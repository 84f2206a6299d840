//! HTTP by hand: requests that stop in the middle, and headers as they come.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::PATIENCE;

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    head: String,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let named = |line: &&str| line.split_once(':').is_some_and(|(key, _)| key.eq_ignore_ascii_case(name));
        self.head.lines().find(named).and_then(|line| line.split_once(':')).map(|(_, value)| value.trim())
    }

    pub fn offset(&self) -> u64 {
        self.header("upload-offset").unwrap_or_else(|| panic!("an offset: {self:?}")).parse().unwrap()
    }
}

pub fn request(address: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let stream = begin(address, method, path, headers, body.len(), body).unwrap();
    answer(stream).unwrap()
}

/// The same in the version that is spoken.
pub fn tus(address: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let with_version: Vec<_> = std::iter::once(("Tus-Resumable", "1.0.0")).chain(headers.iter().copied()).collect();
    request(address, method, path, &with_version, body)
}

pub const BYTES: (&str, &str) = ("Content-Type", "application/offset+octet-stream");

pub fn patch(address: &str, path: &str, offset: u64, body: &[u8]) -> Answer {
    tus(address, "PATCH", path, &[BYTES, ("Upload-Offset", &offset.to_string())], body)
}

/// Says that `length` bytes come, and sends some.
pub fn begin(
    address: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    length: usize,
    sent: &[u8],
) -> std::io::Result<TcpStream> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    if length > 0 || method == "PATCH" {
        head += &format!("Content-Length: {length}\r\n");
    }
    headers.iter().for_each(|(name, value)| head += &format!("{name}: {value}\r\n"));
    stream.write_all(format!("{head}\r\n").as_bytes())?;
    // Who is refused early may find the connection closed.
    let _ = stream.write_all(sent);
    Ok(stream)
}

pub fn answer(mut stream: TcpStream) -> std::io::Result<Answer> {
    let mut bytes = Vec::new();
    let read = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return Err(read.err().unwrap_or_else(|| std::io::Error::other("no answer")));
    };
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Ok(Answer { status, head: head.to_owned(), body: body.to_owned() })
}
