//! The line to the leader, for as long as the server runs: lost, it is opened anew, and goes on from the newest change that is here.

use std::pin::Pin;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::mpsc;
use tokio::time::{Sleep, sleep};

use super::dial::{Address, Heard, Line};
use super::timing;
use super::waiting::{self, Waiting};
use super::{Node, pause};
use crate::base::asking::Asking;
use crate::state::following::{Deliveries, Delivery, Forward};
use crate::state::format::{ChangeRecord, SnapshotRecord};
use crate::state::relay::{Down, Up};
use crate::state::{Epoch, Seq, Snapshot};

/// The leader says the time every two and a half seconds, whatever else.
const SILENCE: Duration = Duration::from_secs(8);
/// Between two looks at who has waited for too long.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Changes that are written together.
const AT_ONCE: usize = 256;

/// What comes by this line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Part {
    All,
    /// Changes come another way.
    Commands,
}

pub async fn keep(node: Node, address: Address, mut commands: mpsc::Receiver<Forward>, deliveries: Deliveries, part: Part) {
    let (mut waiting, mut tries) = (Waiting::new(), 0_u32);
    loop {
        let why = match until_dialled(&node, &address, &mut commands, &mut waiting).await {
            None => return,
            Some(Err(why)) => why,
            Some(Ok(line)) => {
                let mut link = Link {
                    node: &node,
                    line,
                    deliveries: &deliveries,
                    waiting: &mut waiting,
                    part,
                    asking: Asking::default(),
                    was_well: false,
                    cut_off_above: None,
                };
                let ended = link.run(&mut commands).await;
                if link.was_well {
                    tries = 0;
                }
                match ended {
                    Ok(()) => return,
                    Err(why) => why,
                }
            }
        };
        takes_commands(&node, false);
        if part == Part::All {
            node.is_cut_off(&why);
        }
        tries += 1;
        if while_away(&node, &mut commands, &mut waiting, sleep(pause(tries))).await.is_none() {
            return;
        }
    }
}

fn takes_commands(node: &Node, takes: bool) {
    node.vitals.following.change(|following| following.takes_commands = takes);
}

async fn until_dialled(
    node: &Node,
    address: &Address,
    commands: &mut mpsc::Receiver<Forward>,
    waiting: &mut Waiting,
) -> Option<Result<Line, String>> {
    while_away(node, commands, waiting, address.dial()).await
}

/// Does it while commands are turned down. None when the server goes down.
async fn while_away<T>(
    node: &Node,
    commands: &mut mpsc::Receiver<Forward>,
    waiting: &mut Waiting,
    work: impl Future<Output = T>,
) -> Option<T> {
    tokio::pin!(work);
    let mut look = tokio::time::interval(LOOK_EVERY);
    loop {
        tokio::select! {
            biased;
            () = node.closed() => return None,
            done = &mut work => return Some(done),
            _ = look.tick() => waiting.give_up_old(&node.leader),
            forward = commands.recv() => waiting::turn_down(forward?, &node.leader),
        }
    }
}

struct Link<'a> {
    node: &'a Node,
    line: Line,
    deliveries: &'a Deliveries,
    waiting: &'a mut Waiting,
    part: Part,
    asking: Asking,
    /// It has said something of use.
    was_well: bool,
    /// Why the leader does not hear from its own one.
    cut_off_above: Option<String>,
}

