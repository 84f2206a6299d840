//! The page of a display while a show is live, and what becomes of too many requests at once.

use std::io::Cursor;
use std::time::Duration;

use marquee::base::clock::Stopwatch;
use serde_json::json;

use super::report;
use super::support::http::Http;
use super::support::server::Server;
use super::support::slow::Slow;
use super::support::{eventually, let_pass};

/// Does it so often a second, and says how long each took, in milliseconds.
fn steadily(per_second: u64, seconds: u64, mut each: impl FnMut(u64)) -> Vec<f64> {
    let begun = Stopwatch::start();
    let mut milliseconds = Vec::new();
    for number in 0..per_second * seconds {
        let due = Duration::from_secs_f64(number as f64 / per_second as f64);
        let_pass(due.saturating_sub(begun.elapsed()));
        let watch = Stopwatch::start();
        each(number);
        milliseconds.push(watch.elapsed().as_secs_f64() * 1000.0);
    }
    milliseconds
}

const WATCHERS: u64 = 4;
const LOOKS: u64 = 200;
const CHANGES: u64 = 60;
const SECONDS: u64 = 20;
const PICTURES: u32 = 50;

/// Each is another file.
fn png(number: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let pixels = image::RgbaImage::from_pixel(8 + number, 8, image::Rgba([1, 2, 3, 255]));
    pixels.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// Fifty pictures, looked at two hundred times a second over connections that are kept, while the stream is live and somebody drags a slider.
pub fn looked_at() {
    let server = Server::start(&["--demo", "--live"]);
    (0..PICTURES).for_each(|number| drop(server.http.upload("/api/media", "a.png", &png(number)).ok()));
    let_pass(Duration::from_secs(3));
    let address = server.http.address().to_owned();
    let begun = Stopwatch::start();
    let (looks, changes) = std::thread::scope(|scope| {
        let looking = || {
            let http = Http::new(&address);
            scope.spawn(move || steadily(LOOKS / WATCHERS, SECONDS, |_| drop(http.get("/api/dashboard").ok())))
        };
        let watchers: Vec<_> = (0..WATCHERS).map(|_| looking()).collect();
        let drag =
            |number| drop(server.http.patch("/api/scenes/welcome/layers/title", &json!({"x": 80 + number % 40})).ok());
        let changes = steadily(CHANGES, SECONDS, drag);
        (watchers.into_iter().flat_map(|watcher| watcher.join().unwrap()).collect::<Vec<_>>(), changes)
    });
    let took = begun.elapsed().as_secs_f64();
    println!(
        "dashboard: {:.0} looks/s and {:.0} changes/s while live",
        looks.len() as f64 / took,
        changes.len() as f64 / took
    );
    let bytes = server.http.get("/api/dashboard").ok().body.len();
    report(&format!("GET /api/dashboard ({bytes} bytes)"), "ms", looks);
    report("PATCH of a layer meanwhile", "ms", changes);
}

/// A hundred who take their time where there is room for twelve.
pub fn too_many() {
    let server = Server::start(&["--max-in-flight", "12"]);
    let watch = Stopwatch::start();
    let mut clients = Slow::clients(&server.http, 100);
    let mut health = Vec::new();
    let mut answers = |clients: &mut [Slow], enough: usize| {
        eventually("they are answered", Duration::from_secs(20), || {
            let one = Stopwatch::start();
            server.http.get("/api/health").ok();
            health.push(one.elapsed().as_secs_f64() * 1000.0);
            let answered: Vec<u16> = clients.iter_mut().filter_map(Slow::answered).collect();
            (answered.len() >= enough).then_some(answered)
        })
    };
    let busy = answers(&mut clients, 88);
    let told_after = watch.elapsed().as_secs_f64();
    let mut held: Vec<_> =
        clients.into_iter().filter_map(|mut client| client.answered().is_none().then_some(client)).collect();
    held.iter_mut().for_each(Slow::go_on);
    let done = answers(&mut held, 12);
    println!(
        "100 slow requests with --max-in-flight 12: {} in work at once and answered {:?}; {} told {:?} after {told_after:.1} s",
        held.len(),
        distinct(done),
        busy.len(),
        distinct(busy),
    );
    report("GET /api/health meanwhile", "ms", health);
}

fn distinct(mut statuses: Vec<u16>) -> Vec<u16> {
    statuses.sort_unstable();
    statuses.dedup();
    statuses
}
