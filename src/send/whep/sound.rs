//! Sound for browsers: one Opus encoder for all viewers, while there are any. It hears what the encoders hear.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::broadcast;

use crate::base::tasks::spawn_thread;
use crate::frame::mailbox::{Mailbox, WhenFull};
use crate::frame::sound::{SAMPLE_RATE, SAMPLES_PER_CHUNK, SoundChunk};
use crate::gst::GstError;
use crate::gst::pipeline::{Notice, Pipeline, filled};
use crate::gst::sink::Taken;
use crate::gst::source::Timing;
use crate::send::Pipelines;
use crate::show::time::ShowTime;

/// Half a second.
const CHUNKS: usize = 50;
/// A second of packets: who is further behind misses some.
const PACKETS: usize = 50;
const PATIENCE: Duration = Duration::from_millis(20);

/// 20 ms of Opus.
#[derive(Clone)]
pub struct Piece {
    pub at: ShowTime,
    pub data: Bytes,
}

pub struct Sound {
    chunks: Arc<Mailbox<SoundChunk>>,
    pipelines: Pipelines,
    out: broadcast::Sender<Piece>,
    /// Whether the thread runs.
    runs: Mutex<bool>,
}

impl Sound {
    pub fn new(chunks: Arc<Mailbox<SoundChunk>>, pipelines: Pipelines) -> Arc<Self> {
        Arc::new(Self { chunks, pipelines, out: broadcast::Sender::new(PACKETS), runs: Mutex::new(false) })
    }

    /// What is encoded from now on. The first who listens starts the encoder, and it ends after the last.
    pub fn listen(self: &Arc<Self>) -> broadcast::Receiver<Piece> {
        let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        let pieces = self.out.subscribe();
        if !*runs {
            let sound = self.clone();
            let started = spawn_thread("opus", move || sound.run());
            *runs = started.inspect_err(|error| tracing::error!(%error, "the thread for Opus can not be started")).is_ok();
        }
        pieces
    }

    /// Says so, and that the thread ends: whoever comes then starts another.
    fn is_done(&self) -> bool {
        let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        *runs = self.out.receiver_count() > 0;
        !*runs
    }

    fn run(&self) {
        if let Err(error) = self.encode() {
            // Pictures go on without it; the next viewer tries anew.
            tracing::error!(%error, "viewers in browsers have no sound");
            *self.runs.lock().unwrap_or_else(PoisonError::into_inner) = false;
        }
    }

    fn encode(&self) -> Result<(), GstError> {
        let pipeline = Pipeline::from_text(&filled(self.pipelines.text("encode-opus"), &[]))?;
        let source = pipeline.source("sound")?;
        let start: Arc<OnceLock<ShowTime>> = Arc::default();
        let (out, begun) = (self.out.clone(), start.clone());
        pipeline.sink("coded_sound")?.on_data(
            move |taken| {
                if let Some(piece) = begun.get().and_then(|start| piece(*start, taken)) {
                    // Nobody listens: the thread is about to see it.
                    let _ = out.send(piece);
                }
            },
            || {},
        );
        pipeline.play()?;
        let branch = self.chunks.branch(CHUNKS, WhenFull::DropOldest);
        branch.mailbox().set_wanted(true);
        while !self.is_done() {
            if let Some(chunk) = branch.mailbox().take(PATIENCE) {
                let time = chunk.number.time();
                let since = time.micros() - start.get_or_init(|| time).micros();
                source.push(chunk.bytes(), timing(since));
            }
            if let Some(Notice::Failed(message)) = pipeline.notice() {
                return Err(GstError::Failed(message));
            }
        }
        Ok(())
    }
}

fn timing(micros: i64) -> Timing {
    let duration = 1_000_000_000 * SAMPLES_PER_CHUNK as u64 / u64::from(SAMPLE_RATE);
    Timing { pts: u64::try_from(micros).unwrap_or(0) * 1_000, duration, key: true }
}

fn piece(start: ShowTime, taken: Taken) -> Option<Piece> {
    let since_start = i64::try_from(taken.at / 1_000).ok()?;
    Some(Piece { at: ShowTime(start.micros() + since_start), data: taken.data })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::sound::{CHANNELS, ChunkNumber};

    fn chunk(number: u64) -> SoundChunk {
        SoundChunk { number: ChunkNumber(number), samples: vec![0.1; SAMPLES_PER_CHUNK * CHANNELS].into() }
    }

    /// A thread ends when it has seen that nobody listens, which it looks for all the time.
    fn wait_for(sound: &Sound, wanted: bool) {
        for _ in 0..2_000 {
            if sound.chunks.is_wanted() == wanted {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("is_wanted does not become {wanted}");
    }

    #[test]
    fn the_first_who_listens_starts_the_encoder_and_the_last_ends_it() {
        crate::gst::start().unwrap();
        let chunks = Mailbox::new(1, WhenFull::DropOldest);
        let sound = Sound::new(chunks.clone(), Pipelines::load(None).unwrap());
        assert!(!chunks.is_wanted(), "nobody listens");
        for round in 0..2 {
            let (mut one, other) = (sound.listen(), sound.listen());
            wait_for(&sound, true);
            let first = 1_000 * (round + 1);
            (first..first + 40).for_each(|number| drop(chunks.post(chunk(number))));
            let times: Vec<_> = (0..10).map(|_| one.blocking_recv().unwrap().at.micros()).collect();
            assert_eq!(times[0], ChunkNumber(first).time().micros(), "on the clock of the show");
            // The first has what the encoder looks ahead cut off.
            assert!(times[1..].windows(2).all(|pair| pair[1] - pair[0] == 20_000), "{times:?}");
            drop(one);
            assert!(chunks.is_wanted(), "one still listens");
            drop(other);
            wait_for(&sound, false);
        }
    }
}