impl Link<'_> {
    /// Ok when the server goes down; else why the line is lost.
    async fn run(&mut self, commands: &mut mpsc::Receiver<Forward>) -> Result<(), String> {
        if self.part == Part::All {
            let own = self.node.state.snapshot();
            self.line.say(&Up::Follow { epoch: own.epoch, seq: own.seq }).await?;
        } else {
            takes_commands(self.node, true);
        }
        for up in self.waiting.again() {
            self.line.say(&up).await?;
        }
        let mut look = tokio::time::interval(LOOK_EVERY);
        let mut quiet: Pin<Box<Sleep>> = Box::pin(sleep(SILENCE));
        loop {
            tokio::select! {
                biased;
                () = self.node.closed() => return Ok(()),
                heard = self.line.hear() => {
                    quiet = Box::pin(sleep(SILENCE));
                    self.hear(heard?).await?;
                }
                () = &mut quiet => return Err("it has said nothing for 8 s".to_owned()),
                _ = look.tick() => self.look(),
                () = self.asking.due() => {
                    let sent = self.node.clock.steady();
                    self.line.say(&Up::Time { sent }).await?;
                }
                forward = commands.recv(), if self.waiting.len() < waiting::MOST => match forward {
                    Some(forward) => self.hand_up(forward).await?,
                    None => return Ok(()),
                },
            }
        }
    }

    fn look(&mut self) {
        self.waiting.give_up_old(&self.node.leader);
        let waiting = self.waiting.len();
        self.node.vitals.following.change(|following| following.waiting_commands = waiting);
    }

    async fn hand_up(&mut self, forward: Forward) -> Result<(), String> {
        match self.waiting.take(forward) {
            Some(up) => self.line.say(&up).await,
            None => Ok(()),
        }
    }

    async fn hear(&mut self, heard: Heard) -> Result<(), String> {
        let mut next = Some(heard);
        while let Some(heard) = next.take() {
            let Heard::Down(down) = heard else { return Ok(()) };
            next = match *down {
                Down::Change { seq, record } if self.part == Part::All => {
                    let (changes, after) = self.changes((seq, record))?;
                    self.deliver(Delivery::Changes(changes)).await?;
                    self.stands();
                    after
                }
                Down::Snapshot { epoch, record } if self.part == Part::All => {
                    self.begin_anew(epoch, *record).await?;
                    None
                }
                Down::Synced { seq, cut_off, .. } if self.part == Part::All => {
                    if !std::mem::replace(&mut self.was_well, true) {
                        tracing::info!(leader = self.node.leader, seq = seq.0, "the show follows");
                    }
                    self.told_the_newest(seq, cut_off);
                    None
                }
                Down::Answer { id, answer } => {
                    self.waiting.answered(id, answer, self.deliveries).await;
                    None
                }
                Down::Time { sent, arrived, left, seq, cut_off } => {
                    timing::hear(&mut self.asking, self.node, sent, arrived, left);
                    self.told_the_newest(seq, cut_off);
                    None
                }
                Down::Change { .. } | Down::Snapshot { .. } | Down::Synced { .. } | Down::NoPiece { .. } => None,
            };
        }
        Ok(())
    }

    fn told_the_newest(&mut self, seq: Seq, cut_off: Option<String>) {
        self.cut_off_above = cut_off;
        match self.part {
            Part::All if self.was_well => {
                // The leader would have nobody to hand them up to.
                takes_commands(self.node, self.cut_off_above.is_none());
                self.stands_at(seq.0);
            }
            Part::All => {}
            Part::Commands => self.was_well = true,
        }
    }

    fn stands_at(&self, leader_seq: u64) {
        match &self.cut_off_above {
            None => self.node.stands_at(leader_seq),
            Some(why) => self.node.is_cut_off_above(why),
        }
    }

    /// All changes that have come already, and what came after them.
    #[expect(clippy::type_complexity, reason = "the two are of no use to anyone else")]
    fn changes(&mut self, first: (Seq, ChangeRecord)) -> Result<(Vec<(Seq, ChangeRecord)>, Option<Heard>), String> {
        let mut changes = vec![first];
        while changes.len() < AT_ONCE {
            match self.line.hear().now_or_never() {
                Some(Ok(Heard::Down(down))) => match *down {
                    Down::Change { seq, record } => changes.push((seq, record)),
                    other => return checked(changes).map(|changes| (changes, Some(Heard::Down(Box::new(other))))),
                },
                Some(Ok(Heard::SignOfLife | Heard::Piece(_))) => {}
                // What has come counts first; it is told again right after.
                Some(Err(_)) | None => break,
            }
        }
        checked(changes).map(|changes| (changes, None))
    }

    async fn begin_anew(&mut self, epoch: Epoch, record: SnapshotRecord) -> Result<(), String> {
        record.check().map_err(|error| format!("its show can not be used: {error}"))?;
        let SnapshotRecord { v: _, seq, at, rooms, show, past } = record;
        tracing::info!(leader = self.node.leader, seq = seq.0, "the whole show comes from the leader");
        self.deliver(Delivery::Snapshot(Box::new(Snapshot { epoch, seq, rooms, at, show, past }))).await
    }

    async fn deliver(&mut self, delivery: Delivery) -> Result<(), String> {
        match self.deliveries.deliver(delivery).await {
            Some(taken) => taken.map_err(|error| format!("what it says can not be kept here: {error}")),
            None => Err("the server is going down".to_owned()),
        }
    }

    fn stands(&self) {
        if self.was_well {
            let known = self.node.vitals.following.get().map_or(0, |following| following.leader_seq);
            self.stands_at(known);
        }
    }
}

fn checked<T>(changes: Vec<(T, ChangeRecord)>) -> Result<Vec<(T, ChangeRecord)>, String> {
    match changes.iter().try_for_each(|(_, record)| record.check()) {
        Ok(()) => Ok(changes),
        Err(error) => Err(format!("a change can not be used: {error}")),
    }
}
