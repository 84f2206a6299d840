//! Someone who signs releases and puts them where they are fetched: a small HTTP server, keys, archives.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Cursor, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use minisign::KeyPair;
use sha2::{Digest, Sha256};

/// What is answered to whom, and what was asked.
#[derive(Clone, Default)]
pub struct Shelf {
    pub files: Arc<Mutex<HashMap<String, Vec<u8>>>>,
    /// Bytes after which an answer breaks off.
    pub breaks_after: Arc<Mutex<Option<usize>>>,
    /// Ranges that were asked for.
    pub ranges: Arc<Mutex<Vec<String>>>,
}

pub struct Server {
    pub shelf: Shelf,
    pub address: String,
}

impl Server {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let shelf = Shelf::default();
        let serving = shelf.clone();
        // It ends with the test binary.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shelf = serving.clone();
                std::thread::spawn(move || shelf.answer(stream));
            }
        });
        Self { shelf, address }
    }

    pub fn put(&self, name: &str, bytes: Vec<u8>) {
        self.shelf.files.lock().unwrap().insert(format!("/{name}"), bytes);
    }

    pub fn url(&self, name: &str) -> String {
        format!("{}/{name}", self.address)
    }
}

impl Shelf {
    fn answer(&self, stream: TcpStream) -> Option<()> {
        let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
        let path = lines.next()?.ok()?.split_whitespace().nth(1)?.to_owned();
        let headers: Vec<String> = lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
        let range = headers.iter().find_map(|line| line.to_ascii_lowercase().strip_prefix("range: ").map(str::to_owned));
        self.ranges.lock().unwrap().extend(range.clone());
        let file = self.files.lock().unwrap().get(&path).cloned();
        let mut stream = stream;
        let Some(file) = file else { return stream.write_all(b"HTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n").ok() };
        let from =
            range.and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok()).unwrap_or(0);
        let part = &file[from..];
        let status = if from > 0 {
            format!("206 Partial\r\ncontent-range: bytes {from}-{}/{}", file.len() - 1, file.len())
        } else {
            "200 OK".to_owned()
        };
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", part.len());
        let longest = self.breaks_after.lock().unwrap().filter(|_| path.ends_with(".tar")).unwrap_or(usize::MAX);
        stream.write_all(head.as_bytes()).ok()?;
        stream.write_all(&part[..part.len().min(longest)]).ok()
    }
}

pub struct Signer(KeyPair);

impl Signer {
    pub fn new() -> Self {
        Self(KeyPair::generate_unencrypted_keypair().unwrap())
    }

    pub fn public(&self) -> String {
        self.0.pk.to_base64()
    }

    pub fn sign(&self, text: &[u8], comment: &str) -> Vec<u8> {
        let signed = minisign::sign(Some(&self.0.pk), &self.0.sk, Cursor::new(text), Some(comment), None);
        signed.unwrap().into_string().into_bytes()
    }
}

/// A tar archive with a shell script as its program.
pub fn archive(script: &str) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    let mut add = |name: &str, mode, content: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(mode);
        builder.append_data(&mut header, name, content).unwrap();
    };
    add("marquee", 0o755, script.as_bytes());
    add("share/notes.txt", 0o644, &[b'n'; 200_000]);
    builder.into_inner().unwrap()
}

/// Says its version, and nothing else.
pub fn script(version: &str) -> String {
    serving(version, "exit 1")
}

/// Says its version; asked for anything else it does this, knowing where it lies as `$here`.
pub fn serving(version: &str, does: &str) -> String {
    format!(
        "#!/bin/sh\nif [ \"$1\" = --version ]; then echo marquee {version}; exit 0; fi\n\
         here=$(dirname \"$0\")\n{does}\n"
    )
}

pub fn manifest(server: &Server, version: &str, archive: &[u8], min_from: &str) -> serde_json::Value {
    let hash: String = Sha256::digest(archive).iter().map(|byte| format!("{byte:02x}")).collect();
    let url = server.url(&format!("{version}.tar"));
    serde_json::json!({"version": version, "url": url, "sha256": hash, "size": archive.len(), "min_from": min_from, "notes": "new"})
}

/// 1.0.0 is installed and current.
pub fn machine() -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let program = place(dir.path(), "1.0.0");
    std::fs::write(&program, script("1.0.0")).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    dir
}

/// This very program is installed as that version, and current.
pub fn machine_with(program: &Path, version: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let installed = place(dir.path(), version);
    // Where it lies on another disk it is copied.
    std::fs::hard_link(program, &installed).or_else(|_| std::fs::copy(program, &installed).map(drop)).unwrap();
    dir
}

/// Where the program of a release goes that is current.
fn place(root: &Path, version: &str) -> PathBuf {
    let release = root.join("releases").join(version);
    std::fs::create_dir_all(&release).unwrap();
    std::os::unix::fs::symlink(format!("releases/{version}"), root.join("current")).unwrap();
    release.join("marquee")
}
