//! A controller of LEDs that speaks DDP: what it was told, and when.

use std::net::UdpSocket;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use marquee::wire::ddp;
use serde_json::{Value, json};

use super::server::Server;

/// When it came, in seconds of Unix time, and all channels.
pub type Told = (f64, Vec<u8>);

pub struct Controller {
    pub port: u16,
    told: Arc<Mutex<Vec<Told>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Controller {
    pub fn start() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        let port = socket.local_addr().unwrap().port();
        let (told, stop) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (telling, stopped) = (told.clone(), stop.clone());
        let thread = std::thread::spawn(move || {
            let mut buffer = [0; 2_048];
            let mut channels: Vec<u8> = Vec::new();
            while !stopped.load(Ordering::Relaxed) {
                let Ok(length) = socket.recv(&mut buffer) else { continue };
                let Some(packet) = ddp::decode(&buffer[..length]) else { continue };
                let end = packet.offset + packet.data.len();
                channels.resize(channels.len().max(end), 0);
                channels[packet.offset..end].copy_from_slice(packet.data);
                if packet.push {
                    telling.lock().unwrap().push((now(), channels.clone()));
                }
            }
        });
        Self { port, told, stop, thread: Some(thread) }
    }

    /// As a fixture that shows all of a zone, values as they are.
    pub fn fixture(&self, server: &Server, id: &str, zone: &str, more: &Value) {
        let mut fixture = json!({
            "kind": "ddp", "host": "127.0.0.1", "port": self.port, "segments": [{"zone": zone}], "correction": {"gamma": 1.0},
        });
        fixture.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        server.http.put(&format!("/api/fixtures/{id}"), &fixture).ok();
    }

    /// Everything since the last call.
    pub fn take(&self) -> Vec<Told> {
        std::mem::take(&mut self.told.lock().unwrap())
    }

    pub fn last(&self) -> Option<Vec<u8>> {
        self.told.lock().unwrap().last().map(|(_, channels)| channels.clone())
    }
}

impl Drop for Controller {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "when a packet really came")]
pub fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}
