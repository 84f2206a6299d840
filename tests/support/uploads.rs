//! What uploads are tested with: files of any size that are what they say, and a server that is killed in the middle.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::server::Server;

/// A sound file of exactly so many bytes: noise, so that nothing in it is there twice.
pub fn sound(bytes: usize, seed: u64) -> Vec<u8> {
    let mut file = Vec::with_capacity(bytes);
    file.extend(sound_head(bytes));
    let mut random = fastrand::Rng::with_seed(seed);
    file.extend(std::iter::repeat_with(|| random.u8(..)).take(bytes - file.len()));
    file
}

fn sound_head(bytes: usize) -> Vec<u8> {
    const RATE: u32 = 48_000;
    let samples = (bytes - 44) as u32;
    let mut file = b"RIFF".to_vec();
    file.extend((samples + 36).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    // PCM, one channel.
    file.extend([1_u16, 1].map(u16::to_le_bytes).concat());
    file.extend([RATE, RATE].map(u32::to_le_bytes).concat());
    // Frames of one byte.
    file.extend([1_u16, 8].map(u16::to_le_bytes).concat());
    file.extend(b"data");
    file.extend(samples.to_le_bytes());
    file
}

/// One on the disk, which may be larger than memory.
pub struct SoundFile {
    pub path: PathBuf,
    pub bytes: usize,
    pub blake3: blake3::Hash,
    /// In hex digits, as clients say it.
    pub sha256: String,
}

impl SoundFile {
    pub fn write(path: PathBuf, bytes: usize, seed: u64) -> Self {
        let mut file = File::create(&path).unwrap();
        let (mut blake3, mut sha256) = (blake3::Hasher::new(), Sha256::new());
        let (mut random, mut written, mut piece) = (fastrand::Rng::with_seed(seed), 0, sound_head(bytes));
        while written < bytes {
            file.write_all(&piece).unwrap();
            blake3.update(&piece);
            sha256.update(&piece);
            written += piece.len();
            piece.resize((bytes - written).min(1 << 20), 0);
            random.fill(&mut piece);
        }
        Self { path, bytes, blake3: blake3.finalize(), sha256: hex(&sha256.finalize()) }
    }

    pub fn asset(&self) -> String {
        self.blake3.to_hex()[..24].to_owned()
    }

    pub fn is_at(&self, path: &Path) -> bool {
        let mut hash = blake3::Hasher::new();
        hash.update_reader(File::open(path).unwrap()).unwrap();
        hash.finalize() == self.blake3
    }
}

/// SIGKILL, and a new start in the same place.
pub fn killed_and_started(server: Server, flags: &[&str]) -> Server {
    let (data_dir, address) = (server.data_dir.clone(), server.http.address().to_owned());
    let own = server.kill_and_keep();
    let mut server = Server::start_in(&data_dir, &[&["--http", &address], flags].concat());
    server.keep(own);
    server
}

/// The asset that these bytes became.
pub fn kept(server: &Server, bytes: &[u8]) -> Option<Vec<u8>> {
    let hash = blake3::hash(bytes).to_hex();
    let answer = server.http.get(&format!("/api/assets/{}/file", &hash[..24]));
    (answer.status == 200).then_some(answer.body)
}

/// Uploads that have left anything on the disk.
pub fn staged(server: &Server) -> usize {
    std::fs::read_dir(server.data_dir.join("uploads")).map_or(0, Iterator::count)
}

/// In hex digits, as clients say it.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
