//! Surveys of files that other programs made, held against what these programs say of them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use super::*;
use crate::base::tasks::spawn_thread;

struct Files(TempDir);

impl Files {
    fn new() -> Self {
        crate::gst::start().unwrap();
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// What ffmpeg makes of these arguments.
    fn made(&self, name: &str, arguments: &str) -> PathBuf {
        self.made_with(name, &arguments.split_whitespace().collect::<Vec<_>>())
    }

    fn made_with(&self, name: &str, arguments: &[&str]) -> PathBuf {
        let mut ffmpeg = Command::new("ffmpeg");
        ffmpeg.current_dir(self.0.path()).args(["-nostdin", "-v", "error", "-y"]).args(arguments).arg(name);
        let output = ffmpeg.output().expect("ffmpeg is installed");
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        self.path(name)
    }
}

/// How many samples of one channel ffmpeg decodes out of it.
fn samples(path: &Path) -> u64 {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-nostdin", "-v", "error", "-i"]).arg(path).args(["-map", "0:a:0", "-ac", "1", "-f", "s16le", "-"]);
    ffmpeg.output().unwrap().stdout.len() as u64 / 2
}

fn micros(samples: u64, rate: u64) -> u64 {
    (samples * 1_000_000).div_ceil(rate)
}

fn of(path: &Path, about: About) -> Surveyed {
    survey(path, about, &Pulse::default()).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

const NEVER: Duration = Duration::from_secs(120);

/// How long the house's own decoder plays of it, at 48 kHz.
fn played_us(path: &Path) -> u64 {
    use crate::gst::decode::{Decoder, Origin, Said};
    let decoder = Decoder::open(&Origin::File(path.to_owned()), None, std::sync::Arc::new(|| ())).unwrap();
    let (watch, mut samples, mut frames) = (Stopwatch::start(), Vec::new(), 0);
    loop {
        assert!(watch.elapsed() < NEVER, "it hangs");
        let said = decoder.said();
        match &said {
            Some(Said::Ready) => decoder.play().unwrap(),
            Some(Said::Failed(why)) => panic!("{why}"),
            _ => std::thread::sleep(Duration::from_millis(1)),
        }
        while decoder.sound(&mut samples).is_some() {
            frames += samples.len() as u64 / 2;
            samples.clear();
        }
        if said == Some(Said::Ended) {
            return micros(frames, 48_000);
        }
    }
}

#[test]
fn sound_is_as_long_as_its_samples() {
    let files = Files::new();
    for (name, rate, made, more, codec) in [
        ("a.wav", 44_100, 44_101, "", "PCM"),
        ("b.wav", 8_000, 1, "", "PCM"),
        ("a.flac", 44_100, 70_001, "", "FLAC"),
        ("b.flac", 96_000, 12_345, "", "FLAC"),
        ("a.ogg", 44_100, 50_003, "-c:a libvorbis", "Vorbis"),
        ("b.ogg", 48_000, 50_003, "-c:a libopus", "Opus"),
        ("a.mka", 44_100, 33_333, "-c:a flac", "FLAC"),
        ("a.aac", 44_100, 60_000, "-f adts", "AAC"),
    ] {
        let path = files.made(name, &format!("-f lavfi -i sine=r={rate} -af atrim=end_sample={made} {more}"));
        let found = of(&path, About::Sound);
        let theirs = samples(&path);
        assert_eq!(found.length_us, micros(theirs, rate), "{name}: made {made}, {theirs} by ffmpeg");
        assert_eq!((found.codecs, found.trouble), (vec![codec.to_owned()], None), "{name}");
    }
}

/// GStreamer 1.22 does not leave out what an encoder had to put before and behind, which ffmpeg does; what is played counts.
#[test]
fn what_encoders_add_is_counted_as_it_is_played() {
    let files = Files::new();
    for (name, more) in [("a.mp3", "-q:a 4"), ("b.mp3", "-b:a 128k -write_xing 0"), ("a.m4a", "-c:a aac")] {
        let path = files.made(name, &format!("-f lavfi -i sine=r=44100 -af atrim=end_sample=123457 {more}"));
        let (found, played) = (of(&path, About::Sound).length_us, played_us(&path));
        assert!(found.abs_diff(played) < 1_000, "{name}: {found} us, and {played} are played");
        assert!(found.abs_diff(micros(samples(&path), 44_100)) < 60_000, "{name}: {found} us");
    }
}

/// Where ffmpeg finds the end of the last picture, in microseconds from the start of the file.
fn last_picture_ends(path: &Path) -> u64 {
    let mut ffprobe = Command::new("ffprobe");
    ffprobe.args(["-v", "error", "-select_streams", "v:0", "-show_entries", "packet=pts_time,duration_time"]);
    let output = ffprobe.args(["-of", "csv=p=0"]).arg(path).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let ends = text.lines().filter_map(|line| {
        let mut numbers = line.split(',').map(|number| number.parse::<f64>().ok());
        Some(numbers.next()?? + numbers.next()??)
    });
    (ends.fold(0.0, f64::max) * 1_000_000.0).round() as u64
}

#[test]
fn a_video_is_as_long_as_its_pictures_and_not_as_its_sound() {
    let files = Files::new();
    let both = "-f lavfi -i testsrc=s=64x48:r=25:d=2 -f lavfi -i sine=d=3.3:r=48000 -map 0 -map 1 -pix_fmt yuv420p";
    for (name, more, codecs) in [
        ("a.mp4", "-c:v libx264 -c:a aac", ["H.264", "AAC"]),
        ("n.mp4", "-c:v libx264 -r 30000/1001 -c:a aac", ["H.264", "AAC"]),
        ("a.mov", "-c:v libx264 -c:a pcm_s16le", ["H.264", "PCM"]),
        ("a.webm", "-c:v libvpx-vp9 -c:a libopus", ["VP9", "Opus"]),
        ("b.webm", "-c:v libvpx -c:a libvorbis", ["VP8", "Vorbis"]),
        ("a.mkv", "-c:v libx264 -c:a aac", ["H.264", "AAC"]),
        ("b.mp4", "-c:v mpeg4 -c:a aac", ["MPEG-4", "AAC"]),
        ("j.mkv", "-c:v mjpeg -pix_fmt yuvj420p -c:a flac", ["Motion JPEG", "FLAC"]),
    ] {
        let path = files.made(name, &format!("{both} {more}"));
        let found = of(&path, About::Video);
        let theirs = last_picture_ends(&path);
        assert!(found.length_us.abs_diff(theirs) <= 1_000, "{name}: {} us, by ffmpeg {theirs}", found.length_us);
        assert_eq!((found.codecs, found.wave), (codecs.map(str::to_owned).to_vec(), None), "{name}");
    }
}

/// A transport stream begins with its clock, and its pictures some time after.
#[test]
fn a_transport_stream_has_all_its_pictures() {
    let files = Files::new();
    let path = files.made("a.ts", "-f lavfi -i testsrc=s=64x48:r=25:d=2 -c:v libx264 -pix_fmt yuv420p -muxdelay 0");
    let found = of(&path, About::Video).length_us;
    assert!((2_000_000..2_200_000).contains(&found), "{found}");
}

#[test]
fn what_a_file_says_of_itself_is_read() {
    let files = Files::new();
    let cover = files.made("cover.png", "-f lavfi -i color=red:s=40x30 -frames:v 1");
    let title = "Für \u{202e}Elise ☃ \u{1}\"quoted\"; DROP";
    let long = "ü".repeat(500);
    for (name, codec) in [("a.mp3", "libmp3lame"), ("a.flac", "flac"), ("a.m4a", "aac"), ("a.ogg", "libvorbis")] {
        let said = [("title", title), ("artist", &long), ("album", "Ein Album"), ("track", "7/12"), ("genre", "Blues")];
        let said: Vec<String> = said.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        let has_cover = name != "a.ogg";
        let mut arguments = vec!["-f", "lavfi", "-i", "sine=d=1:r=44100"];
        if has_cover {
            arguments.extend([
                "-i",
                "cover.png",
                "-map",
                "0",
                "-map",
                "1",
                "-c:v",
                "copy",
                "-disposition:v",
                "attached_pic",
            ]);
        }
        said.iter().for_each(|said| arguments.extend(["-metadata", said]));
        arguments.extend(["-metadata", "date=1998-05-02", "-c:a", codec]);
        let path = files.made_with(name, &arguments);
        let tags = of(&path, About::Sound).tags;
        assert_eq!(tags.title.as_deref(), Some("Für Elise ☃ \"quoted\"; DROP"), "{name}");
        assert!(
            tags.artist.is_some_and(|artist| artist.chars().all(|c| c == 'ü') && artist.chars().count() <= 200),
            "{name}"
        );
        assert_eq!((tags.album.as_deref(), tags.genre.as_deref()), (Some("Ein Album"), Some("Blues")), "{name}");
        assert_eq!((tags.track, tags.year), (Some(7), Some(1998)), "{name}");
        assert_eq!(tags.cover, has_cover.then(|| std::fs::read(&cover).unwrap()), "{name}");
    }
}

#[test]
fn the_waveform_shows_silence_and_what_is_loud() {
    let files = Files::new();
    let tone = "aevalsrc=exprs=0.8*sin(2*PI*440*t)*gte(t\\,2):s=44100:d=4";
    let path = files.made("a.flac", &format!("-f lavfi -i {tone} -sample_fmt s16"));
    let wave = of(&path, About::Sound).wave.expect("sound has one");
    assert_eq!(wave.peaks.len(), 1_000);
    assert!(wave.peaks[..498].iter().all(|level| *level < 0.01), "{:?}", &wave.peaks[..498]);
    assert!(wave.peaks[502..].iter().all(|level| (0.7..0.85).contains(level)));
    assert!(wave.rms[502..].iter().all(|level| (0.4..0.7).contains(level)));
}

#[test]
fn broken_files_end_in_words() {
    let files = Files::new();
    let song = files.made("a.mp3", "-f lavfi -i sine=d=20 -b:a 64k");
    let flac = files.made("a.flac", "-f lavfi -i anoisesrc=d=20");
    let film = files.made("a.mkv", "-f lavfi -i testsrc=s=64x48:r=25:d=8 -c:v libx264 -pix_fmt yuv420p -g 10");
    for (path, about, whole) in [(song, About::Sound, 20), (flac, About::Sound, 20), (film, About::Video, 8)] {
        let bytes = std::fs::read(&path).unwrap();
        let half = files.path("half");
        std::fs::write(&half, &bytes[..bytes.len() / 2]).unwrap();
        let found = of(&half, about);
        let range = whole * 200_000..whole * 800_000;
        assert!(range.contains(&found.length_us), "{}: {} us, {:?}", path.display(), found.length_us, found.trouble);
        for (from, to) in [(0, 0), (0, 3), (0, 100), (bytes.len() / 3, bytes.len())] {
            std::fs::write(&half, &bytes[from..to]).unwrap();
            // Whatever it is: it ends, and is told.
            let told =
                survey(&half, about, &Pulse::default()).map(|found| found.length_us).map_err(|error| error.to_string());
            assert!(told != Ok(0) && told != Err(String::new()), "{told:?}");
        }
    }
    let text = files.path("text");
    std::fs::write(&text, "#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1:9/secret.ts\n").unwrap();
    assert!(survey(&text, About::Sound, &Pulse::default()).is_err());
    assert!(survey(&files.path("nothing"), About::Sound, &Pulse::default()).is_err());
}

#[test]
fn files_with_flipped_bits_end_too() {
    let files = Files::new();
    let song = files.made("a.ogg", "-f lavfi -i sine=d=1 -c:a libvorbis");
    let film = files.made("a.mp4", "-f lavfi -i testsrc=s=64x48:r=25:d=1 -c:v libx264 -pix_fmt yuv420p");
    let bent = files.path("bent");
    for (path, about) in [(song, About::Sound), (film, About::Video)] {
        let whole = std::fs::read(&path).unwrap();
        for seed in 0..12 {
            let mut random = fastrand::Rng::with_seed(seed);
            let mut bytes = whole.clone();
            (0..20).for_each(|_| bytes[random.usize(0..whole.len())] = random.u8(..));
            std::fs::write(&bent, bytes).unwrap();
            let watch = Stopwatch::start();
            let _ = survey(&bent, about, &Pulse::default());
            assert!(watch.elapsed() < NEVER, "seed {seed}");
        }
    }
}

#[test]
fn who_is_told_to_stop_stops() {
    let files = Files::new();
    let path = files.made("a.wav", "-f lavfi -i anullsrc=r=48000:cl=mono -t 3600");
    let pulse = Pulse::default();
    let seen = pulse.clone();
    let stopper = spawn_thread("stopper", move || {
        while seen.beats() == 0 {
            std::thread::yield_now();
        }
        seen.stop();
    });
    assert_eq!(survey(&path, About::Sound, &pulse), Err(SurveyError::Stopped));
    stopper.unwrap().join().unwrap();
}

#[test]
fn a_video_is_shown_as_it_is_after_its_dark_start() {
    let files = Files::new();
    let parts = "-f lavfi -i color=black:s=64x36:r=25:d=2 -f lavfi -i color=0x2060c0:s=64x36:r=25:d=4 \
         -filter_complex [0][1]concat -c:v libx264 -pix_fmt yuv420p";
    let path = files.made("a.mp4", parts);
    let shown = still(&path, 6_000_000, 32, &Pulse::default()).unwrap();
    assert_eq!((shown.width, shown.height, shown.rgba.len()), (32, 18, 32 * 18 * 4));
    let near = |pixel: &[u8], wanted: [u8; 4]| pixel.iter().zip(wanted).all(|(is, wanted)| is.abs_diff(wanted) < 12);
    assert!(near(&shown.rgba[..4], [0x20, 0x60, 0xc0, 255]), "{:?}", &shown.rgba[..4]);
    let black = files.made("b.mp4", "-f lavfi -i color=black:s=64x36:r=25:d=1 -c:v libx264 -pix_fmt yuv420p");
    let shown = still(&black, 1_000_000, 32, &Pulse::default()).unwrap();
    assert!(near(&shown.rgba[..4], [0, 0, 0, 255]), "there is nothing else: {:?}", &shown.rgba[..4]);
    let clear =
        files.made("c.webm", "-f lavfi -i color=red@0.5:s=64x36:r=25:d=1,format=yuva420p -c:v libvpx -auto-alt-ref 0");
    let shown = still(&clear, 1_000_000, 32, &Pulse::default()).unwrap();
    assert!(shown.rgba[3].abs_diff(128) < 12, "{:?}", &shown.rgba[..4]);
}
