//! A jam as its readers hold it: the newest state, and the newest of what happened. Each reader is a place in that row and asks for
//! what came after it; nobody has a queue.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use arc_swap::ArcSwap;
use bytes::Bytes;
use tokio::sync::watch;

use super::wire::item::put_event;
use crate::show::jam::code::JamCode;
use crate::show::jam::event::Entry;
use crate::show::jam::participant::ParticipantId;
use crate::show::jam::{Jam, Millis};

/// Whoever is further behind takes the whole.
const KEPT: usize = 1_024;
const KEPT_BYTES: usize = 256 * 1024;

/// Something that happened, in the forms in which it is told: each is made once, whoever asks first.
pub struct Happened {
    pub entry: Entry,
    bytes: OnceLock<Bytes>,
    json: OnceLock<String>,
}

impl Happened {
    fn new(entry: Entry) -> Self {
        Self { entry, bytes: OnceLock::new(), json: OnceLock::new() }
    }

    /// As an item of `jam.v1`.
    pub fn bytes(&self) -> &Bytes {
        self.bytes.get_or_init(|| {
            let mut bytes = Vec::with_capacity(16);
            put_event(&mut bytes, &self.entry.event);
            bytes.into()
        })
    }

    /// The event with `seq`, `at` and `by` beside it.
    pub fn json(&self) -> &str {
        self.json.get_or_init(|| {
            let Entry { seq, at, by, event, .. } = &self.entry;
            let told = Told { seq: *seq, at: *at, by: *by, event };
            // Plain data with text keys always becomes JSON.
            serde_json::to_string(&told).unwrap_or_default()
        })
    }
}

#[derive(serde::Serialize)]
struct Told<'a> {
    seq: u64,
    at: Millis,
    by: ParticipantId,
    #[serde(flatten)]
    event: &'a crate::show::jam::event::JamEvent,
}

pub struct Room {
    pub code: JamCode,
    pub created_at: Millis,
    /// The life of its numbers.
    pub epoch: String,
    row: Mutex<Row>,
    live: Arc<ArcSwap<Jam>>,
    newest: watch::Sender<u64>,
    /// How long the way to each connection and back takes.
    ways: Mutex<HashMap<u64, u32>>,
    slowest: AtomicU32,
}

struct Row {
    jam: Arc<Jam>,
    seq: u64,
    happened: VecDeque<Arc<Happened>>,
    bytes: usize,
    is_over: bool,
}

/// What a reader gets that has been told everything up to some number.
pub enum Since {
    Events(Vec<Arc<Happened>>),
    /// Too long ago, or never.
    Whole {
        seq: u64,
        jam: Arc<Jam>,
    },
}

impl Room {
    pub fn new(jam: Arc<Jam>, seq: u64, epoch: String) -> Self {
        let (code, created_at) = (jam.code, jam.created_at);
        let live = Arc::new(ArcSwap::new(jam.clone()));
        let row = Row { jam, seq, happened: VecDeque::new(), bytes: 0, is_over: false };
        let (ways, slowest) = (Mutex::default(), AtomicU32::new(0));
        Self { code, created_at, epoch, row: Mutex::new(row), live, newest: watch::Sender::new(seq), ways, slowest }
    }

    fn row(&self) -> MutexGuard<'_, Row> {
        self.row.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was written is seen, all of it at once.
    pub(super) fn publish(&self, entries: Vec<Entry>, jam: Arc<Jam>) {
        let mut row = self.row();
        for entry in entries {
            row.seq = entry.seq;
            let happened = Arc::new(Happened::new(entry));
            row.bytes += happened.bytes().len();
            row.happened.push_back(happened);
        }
        while row.happened.len() > KEPT || (row.bytes > KEPT_BYTES && row.happened.len() > 1) {
            let oldest = row.happened.pop_front();
            row.bytes -= oldest.map_or(0, |oldest| oldest.bytes().len());
        }
        row.jam = jam.clone();
        self.live.store(jam);
        let seq = row.seq;
        drop(row);
        self.newest.send_replace(seq);
    }

    /// What happened in between is not known: whoever reads it takes the whole.
    pub(super) fn renew(&self, seq: u64, jam: Arc<Jam>) {
        let mut row = self.row();
        (row.seq, row.jam, row.bytes) = (seq, jam.clone(), 0);
        row.happened.clear();
        self.live.store(jam);
        drop(row);
        self.newest.send_replace(seq);
    }

    pub(super) fn end(&self) {
        self.row().is_over = true;
        self.newest.send_modify(|_| {});
    }

    pub fn is_over(&self) -> bool {
        self.row().is_over
    }

    /// The number of the newest event; changes also when the jam is over.
    pub fn newest(&self) -> watch::Receiver<u64> {
        self.newest.subscribe()
    }

    /// For threads that read it often and must never wait.
    pub fn live(&self) -> Arc<ArcSwap<Jam>> {
        self.live.clone()
    }

    pub fn jam(&self) -> Arc<Jam> {
        self.live.load_full()
    }

    pub fn whole(&self) -> (u64, Arc<Jam>) {
        let row = self.row();
        (row.seq, row.jam.clone())
    }

    /// `most`: so many at once; the others the next time.
    pub fn since(&self, seen: u64, most: usize) -> Since {
        let row = self.row();
        let first = row.seq + 1 - row.happened.len() as u64;
        if seen > row.seq || seen + 1 < first {
            return Since::Whole { seq: row.seq, jam: row.jam.clone() };
        }
        // No number is left out, so the place follows from it.
        let place = (seen + 1 - first) as usize;
        Since::Events(row.happened.range(place..).take(most).cloned().collect())
    }

    /// `connection`: a number of its own.
    pub fn measured(&self, connection: u64, rtt_ms: u32) {
        self.change_ways(|ways| {
            ways.insert(connection, rtt_ms.min(10_000));
        });
    }

    pub fn left(&self, connection: u64) {
        self.change_ways(|ways| {
            ways.remove(&connection);
        });
    }

    fn change_ways(&self, change: impl FnOnce(&mut HashMap<u64, u32>)) {
        let mut ways = self.ways.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut ways);
        self.slowest.store(ways.values().copied().max().unwrap_or(0), Ordering::Relaxed);
    }

    /// How far ahead something has to be scheduled so that everybody knows of it in time.
    pub fn lead_ms(&self) -> i64 {
        i64::from(self.slowest.load(Ordering::Relaxed)).saturating_mul(2).clamp(100, 500)
    }
}
