//! What is mixed is heard on this machine: through PulseAudio and ALSA, listened to by ffmpeg.

use crate::support::media::beeps;
use crate::support::pulse::Pulse;
use crate::support::server::Server;
use crate::support::{PATIENCE, eventually};

fn stage(dir: &std::path::Path, pulse: &Pulse, speakers: &str) -> Server {
    let server = Server::start_among(&dir.join("data"), &["--speakers", speakers], &pulse.environment());
    server.small();
    server.pattern_on_air();
    server
}

fn is(server: &Server, state: &str) {
    eventually(&format!("the speakers are {state}"), PATIENCE, || {
        let told = server.http.get("/api/health").json();
        (told["components"]["speakers"]["state"] == state).then_some(())
    });
}

/// The pattern beeps once a second. Nothing else is heard, and the stream is not on air.
#[track_caller]
fn beeps_are_heard(pulse: &Pulse) {
    eventually("a beep a second is heard", PATIENCE, || {
        let beeps = beeps(&pulse.listen(4.5));
        let apart = beeps.windows(2).map(|pair| pair[1] - pair[0]).collect::<Vec<_>>();
        eprintln!("{beeps:.4?}");
        (apart.len() >= 3 && apart.iter().all(|seconds| (seconds - 1.0).abs() < 0.005)).then_some(())
    });
}

#[test]
fn a_beep_a_second_is_heard_by_pulseaudio_also_after_it_was_away() {
    let dir = tempfile::tempdir().unwrap();
    let mut pulse = Pulse::at(&dir.path().join("pulse"));
    let server = stage(dir.path(), &pulse, "pulse");
    is(&server, "degraded");
    pulse.start();
    is(&server, "ok");
    beeps_are_heard(&pulse);
    pulse.stop();
    is(&server, "degraded");
    pulse.start();
    is(&server, "ok");
    beeps_are_heard(&pulse);
}

#[test]
fn a_beep_a_second_is_heard_by_alsa() {
    let dir = tempfile::tempdir().unwrap();
    let mut pulse = Pulse::at(&dir.path().join("pulse"));
    pulse.start();
    let server = stage(dir.path(), &pulse, "alsa:room");
    is(&server, "ok");
    beeps_are_heard(&pulse);
}

#[test]
fn speakers_that_nobody_makes_are_refused_at_the_start() {
    let dir = tempfile::tempdir().unwrap();
    let output = crate::support::server::command(&dir.path().join("data"), &["--speakers", "gramophone"]).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && told.contains("speakers") && told.contains("alsa:hw:1"), "{told}");
}
