//! Players that others wrote.

use std::sync::Arc;

use super::support::{Client, Encoder, HEIGHT, Server, WIDTH, clip, eventually, parse_flv, run, succeeded};
use crate::frame::encoded::Track;
use crate::send::rtmp_server::message;
use crate::show::time::ShowTime;

const BEGINS: ShowTime = ShowTime(1_800_000_000_000_000);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ffprobe_sees_what_is_sent() {
    let encoder = Encoder::start(BEGINS);
    let server = Server::start(Some(encoder.feed.clone()), |_| ()).await;
    let entries = "stream=codec_name,width,height,avg_frame_rate,sample_rate";
    let seen = run("ffprobe", &["-v", "error", "-show_entries", entries, "-of", "default=nw=1", &server.url()]).await;
    succeeded(&seen);
    let seen = String::from_utf8_lossy(&seen.stdout);
    let (width, height) = (format!("width={WIDTH}"), format!("height={HEIGHT}"));
    for expected in ["codec_name=h264", "codec_name=aac", "avg_frame_rate=30/1", "sample_rate=48000", &width, &height] {
        assert!(seen.lines().any(|line| line == expected), "{expected} in {seen}");
    }
    eventually("the player is not counted any more", || server.vitals.rtmp_players.get() == 0).await;
    assert!(server.vitals.rtmp_bytes.get() > 0);
    assert_eq!(server.vitals.rtmp_refused.get(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ffmpeg_copies_every_frame_in_order() {
    // Longer than the clip, so that it is seen to begin again.
    let encoder = Encoder::start(BEGINS);
    let server = Server::start(Some(encoder.feed.clone()), |_| ()).await;
    let copied = run("ffmpeg", &["-v", "error", "-i", &server.url(), "-t", "5", "-c", "copy", "-f", "flv", "-"]).await;
    succeeded(&copied);
    let copied = parse_flv(&copied.stdout);
    assert_eq!((&copied.avc_config, &copied.aac_config), (&clip().avc_config, &clip().aac_config));
    for (track, least) in [(Track::Video, 140), (Track::Audio, 220)] {
        let copied: Vec<_> = copied.tags.iter().filter(|tag| tag.track == track).collect();
        assert!(copied.len() >= least, "{track:?}: {}", copied.len());
        assert!(copied.windows(2).all(|pair| pair[0].time_ms < pair[1].time_ms), "{track:?} goes forwards");
        let original: Vec<_> = clip().tags.iter().filter(|tag| tag.track == track).collect();
        // Which of equal packets (silence at a seam) came first can not be told, so any place where all agree will do.
        let follows_from = |start: usize| {
            copied.iter().zip(original.iter().cycle().skip(start)).all(|(copied, original)| copied.data == original.data)
        };
        assert!((0..original.len()).any(follows_from), "{track:?}: nothing is missing, nothing is twice");
    }
    let first = copied.tags.iter().find(|tag| tag.track == Track::Video).expect("a picture");
    assert!(first.key && first.time_ms < 100, "begins with a key frame at zero");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gstreamer_plays_with_both_of_its_clients() {
    let encoder = Encoder::start(BEGINS);
    let server = Server::start(Some(encoder.feed.clone()), |_| ()).await;
    for client in ["rtmp2src", "rtmpsrc"] {
        let location = format!("location={}", server.url());
        let decode = ["flvdemux", "!", "h264parse", "!", "avdec_h264", "!", "fakesink", "num-buffers=30"];
        let played = run("gst-launch-1.0", &[&["-q", client, &location, "!"][..], &decode[..]].concat()).await;
        succeeded(&played);
        assert!(played.stderr.is_empty(), "{client}: {}", String::from_utf8_lossy(&played.stderr));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ffplay_plays() {
    let encoder = Encoder::start(BEGINS);
    let server = Server::start(Some(encoder.feed.clone()), |_| ()).await;
    // It plays without a screen and a loudspeaker; when it is done by itself depends on both, so it is ended.
    let mut player = std::process::Command::new("ffplay");
    player.env("SDL_VIDEODRIVER", "dummy").env("SDL_AUDIODRIVER", "dummy").args(["-v", "error", &server.url()]);
    let mut player = player.stdin(std::process::Stdio::null()).spawn().expect("ffplay is installed");
    eventually("ffplay takes the stream", || server.vitals.rtmp_bytes.get() > 20_000).await;
    assert_eq!(server.vitals.rtmp_players.get(), 1);
    player.kill().expect("it was still playing");
    player.wait().expect("it has ended");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_play_at_once_and_each_begins_with_headers_and_a_key_frame() {
    let encoder = Encoder::start(BEGINS);
    let server = Arc::new(Server::start(Some(encoder.feed.clone()), |_| ()).await);
    let players = (0..4).map(|_| {
        let url = server.url();
        tokio::spawn(async move { run("ffmpeg", &["-v", "error", "-i", &url, "-t", "2", "-f", "null", "-"]).await })
    });
    let players: Vec<_> = players.collect();
    for _ in 0..20 {
        let mut client = Client::play(&server).await;
        assert_eq!(client.next_tag(message::DATA).await.expect("access")[3..7], *b"|Rtm");
        assert_eq!(client.next_tag(message::DATA).await.expect("metadata")[3..7], *b"onMe");
        let config = client.next_tag(message::VIDEO).await.expect("a configuration");
        assert_eq!((&config[..5], &config[5..]), (&[0x17, 0, 0, 0, 0][..], &clip().avc_config[..]));
        assert_eq!(client.next_tag(message::VIDEO).await.expect("a picture")[..5], [0x17, 1, 0, 0, 0]);
    }
    for player in players {
        let played = player.await.unwrap();
        succeeded(&played);
        assert!(played.stderr.is_empty(), "{}", String::from_utf8_lossy(&played.stderr));
    }
    assert_eq!(server.vitals.rtmp_dropped.get(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ffmpeg_is_told_that_it_may_not_publish() {
    let server = Server::start(None, |_| ()).await;
    let source = ["-v", "error", "-f", "lavfi", "-i", "testsrc=size=64x64", "-t", "5", "-c:v", "libx264"];
    let published = run("ffmpeg", &[&source[..], &["-f", "flv", &server.url()]].concat()).await;
    assert!(!published.status.success());
    assert!(published.status.code() != Some(124), "it did not wait for its own end");
    eventually("it is counted", || server.vitals.rtmp_refused.get() == 1).await;
}
