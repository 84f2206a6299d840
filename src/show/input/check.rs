//! Whether an input is in range: pure, and without knowing what else there is.

use super::{Input, InputKind, Video};
use crate::show::destination::Secret;

/// What is wrong with an input.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidInput {
    #[error("{field} must be from {least} to {most}")]
    OutOfRange { field: &'static str, least: &'static str, most: &'static str },
    #[error("to_ms must be after from_ms")]
    EmptyPart,
    #[error("url must begin with one of {allowed}, and name a host")]
    BadUrl { allowed: &'static str },
    #[error("url must not hold a user or password: give them as secret")]
    SecretInUrl,
    #[error("device must be a path such as /dev/video0")]
    BadDevice,
    #[error("{field} is too long")]
    TooLong { field: &'static str },
}

const NETWORK_SCHEMES: [&str; 9] = ["rtmp", "rtmps", "rtsp", "rtsps", "srt", "udp", "rtp", "http", "https"];
const LONGEST_URL: usize = 1024;
const LONGEST_NAME: usize = 128;
const LONGEST_SECRET: usize = 1024;
const DAY_MS: u64 = 86_400_000;

impl Input {
    /// Whether everything is in range. It does not know which assets there are.
    pub fn check(&self) -> Result<(), InvalidInput> {
        if self.name.chars().count() > LONGEST_NAME {
            return Err(InvalidInput::TooLong { field: "name" });
        }
        in_range("hold_ms", self.hold_ms, 0, 600_000, ("0", "600000"))?;
        match &self.kind {
            InputKind::Video(video) => check_video(video),
            InputKind::Network { url, secret, latency_ms } => {
                in_range("latency_ms", *latency_ms, 20, 10_000, ("20", "10000"))?;
                check_secret(secret)?;
                check_url(url, &NETWORK_SCHEMES, "rtmp, rtmps, rtsp, rtsps, srt, udp, rtp, http, https")
            }
            InputKind::Published { key, latency_ms } => {
                in_range("latency_ms", *latency_ms, 20, 10_000, ("20", "10000"))?;
                check_secret(key)
            }
            InputKind::Camera { device, width, height, fps } => {
                in_range("width", width.unwrap_or(16), 16, 8192, ("16", "8192"))?;
                in_range("height", height.unwrap_or(16), 16, 8192, ("16", "8192"))?;
                in_range("fps", fps.unwrap_or(1), 1, 120, ("1", "120"))?;
                check_device(device)
            }
            InputKind::Page { url, width, height, fps } => {
                in_range("width", *width, 16, 4096, ("16", "4096"))?;
                in_range("height", *height, 16, 4096, ("16", "4096"))?;
                in_range("fps", *fps, 1, 60, ("1", "60"))?;
                check_url(url, &["http", "https"], "http, https")
            }
            InputKind::Tone { hz, level_db } => {
                in_range("hz", *hz, 20.0, 20_000.0, ("20", "20000"))?;
                in_range("level_db", *level_db, -100.0, 0.0, ("-100", "0"))
            }
            InputKind::Jam { jam: _ } => Ok(()),
        }
    }
}

fn in_range<T: PartialOrd>(
    field: &'static str,
    value: T,
    least: T,
    most: T,
    told: (&'static str, &'static str),
) -> Result<(), InvalidInput> {
    // A number that is none is not in range either.
    let fits = value >= least && value <= most;
    if fits { Ok(()) } else { Err(InvalidInput::OutOfRange { field, least: told.0, most: told.1 }) }
}

fn check_video(video: &Video) -> Result<(), InvalidInput> {
    in_range("speed", video.speed, 0.1, 4.0, ("0.1", "4"))?;
    in_range("from_ms", video.from_ms, 0, DAY_MS, ("0", "86400000"))?;
    in_range("to_ms", video.to_ms.unwrap_or(0), 0, DAY_MS, ("0", "86400000"))?;
    match video.to_ms {
        Some(to_ms) if to_ms <= video.from_ms => Err(InvalidInput::EmptyPart),
        _ => Ok(()),
    }
}

fn check_secret(secret: &Secret) -> Result<(), InvalidInput> {
    if secret.reveal().len() > LONGEST_SECRET { Err(InvalidInput::TooLong { field: "secret" }) } else { Ok(()) }
}

/// Files and pipes of this machine are no addresses: only what is listed passes.
fn check_url(url: &str, schemes: &[&str], allowed: &'static str) -> Result<(), InvalidInput> {
    if url.len() > LONGEST_URL {
        return Err(InvalidInput::TooLong { field: "url" });
    }
    let bad = InvalidInput::BadUrl { allowed };
    let (scheme, rest) = url.split_once("://").ok_or(bad.clone())?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    // udp://@224.0.0.1:5000 is how GStreamer and VLC write a group to listen to.
    let authority = if scheme == "udp" { authority.trim_start_matches('@') } else { authority };
    if authority.contains('@') || rest.contains("passphrase=") {
        return Err(InvalidInput::SecretInUrl);
    }
    let plain = url.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\');
    // srt://:9000 and udp://:9000 listen.
    let has_host =
        authority.split(':').next().is_some_and(|host| !host.is_empty()) || matches!(scheme, "srt" | "udp" | "rtp");
    let fits = schemes.contains(&scheme) && plain && has_host && !authority.is_empty();
    if fits { Ok(()) } else { Err(bad) }
}

fn check_device(device: &str) -> Result<(), InvalidInput> {
    let name = device.strip_prefix("/dev/").unwrap_or("");
    let number = name.strip_prefix("video").unwrap_or("");
    let is_numbered = !number.is_empty() && number.len() <= 3 && number.bytes().all(|byte| byte.is_ascii_digit());
    let named = name.strip_prefix("v4l/by-id/").or_else(|| name.strip_prefix("v4l/by-path/")).unwrap_or("");
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':' | b'+');
    let is_named = !named.is_empty() && device.len() <= 256 && named.bytes().all(is_plain);
    if is_numbered || is_named { Ok(()) } else { Err(InvalidInput::BadDevice) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::input::Playback;
    use crate::show::time::ShowTime;

    fn input(rest: &str) -> Result<Input, String> {
        let text = format!(r#"{{"id": "a", {rest}}}"#);
        let input: Input = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        input.check().map_err(|error| error.to_string())?;
        let again: Input = serde_json::from_str(&serde_json::to_string(&input).unwrap()).unwrap();
        assert_eq!(again, input);
        Ok(input)
    }

    #[test]
    fn addresses_of_this_machine_and_ranges_are_held() {
        for good in [
            r#""kind": "video", "asset": "a""#,
            r#""kind": "video", "asset": "a", "speed": 4, "from_ms": 5, "to_ms": 6, "playback": {"state": "stopped"}"#,
            r#""kind": "network", "url": "rtmp://host/live""#,
            r#""kind": "network", "url": "srt://:9000?mode=listener", "secret": "long enough""#,
            r#""kind": "network", "url": "udp://@239.0.0.1:5000""#,
            r#""kind": "network", "url": "https://[::1]:8080/a.m3u8?b=c@d""#,
            r#""kind": "camera", "device": "/dev/v4l/by-id/usb-046d_HD-index0""#,
            r#""kind": "camera", "device": "/dev/video12", "width": 1280, "height": 720, "fps": 30"#,
            r#""kind": "page", "url": "http://host", "width": 1280, "height": 720"#,
            r#""kind": "tone""#,
            r#""kind": "published", "key": "k""#,
            r#""kind": "published", "key": "k", "latency_ms": 20"#,
        ] {
            assert_eq!(input(good).map(drop), Ok(()), "{good}");
        }
        for bad in [
            r#""kind": "video", "asset": "a", "speed": 0"#,
            r#""kind": "video", "asset": "a", "speed": 5"#,
            r#""kind": "video", "asset": "a", "from_ms": 6, "to_ms": 6"#,
            r#""kind": "video", "asset": "a", "colour": 1"#,
            r#""kind": "network", "url": "file:///etc/passwd""#,
            r#""kind": "network", "url": "/etc/passwd""#,
            r#""kind": "network", "url": "filesrc location=/etc/passwd""#,
            r#""kind": "network", "url": "RTMP-x://h""#,
            r#""kind": "network", "url": "http://""#,
            r#""kind": "network", "url": "http://a b/""#,
            r#""kind": "network", "url": "rtsp://user:password@host/""#,
            r#""kind": "network", "url": "rtmp://host/live", "latency_ms": 1"#,
            r#""kind": "camera", "device": "/dev/../etc/passwd""#,
            r#""kind": "camera", "device": "/dev/video0 ! filesink""#,
            r#""kind": "camera", "device": "/dev/v4l/by-id/../../sda""#,
            r#""kind": "page", "url": "file:///etc/passwd", "width": 1280, "height": 720"#,
            r#""kind": "tone", "hz": 1"#,
            r#""kind": "tone", "hold_ms": 700000"#,
        ] {
            assert!(input(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_key_lets_in_who_has_it_and_an_empty_one_nobody() {
        let published = |key: &str| input(&format!(r#""kind": "published", "key": "{key}""#)).unwrap();
        assert!(published("k3y").is_published_under("k3y"));
        assert!(!published("k3y").is_published_under("k3") && !published("k3y").is_published_under(""));
        assert!(!published("").is_published_under(""));
        assert!(!input(r#""kind": "tone""#).unwrap().is_published_under("tone"));
    }

    #[test]
    fn secrets_are_not_told() {
        let input = input(r#""kind": "network", "url": "rtmp://host/live", "secret": "s3cret""#).unwrap();
        assert!(!format!("{input:?}").contains("s3cret"));
        assert!(!serde_json::to_string(&input.without_secrets()).unwrap().contains("s3cret"));
    }

    #[test]
    fn where_a_file_stands_follows_from_the_time() {
        let start = ShowTime(1_700_000_000_000_000);
        let after = |seconds: i64| ShowTime(start.micros() + seconds * 1_000_000);
        let playing = Playback::Stopped.resumed(start);
        assert_eq!(playing.offset_us(2.0, after(3)), Some(6_000_000));
        let paused = playing.paused(2.0, after(3));
        assert_eq!(paused, Playback::Paused { offset_ms: 6_000 });
        assert_eq!(paused.offset_us(2.0, after(9)), Some(6_000_000));
        let resumed = paused.resumed(after(10));
        assert_eq!(resumed.offset_us(1.0, after(11)), Some(7_000_000));
        assert_eq!(resumed.sought(500, after(12)).offset_us(1.0, after(13)), Some(1_500_000));
        assert_eq!(Playback::Stopped.offset_us(1.0, start), None);
        // Since the epoch, to the microsecond.
        assert_eq!(Playback::default().offset_us(1.0, ShowTime(start.micros() + 1)), Some(start.micros() + 1));
    }
}
