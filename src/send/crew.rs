//! Threads that each do one thing for as long as it is wanted: started, told to stop, and replaced when what is wanted changes.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io;
use std::thread::JoinHandle;
use std::time::Duration;

use crate::base::clock::Stopwatch;
use crate::base::tasks::{StopFlag, join_within};

/// What hangs on a device that hangs is left behind.
const PATIENCE: Duration = Duration::from_millis(500);
/// One that has ended by itself has failed; it is not tried again at once.
const AGAIN: Duration = Duration::from_secs(5);

pub struct Crew<K, W> {
    at_work: BTreeMap<K, Worker<W>>,
    /// Told to stop, and not yet done: who does the same thing otherwise waits for them.
    leaving: BTreeMap<K, Worker<W>>,
    /// At work and leaving together: what hangs and is asked for under ever new names takes no more than this.
    most: usize,
}

struct Worker<W> {
    work: W,
    stop: StopFlag,
    /// None if it could not be started.
    thread: Option<JoinHandle<()>>,
    started: Stopwatch,
}

impl<W> Worker<W> {
    fn stop(&self) {
        self.stop.stop();
        self.thread.iter().for_each(|thread| thread.thread().unpark());
    }

    fn has_ended(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }
}

impl<K: Clone + Ord + Display, W: PartialEq> Crew<K, W> {
    pub fn of(most: usize) -> Self {
        Self { at_work: BTreeMap::new(), leaving: BTreeMap::new(), most }
    }

    /// `start` starts a thread, which ends when the flag is set; `gone` is told of each that is wanted no more, when it has ended.
    pub fn follow(
        &mut self,
        wanted: BTreeMap<&K, W>,
        mut start: impl FnMut(&K, StopFlag) -> io::Result<JoinHandle<()>>,
        mut gone: impl FnMut(&K),
    ) {
        for (id, worker) in self.at_work.extract_if(.., |id, worker| wanted.get(id) != Some(&worker.work)) {
            worker.stop();
            self.leaving.insert(id, worker);
        }
        for (id, _) in self.leaving.extract_if(.., |_, worker| worker.has_ended()) {
            gone(&id);
        }
        for (id, _) in self.at_work.extract_if(.., |_, worker| worker.has_ended() && worker.started.elapsed() >= AGAIN) {
            tracing::error!(%id, "its thread has ended by itself, and is started again");
            gone(&id);
        }
        for (id, work) in wanted {
            let is_known = self.at_work.contains_key(id) || self.leaving.contains_key(id);
            if is_known || self.at_work.len() + self.leaving.len() >= self.most {
                continue;
            }
            let stop = StopFlag::default();
            let thread =
                start(id, stop.clone()).inspect_err(|error| tracing::error!(%id, %error, "there is no thread for it"));
            let worker = Worker { work, stop, thread: thread.ok(), started: Stopwatch::start() };
            self.at_work.insert(id.clone(), worker);
        }
    }

    /// All of them end.
    pub fn dismiss(self) {
        self.at_work.values().for_each(Worker::stop);
        for (id, worker) in self.at_work.into_iter().chain(self.leaving) {
            if !worker.thread.is_none_or(|thread| join_within(thread, PATIENCE)) {
                tracing::warn!(%id, "it does not end, and is left behind");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::sync::mpsc::{Receiver, channel};

    use super::*;
    use crate::base::tasks::spawn_thread;

    type Told = RefCell<Vec<String>>;

    fn wanted(all: &[(&'static str, u8)]) -> BTreeMap<String, u8> {
        all.iter().map(|(id, work)| ((*id).to_owned(), *work)).collect()
    }

    fn follow(crew: &mut Crew<String, u8>, all: &[(&'static str, u8)], told: &Told, hold: &RefCell<Option<Receiver<()>>>) {
        let all = wanted(all);
        let start = |id: &String, stop: StopFlag| {
            told.borrow_mut().push(format!("start {id}"));
            let hold = hold.borrow_mut().take();
            spawn_thread("worker", move || {
                while !stop.is_set() {
                    std::thread::park();
                }
                // It lasts until the other end is dropped.
                hold.map(|hold| hold.recv());
            })
        };
        crew.follow(all.iter().map(|(id, work)| (id, *work)).collect(), start, |id| {
            told.borrow_mut().push(format!("gone {id}"))
        });
    }

    fn settle(crew: &mut Crew<String, u8>, all: &[(&'static str, u8)], told: &Told) {
        follow(crew, all, told, &RefCell::default());
        while !crew.leaving.is_empty() {
            std::thread::yield_now();
            follow(crew, all, told, &RefCell::default());
        }
    }

    #[test]
    fn what_is_wanted_is_started_once_and_anew_when_it_changes_and_ends_with_it() {
        let (mut crew, told) = (Crew::of(3), Told::default());
        let expect = |expected: &[&str]| assert_eq!(std::mem::take(&mut *told.borrow_mut()), expected);
        settle(&mut crew, &[("a", 1), ("b", 1)], &told);
        expect(&["start a", "start b"]);
        settle(&mut crew, &[("a", 1), ("b", 1)], &told);
        expect(&[]);
        settle(&mut crew, &[("a", 2), ("b", 1)], &told);
        expect(&["gone a", "start a"]);
        settle(&mut crew, &[("a", 2)], &told);
        expect(&["gone b"]);
        crew.dismiss();
    }

    #[test]
    fn who_takes_long_to_leave_is_waited_for_and_holds_up_no_other() {
        let (mut crew, told) = (Crew::of(3), Told::default());
        let (hold, held) = channel();
        follow(&mut crew, &[("a", 1)], &told, &RefCell::new(Some(held)));
        for _ in 0..3 {
            follow(&mut crew, &[("a", 2), ("b", 1)], &told, &RefCell::default());
        }
        assert_eq!(*told.borrow(), ["start a", "start b"]);
        follow(&mut crew, &[("a", 2), ("b", 1), ("c", 1), ("d", 1)], &told, &RefCell::default());
        assert_eq!(*told.borrow(), ["start a", "start b", "start c"], "three are there, and one of them leaves");
        drop(hold);
        settle(&mut crew, &[("a", 2), ("b", 1)], &told);
        // Which of them is done first is not said.
        let mut later = told.borrow()[3..].to_vec();
        later.sort();
        assert_eq!(later, ["gone a", "gone c", "start a"]);
        crew.dismiss();
    }

    #[test]
    fn one_that_could_not_be_started_is_not_tried_again_at_once() {
        let mut crew: Crew<String, u8> = Crew::of(1);
        let id = "a".to_owned();
        let mut tries = 0;
        for _ in 0..3 {
            let start = |_: &String, _| {
                tries += 1;
                Err(io::ErrorKind::OutOfMemory.into())
            };
            crew.follow(BTreeMap::from([(&id, 1)]), start, |_| ());
        }
        assert_eq!(tries, 1);
    }
}
