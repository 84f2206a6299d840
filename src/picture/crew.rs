//! The threads that paint: the one that asks, and a few more that help with what is large. Each has room of its own to work in.
//! What is painted does not depend on how many there are.

use rayon_core::{ThreadPool, ThreadPoolBuilder};

use super::blended::Scratch;
use super::film::Bench;
use super::filtered::Room;

/// More would wait for memory rather than paint.
pub const MOST_HANDS: usize = 4;

pub struct Crew {
    /// The thread that made it is one of its threads: it paints, too, and nothing is allocated to hand work over.
    pool: Option<ThreadPool>,
    hands: Vec<Hand>,
}

/// Room to work in, kept from frame to frame.
#[derive(Default)]
pub struct Hand {
    pub scratch: Scratch,
    pub bench: Bench,
    pub room: Room,
}

impl Crew {
    /// So many threads, this one among them. Where the system gives none, this one does it alone.
    pub fn new(threads: usize) -> Crew {
        let threads = threads.clamp(1, MOST_HANDS);
        let builder = ThreadPoolBuilder::new().num_threads(threads).thread_name(|number| format!("paint-{number}"));
        let pool = if threads > 1 { builder.use_current_thread().build().ok() } else { None };
        let threads = if pool.is_some() { threads } else { 1 };
        Crew { pool, hands: (0..threads).map(|_| Hand::default()).collect() }
    }

    /// As many threads as this machine has use for.
    pub fn of_machine() -> Crew {
        Crew::new(std::thread::available_parallelism().map_or(1, usize::from))
    }

    pub fn size(&self) -> usize {
        self.hands.len()
    }

    /// For what is not worth sharing.
    pub fn first(&mut self) -> &mut Hand {
        &mut self.hands[0]
    }

    /// Does the work to each part, on all threads.
    pub fn each<T: Send>(&mut self, parts: &mut [T], work: impl Fn(&mut T, &mut Hand) + Sync) {
        let share = parts.len().div_ceil(self.hands.len()).max(1);
        if self.pool.is_none() || parts.len() < 2 {
            parts.iter_mut().for_each(|part| work(part, &mut self.hands[0]));
        } else {
            shared(parts, &mut self.hands, share, &work);
        }
    }
}

fn shared<T: Send>(parts: &mut [T], hands: &mut [Hand], share: usize, work: &(impl Fn(&mut T, &mut Hand) + Sync)) {
    let Some((hand, others)) = hands.split_first_mut() else { return };
    let (mine, rest) = parts.split_at_mut(share.min(parts.len()));
    let mut own = || mine.iter_mut().for_each(|part| work(part, hand));
    if rest.is_empty() {
        own();
    } else {
        rayon_core::join(own, || shared(rest, others, share, work));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_done_once() {
        for threads in [1, 2, 3, 9] {
            let size = std::thread::spawn(move || {
                let mut crew = Crew::new(threads);
                for count in [0, 1, 2, 3, 4, 5, 17] {
                    let mut parts = vec![0; count];
                    crew.each(&mut parts, |part, _| *part += 1);
                    assert!(parts.iter().all(|part| *part == 1));
                }
                crew.size()
            });
            assert!(size.join().expect("no panic") <= MOST_HANDS);
        }
    }
}
