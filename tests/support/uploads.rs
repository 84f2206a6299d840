//! What uploads are tested with: files of any size that are what they say, and a server that is killed in the middle.

use super::server::Server;

/// A sound file of exactly so many bytes: noise, so that nothing in it is there twice.
pub fn sound(bytes: usize, seed: u64) -> Vec<u8> {
    const RATE: u32 = 48_000;
    let samples = (bytes - 44) as u32;
    let mut file = Vec::with_capacity(bytes);
    file.extend(b"RIFF");
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
    let mut random = fastrand::Rng::with_seed(seed);
    file.extend(std::iter::repeat_with(|| random.u8(..)).take(samples as usize));
    file
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
