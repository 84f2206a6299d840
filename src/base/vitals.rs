//! What is measured: counters that hot paths add to without a lock, and their text for Prometheus.
//!
//! Every metric is a field; its doc comment is its help text.

use prometheus::{
    Encoder, Gauge, Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry, TextEncoder,
};

use super::following::FollowBoard;
use super::status::StatusBoard;

/// From a tenth of a millisecond to a quarter of a second: a frame at 30 fps has 33 ms.
const STAGE_SECONDS: [f64; 12] = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.033, 0.05, 0.1, 0.25];

macro_rules! vitals {
    ($( $(#[doc = $help:literal])+ $field:ident: $kind:ident $(($label:literal))? = $name:literal; )*) => {
        pub struct Vitals {
            registry: Registry,
            /// How the parts are doing.
            pub status: StatusBoard,
            /// Where a node that follows another is.
            pub following: FollowBoard,
            $( $(#[doc = $help])+ pub $field: $kind, )*
        }

        impl Vitals {
            /// All metrics at zero.
            pub fn new() -> Self {
                let registry = Registry::new();
                $(
                    let help = concat!($($help),+).trim();
                    let $field = <$kind as Metric>::make($name, help, &[$($label)?]);
                    registry.register(Box::new($field.clone())).expect("metric names are unique");
                )*
                Self { registry, status: StatusBoard::default(), following: FollowBoard::default(), $($field),* }
            }
        }
    };
}

/// Counts in a gauge for as long as it lives, however its task ends.
pub struct Counted(IntGauge);

impl Counted {
    pub fn in_gauge(gauge: &IntGauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}

trait Metric: Sized {
    fn make(name: &str, help: &str, labels: &[&str]) -> Self;
}

macro_rules! plain_metric {
    ($($kind:ident),*) => {$(
        impl Metric for $kind {
            fn make(name: &str, help: &str, _labels: &[&str]) -> Self {
                $kind::new(name, help).expect("metric names are well formed")
            }
        }
    )*};
}

macro_rules! labelled_metric {
    ($($kind:ident),*) => {$(
        impl Metric for $kind {
            fn make(name: &str, help: &str, labels: &[&str]) -> Self {
                $kind::new(Opts::new(name, help), labels).expect("metric names are well formed")
            }
        }
    )*};
}

plain_metric!(IntCounter, IntGauge, Gauge);
labelled_metric!(IntCounterVec, IntGaugeVec);

impl Metric for Histogram {
    fn make(name: &str, help: &str, _labels: &[&str]) -> Self {
        let options = HistogramOpts::new(name, help).buckets(STAGE_SECONDS.to_vec());
        Histogram::with_opts(options).expect("metric names are well formed")
    }
}

vitals! {
    /// Frames that became due.
    frames_due: IntCounter = "marquee_frames_due_total";
    /// Frames painted, or shared with the one before because nothing had changed.
    frames_painted: IntCounter = "marquee_frames_painted_total";
    /// Of those, frames that were shared unchanged.
    frames_shared: IntCounter = "marquee_frames_shared_total";
    /// Frames that show the picture before them, because there is too much to paint.
    frames_repeated: IntCounter = "marquee_frames_repeated_total";
    /// What is left out because there is too much to paint: 0 nothing, 1 half of the previews, 2 half their width, 3 costly
    /// filters, 4 every other picture.
    engine_rung: IntGauge = "marquee_engine_rung";
    /// Frames never made, because the engine was late or no buffer was free.
    frames_skipped: IntCounter = "marquee_frames_skipped_total";
    /// Frames begun more than half a frame after they were due.
    frames_late: IntCounter = "marquee_frames_late_total";
    /// How long after its due time each frame was begun.
    tick_lateness: Histogram = "marquee_tick_lateness_seconds";
    /// Time to decide what a frame shows.
    plan_time: Histogram = "marquee_plan_seconds";
    /// Time to paint a frame.
    paint_time: Histogram = "marquee_paint_seconds";
    /// Frame buffers that are free.
    pool_free: IntGauge = "marquee_pool_free_buffers";
    /// Frame buffers there are.
    pool_size: IntGauge = "marquee_pool_buffers";
    /// Frames waiting for the encoder.
    encoder_waiting: IntGauge = "marquee_encoder_waiting_frames";
    /// Frames given to the encoder.
    encoder_frames_in: IntCounter = "marquee_encoder_frames_in_total";
    /// Frames that came out of the encoder.
    encoder_frames_out: IntCounter = "marquee_encoder_frames_out_total";
    /// Frames the encoder was too slow for.
    encoder_frames_dropped: IntCounter = "marquee_encoder_dropped_frames_total";
    /// Time from a frame's due time to its coded picture.
    encoder_latency: Histogram = "marquee_encoder_latency_seconds";
    /// Coded video, in bytes.
    encoder_video_bytes: IntCounter = "marquee_encoder_video_bytes_total";
    /// Coded sound, in bytes.
    encoder_audio_bytes: IntCounter = "marquee_encoder_audio_bytes_total";
    /// Times the encoder was started.
    encoder_starts: IntCounter = "marquee_encoder_starts_total";
    /// Pictures that came out of the encoder of a rendition other than main.
    rendition_frames: IntCounterVec("rendition") = "marquee_rendition_frames_total";
    /// Frames the encoder of a rendition was too slow for.
    rendition_dropped: IntCounterVec("rendition") = "marquee_rendition_dropped_frames_total";
    /// Coded video of a rendition, in bytes.
    rendition_bytes: IntCounterVec("rendition") = "marquee_rendition_video_bytes_total";
    /// Times the encoder of a rendition was started.
    rendition_starts: IntCounterVec("rendition") = "marquee_rendition_starts_total";
    /// Pieces of sound (10 ms) that were never made.
    sound_skipped: IntCounter = "marquee_sound_skipped_chunks_total";
    /// Pieces of sound (10 ms) for which an input that is heard had nothing, or too little.
    sound_missing: IntCounter = "marquee_sound_missing_chunks_total";
    /// Time to mix a piece of sound (10 ms).
    sound_mix_time: Histogram = "marquee_sound_mix_seconds";
    /// Bytes sent or written, per destination.
    destination_bytes: IntCounterVec("destination") = "marquee_destination_bytes_total";
    /// Packets given to a destination.
    destination_packets: IntCounterVec("destination") = "marquee_destination_packets_total";
    /// Packets a destination was too slow for.
    destination_dropped: IntCounterVec("destination") = "marquee_destination_dropped_packets_total";
    /// Connections that broke and were tried again, per destination.
    destination_reconnects: IntCounterVec("destination") = "marquee_destination_reconnects_total";
    /// Pictures that were decoded, per input.
    input_frames: IntCounterVec("input") = "marquee_input_frames_total";
    /// Of those, pictures of files that came when their time had begun already, per input: the one before was shown for them.
    input_late: IntCounterVec("input") = "marquee_input_late_frames_total";
    /// Of those, pictures that came too late to be shown, per input.
    input_dropped: IntCounterVec("input") = "marquee_input_dropped_frames_total";
    /// Times that an input was lost and opened again, per input.
    input_reconnects: IntCounterVec("input") = "marquee_input_reconnects_total";
    /// Preview pictures that were due while somebody watched and never made: the engine skipped their frames, or time was short.
    preview_left_out: IntCounter = "marquee_preview_left_out_frames_total";
    /// Pictures encoded for the preview.
    preview_encoded: IntCounter = "marquee_preview_encoded_frames_total";
    /// Time to scale and encode a preview picture.
    preview_time: Histogram = "marquee_preview_encode_seconds";
    /// Preview pictures sent to watchers.
    preview_sent: IntCounter = "marquee_preview_sent_frames_total";
    /// Preview pictures that watchers were too slow for.
    preview_dropped: IntCounter = "marquee_preview_dropped_frames_total";
    /// Who watches the preview now.
    preview_watchers: IntGauge = "marquee_preview_watchers";
    /// Multiview pictures that were due while somebody watched and never made.
    multiview_left_out: IntCounter = "marquee_multiview_left_out_frames_total";
    /// Time to prepare and paint a multiview picture.
    multiview_paint_time: Histogram = "marquee_multiview_paint_seconds";
    /// Multiview pictures painted.
    multiview_painted: IntCounter = "marquee_multiview_painted_frames_total";
    /// Multiview pictures encoded.
    multiview_encoded: IntCounter = "marquee_multiview_encoded_frames_total";
    /// Time to encode a multiview picture.
    multiview_time: Histogram = "marquee_multiview_encode_seconds";
    /// Multiview pictures sent to watchers.
    multiview_sent: IntCounter = "marquee_multiview_sent_frames_total";
    /// Multiview pictures that watchers were too slow for.
    multiview_dropped: IntCounter = "marquee_multiview_dropped_frames_total";
    /// Who watches the multiview now.
    multiview_watchers: IntGauge = "marquee_multiview_watchers";
    /// Frames of lights that became due.
    lights_due: IntCounter = "marquee_lights_frames_due_total";
    /// Frames of lights that were computed.
    lights_frames: IntCounter = "marquee_lights_frames_total";
    /// Frames of lights that were never computed, because the engine was late.
    lights_skipped: IntCounter = "marquee_lights_frames_skipped_total";
    /// How long after its due time each frame of lights was begun.
    lights_lateness: Histogram = "marquee_lights_lateness_seconds";
    /// Time to compute a frame of all lights.
    lights_time: Histogram = "marquee_lights_compute_seconds";
    /// Time to read a frame of the picture for the lights.
    lights_sample_time: Histogram = "marquee_lights_sample_seconds";
    /// Frames of lights sent, per fixture.
    fixture_frames: IntCounterVec("fixture") = "marquee_fixture_frames_total";
    /// Packets sent, per fixture.
    fixture_packets: IntCounterVec("fixture") = "marquee_fixture_packets_total";
    /// Bytes sent, per fixture.
    fixture_bytes: IntCounterVec("fixture") = "marquee_fixture_bytes_total";
    /// Frames that a fixture took too late for, per fixture.
    fixture_dropped: IntCounterVec("fixture") = "marquee_fixture_dropped_frames_total";
    /// Sends that failed, per fixture.
    fixture_errors: IntCounterVec("fixture") = "marquee_fixture_errors_total";
    /// Pictures shown, per display of this machine.
    display_pictures: IntCounterVec("display") = "marquee_display_pictures_total";
    /// Bytes of pictures that had changed, per display.
    display_bytes: IntCounterVec("display") = "marquee_display_bytes_total";
    /// Times that a display could not be shown on, per display.
    display_errors: IntCounterVec("display") = "marquee_display_errors_total";
    /// WebSocket clients now.
    websocket_clients: IntGauge = "marquee_websocket_clients";
    /// Socket.IO clients now.
    socketio_clients: IntGauge = "marquee_socketio_clients";
    /// Connections to the RTMP server now.
    rtmp_connections: IntGauge = "marquee_rtmp_connections";
    /// RTMP clients that play the program now.
    rtmp_players: IntGauge = "marquee_rtmp_players";
    /// RTMP clients that publish now.
    rtmp_publishers: IntGauge = "marquee_rtmp_publishers";
    /// Bytes that RTMP publishers sent.
    rtmp_received: IntCounter = "marquee_rtmp_received_bytes_total";
    /// RTMP connections turned away or closed for bad behaviour.
    rtmp_refused: IntCounter = "marquee_rtmp_refused_connections_total";
    /// Bytes sent to RTMP players.
    rtmp_bytes: IntCounter = "marquee_rtmp_sent_bytes_total";
    /// Packets that RTMP players were too slow for.
    rtmp_dropped: IntCounter = "marquee_rtmp_dropped_packets_total";
    /// Browsers that watch over WHEP.
    whep_viewers: IntGauge = "marquee_whep_viewers";
    /// Commands that changed the show.
    commands_accepted: IntCounter = "marquee_commands_accepted_total";
    /// Commands that were turned down, and changed nothing.
    commands_rejected: IntCounter = "marquee_commands_rejected_total";
    /// Commands that had been carried out already, and got their first receipt again.
    commands_repeated: IntCounter = "marquee_commands_repeated_total";
    /// Time to write changes to the journal.
    journal_time: Histogram = "marquee_journal_commit_seconds";
    /// Writes to the journal that failed.
    journal_errors: IntCounter = "marquee_journal_errors_total";
    /// Changes written to Redis.
    redis_changes: IntCounter = "marquee_redis_changes_written_total";
    /// Times that Redis could not be reached, or took nothing.
    redis_errors: IntCounter = "marquee_redis_errors_total";
    /// Changes that came from the leader.
    follow_changes: IntCounter = "marquee_follow_changes_total";
    /// Times that the whole show came from the leader.
    follow_snapshots: IntCounter = "marquee_follow_snapshots_total";
    /// Times that the leader was lost.
    follow_losses: IntCounter = "marquee_follow_losses_total";
    /// Whether the leader is there, and nothing of what it has told is missing.
    follow_connected: IntGauge = "marquee_follow_connected";
    /// What this machine's clock is corrected by to be the leader's.
    follow_clock_offset: Gauge = "marquee_follow_clock_offset_seconds";
    /// Files of the show that have not been fetched from the leader yet.
    follow_missing_assets: IntGauge = "marquee_follow_missing_assets";
    /// Nodes that follow this one.
    followers: IntGauge = "marquee_followers";
    /// HTTP requests, by class of answer.
    http_requests: IntCounterVec("class") = "marquee_http_requests_total";
    /// HTTP requests that were refused or failed, by the error's code.
    refused_requests: IntCounterVec("code") = "marquee_refused_requests_total";
    /// Share of all processor time that this process used over the last second, 0 to 100.
    cpu_percent: Gauge = "marquee_process_cpu_percent";
    /// Memory that this process holds, in bytes.
    memory_bytes: IntGauge = "marquee_process_resident_bytes";
}

/// For those who count without knowing who gathers.
pub use prometheus::IntCounter as Counter;

/// What one encoder counts.
#[derive(Clone)]
pub struct EncoderCounts {
    pub starts: IntCounter,
    pub frames_in: IntCounter,
    pub frames_out: IntCounter,
    pub dropped: IntCounter,
    pub video_bytes: IntCounter,
    pub audio_bytes: IntCounter,
    /// Of the main encoder only.
    timed: Option<(IntGauge, Histogram)>,
}

impl EncoderCounts {
    pub fn waiting(&self, frames: usize) {
        if let Some((waiting, _)) = &self.timed {
            waiting.set(i64::try_from(frames).unwrap_or(i64::MAX));
        }
    }

    pub fn latency(&self, latency: std::time::Duration) {
        if let Some((_, latencies)) = &self.timed {
            latencies.observe(latency.as_secs_f64());
        }
    }
}

/// What is counted of one fixture.
pub struct FixtureCounts {
    pub frames: IntCounter,
    pub packets: IntCounter,
    pub bytes: IntCounter,
    pub dropped: IntCounter,
    pub errors: IntCounter,
}

/// What is counted of one display.
pub struct DisplayCounts {
    pub pictures: IntCounter,
    pub bytes: IntCounter,
    pub errors: IntCounter,
}

/// What is counted of pictures that are encoded once for all who watch.
#[derive(Clone)]
pub struct WatchCounts {
    pub left_out: IntCounter,
    pub encoded: IntCounter,
    pub time: Histogram,
    pub sent: IntCounter,
    pub dropped: IntCounter,
    pub watchers: IntGauge,
}

impl Vitals {
    pub fn preview_counts(&self) -> WatchCounts {
        WatchCounts {
            left_out: self.preview_left_out.clone(),
            encoded: self.preview_encoded.clone(),
            time: self.preview_time.clone(),
            sent: self.preview_sent.clone(),
            dropped: self.preview_dropped.clone(),
            watchers: self.preview_watchers.clone(),
        }
    }

    pub fn multiview_counts(&self) -> WatchCounts {
        WatchCounts {
            left_out: self.multiview_left_out.clone(),
            encoded: self.multiview_encoded.clone(),
            time: self.multiview_time.clone(),
            sent: self.multiview_sent.clone(),
            dropped: self.multiview_dropped.clone(),
            watchers: self.multiview_watchers.clone(),
        }
    }

    pub fn fixture_counts(&self, id: &str) -> FixtureCounts {
        let of = |family: &IntCounterVec| family.with_label_values(&[id]);
        FixtureCounts {
            frames: of(&self.fixture_frames),
            packets: of(&self.fixture_packets),
            bytes: of(&self.fixture_bytes),
            dropped: of(&self.fixture_dropped),
            errors: of(&self.fixture_errors),
        }
    }

    pub fn display_counts(&self, id: &str) -> DisplayCounts {
        let of = |family: &IntCounterVec| family.with_label_values(&[id]);
        DisplayCounts {
            pictures: of(&self.display_pictures),
            bytes: of(&self.display_bytes),
            errors: of(&self.display_errors),
        }
    }

    /// Of the main encoder, or of a rendition's by its name.
    pub fn encoder_counts(&self, rendition: Option<&str>) -> EncoderCounts {
        let Some(rendition) = rendition else {
            return EncoderCounts {
                starts: self.encoder_starts.clone(),
                frames_in: self.encoder_frames_in.clone(),
                frames_out: self.encoder_frames_out.clone(),
                dropped: self.encoder_frames_dropped.clone(),
                video_bytes: self.encoder_video_bytes.clone(),
                audio_bytes: self.encoder_audio_bytes.clone(),
                timed: Some((self.encoder_waiting.clone(), self.encoder_latency.clone())),
            };
        };
        let uncounted = || IntCounter::new("uncounted", "in no registry").expect("the name is well formed");
        EncoderCounts {
            starts: self.rendition_starts.with_label_values(&[rendition]),
            frames_in: uncounted(),
            frames_out: self.rendition_frames.with_label_values(&[rendition]),
            dropped: self.rendition_dropped.with_label_values(&[rendition]),
            video_bytes: self.rendition_bytes.with_label_values(&[rendition]),
            audio_bytes: uncounted(),
            timed: None,
        }
    }
}

impl Default for Vitals {
    fn default() -> Self {
        Self::new()
    }
}

impl Vitals {
    /// Everything, in Prometheus' text format.
    pub fn text(&self) -> String {
        let mut text = Vec::new();
        if let Err(error) = TextEncoder::new().encode(&self.registry.gather(), &mut text) {
            tracing::error!(%error, "metrics can not be written");
        }
        String::from_utf8_lossy(&text).into_owned()
    }

    /// Another family of metrics that is filled when asked for (destination states, for one).
    pub fn register(&self, collector: Box<dyn prometheus::core::Collector>) {
        if let Err(error) = self.registry.register(collector) {
            tracing::error!(%error, "a metric can not be registered");
        }
    }
}
