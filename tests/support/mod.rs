//! Real parts for tests: a marquee on free ports, its doors, and the peers it talks to.

#[cfg(feature = "wifi")]
pub mod bus;
pub mod chunks;
pub mod coded;
pub mod cuts;
#[cfg(feature = "wifi")]
pub mod dbusmock;
pub mod flashes;
pub mod hands;
pub mod http;
pub mod jammer;
pub mod known_sound;
pub mod lag;
pub mod leader;
pub mod leds;
pub mod load;
pub mod media;
pub mod media_site;
#[cfg(feature = "wifi")]
pub mod network_manager;
pub mod nginx;
pub mod npm;
pub mod olad;
pub mod picture;
pub mod process;
pub mod prometheus;
pub mod pulse;
pub mod redis;
pub mod releases;
pub mod senders;
pub mod server;
pub mod slow;
pub mod small_disk;
pub mod spoken;
pub mod supervised;
pub mod throttle;
pub mod tls;
pub mod uploads;
pub mod users;
#[cfg(feature = "nfc")]
pub mod vpcd;
pub mod wire;
pub mod ws;
pub mod yt_dlp;

use std::net::{TcpListener, UdpSocket};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

/// For what comes soon wherever things go well: a machine may stop for half a minute, and its disk too.
pub const PATIENCE: Duration = Duration::from_secs(180);

/// Asks again and again until there is an answer, or fails with `what` after `patience`.
#[track_caller]
#[expect(clippy::disallowed_methods, reason = "tests wait for real processes")]
pub fn eventually<T>(what: &str, patience: Duration, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < deadline, "{what}: not within {patience:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Lets real time pass, where the passing of time is the matter itself (a recording of ten seconds takes ten seconds).
pub fn let_pass(duration: Duration) {
    std::thread::sleep(duration);
}

/// From here on, well below what the kernel gives to whoever asks for any port, so nobody else is given it meanwhile.
const FIRST_PORT: u16 = 12_000;
const PORTS: u16 = 20_000;

/// For a peer that can not be asked to choose one itself. Nobody listens there, over TCP or UDP, and no other test is given it.
pub fn free_port() -> u16 {
    static NEXT: LazyLock<AtomicU16> = LazyLock::new(|| AtomicU16::new(fastrand::u16(..PORTS)));
    let is_free =
        |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok() && UdpSocket::bind(("127.0.0.1", *port)).is_ok();
    let next = || FIRST_PORT + NEXT.fetch_add(1, Ordering::Relaxed) % PORTS;
    std::iter::repeat_with(next).find(is_free).unwrap()
}

/// How long a soak's long form runs, in seconds, if that was asked for: `MARQUEE_SOAK_SECONDS`, or what is usual.
pub fn long_for(usual: u64) -> Option<u64> {
    let asked = std::env::var("MARQUEE_SOAK_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    is_long().then(|| asked.unwrap_or(usual))
}

/// Whether the long form of a soak was asked for.
pub fn is_long() -> bool {
    std::env::var("MARQUEE_SOAK").is_ok_and(|form| form == "long")
}
