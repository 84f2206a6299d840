//! A player's place in the program, whichever feed that is: an encoder that starts anew should not send everyone away.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use crate::frame::encoded::Packet;
use crate::frame::feed::{Feed, Next, Reader};

pub type OnAir = watch::Receiver<Option<Arc<Feed>>>;

pub struct Follower {
    program: OnAir,
    source: Source,
    /// How long it waits for another feed when one has ended.
    reopen_within: Duration,
}

enum Source {
    /// That it begins was not said yet.
    Fresh(Arc<Feed>),
    Feed(Reader),
    /// The feed that was played has ended.
    Lost {
        last: Arc<Feed>,
        until: Instant,
    },
}

/// What the player gets next.
pub enum Due {
    /// A feed, with the headers of what follows: the first one, or one after a break.
    Begins(Arc<Feed>),
    Packet(Arc<Packet>),
    Missed(u64),
}

impl Follower {
    /// Begins at the newest key frame; None when the program is off air.
    pub fn new(mut program: OnAir, reopen_within: Duration) -> Option<Self> {
        let feed = program.borrow_and_update().clone()?;
        Some(Self { program, source: Source::Fresh(feed), reopen_within })
    }

    /// Waits for what is due; None when the program has ended. Safe to cancel.
    pub async fn next(&mut self) -> Option<Due> {
        loop {
            match &mut self.source {
                Source::Fresh(feed) => {
                    let feed = feed.clone();
                    self.source = Source::Feed(feed.read_from_newest_key());
                    return Some(Due::Begins(feed));
                }
                Source::Feed(reader) => {
                    let next = match reader.try_next() {
                        // The encoder may have gone without a word; another feed in its place says as much.
                        Next::Pending if is_on_air(&self.program, reader.feed()) => tokio::select! {
                            next = reader.next() => next,
                            changed = self.program.changed() => {
                                changed.ok()?;
                                continue;
                            }
                        },
                        Next::Pending => Next::Ended,
                        next => next,
                    };
                    match next {
                        Next::Packet(packet) => return Some(Due::Packet(packet)),
                        Next::Missed(count) => return Some(Due::Missed(count)),
                        Next::Pending => {}
                        Next::Ended => {
                            let (last, until) = (reader.feed().clone(), Instant::now() + self.reopen_within);
                            self.source = Source::Lost { last, until };
                        }
                    }
                }
                Source::Lost { last, until } => {
                    let until = *until;
                    let feed = self.program.borrow_and_update().clone();
                    if let Some(feed) = feed.filter(|feed| !Arc::ptr_eq(feed, last)) {
                        self.source = Source::Fresh(feed);
                        continue;
                    }
                    timeout_at(until, self.program.changed()).await.ok()?.ok()?;
                }
            }
        }
    }

    /// How many microseconds of packets lie between here and the newest.
    #[cfg(feature = "whep")]
    pub fn behind_micros(&self) -> i64 {
        match &self.source {
            Source::Feed(reader) => reader.behind_micros(),
            Source::Fresh(_) | Source::Lost { .. } => 0,
        }
    }
}

fn is_on_air(program: &OnAir, feed: &Arc<Feed>) -> bool {
    program.borrow().as_ref().is_some_and(|on_air| Arc::ptr_eq(on_air, feed))
}
