//! Threads that each do one thing for as long as it is wanted: started, told to stop, and replaced when what is wanted changes.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io;
use std::thread::JoinHandle;
use std::time::Duration;

use crate::base::tasks::{StopFlag, join_within};

/// What hangs on a device that hangs is left behind.
const PATIENCE: Duration = Duration::from_millis(500);

pub struct Crew<K, W> {
    at_work: BTreeMap<K, Worker<W>>,
    /// Told to stop, and not yet done: who does the same thing otherwise waits for them.
    leaving: BTreeMap<K, Worker<W>>,
}

struct Worker<W> {
    work: W,
    stop: StopFlag,
    thread: JoinHandle<()>,
}

impl<W> Worker<W> {
    fn stop(&self) {
        self.stop.stop();
        self.thread.thread().unpark();
    }
}

impl<K, W> Default for Crew<K, W> {
    fn default() -> Self {
        Self { at_work: BTreeMap::new(), leaving: BTreeMap::new() }
    }
}

impl<K: Clone + Ord + Display, W: Clone + PartialEq> Crew<K, W> {
    /// `start` starts a thread, which ends when the flag is set; `gone` is told of each that is wanted no more, when it has ended.
    pub fn follow(
        &mut self,
        wanted: &BTreeMap<&K, &W>,
        mut start: impl FnMut(&K, StopFlag) -> io::Result<JoinHandle<()>>,
        mut gone: impl FnMut(&K),
    ) {
        for (id, worker) in self.at_work.extract_if(.., |id, worker| wanted.get(id) != Some(&&worker.work)) {
            worker.stop();
            self.leaving.insert(id, worker);
        }
        for (id, _) in self.leaving.extract_if(.., |_, worker| worker.thread.is_finished()) {
            gone(&id);
        }
        for (id, work) in wanted {
            if self.at_work.contains_key(id) || self.leaving.contains_key(id) {
                continue;
            }
            let stop = StopFlag::default();
            match start(id, stop.clone()) {
                Ok(thread) => {
                    self.at_work.insert((*id).clone(), Worker { work: (*work).clone(), stop, thread });
                }
                Err(error) => tracing::error!(%id, %error, "there is no thread for it"),
            }
        }
    }

    /// All of them end.
    pub fn dismiss(self) {
        self.at_work.values().for_each(Worker::stop);
        for (id, worker) in self.at_work.into_iter().chain(self.leaving) {
            if !join_within(worker.thread, PATIENCE) {
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
        crew.follow(&all.iter().collect(), start, |id| told.borrow_mut().push(format!("gone {id}")));
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
        let (mut crew, told) = (Crew::default(), Told::default());
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
        let (mut crew, told) = (Crew::default(), Told::default());
        let (hold, held) = channel();
        follow(&mut crew, &[("a", 1)], &told, &RefCell::new(Some(held)));
        for _ in 0..3 {
            follow(&mut crew, &[("a", 2), ("b", 1)], &told, &RefCell::default());
        }
        assert_eq!(*told.borrow(), ["start a", "start b"]);
        drop(hold);
        settle(&mut crew, &[("a", 2), ("b", 1)], &told);
        assert_eq!(*told.borrow(), ["start a", "start b", "gone a", "start a"]);
        crew.dismiss();
    }
}
