//! One connection to pcscd: which readers there are, and what has changed on them since the last look.

use std::collections::BTreeSet;
use std::ffi::{CStr, CString};
use std::time::Duration;

use pcsc::{Context, Error, PNP_NOTIFICATION, ReaderState, Scope, State};

use super::super::event::ReaderName;
use super::super::reader::{MOST_READERS, Sighting};
use super::Waiting;
use super::slot::Slot;

/// pcscd tells of 16 readers with names of 128 letters; a newer one may tell of more.
const LONGEST_LIST: usize = 16 * 1_024;

pub struct Session {
    context: Context,
    readers: Readers,
}

struct Readers {
    /// The first is not a reader: it changes when the list of readers does.
    states: Vec<ReaderState>,
    /// What is known of the readers behind the first state, in the same order.
    slots: Vec<Slot>,
}

impl Session {
    pub fn establish() -> Result<Self, Error> {
        Ok(Self { context: Context::establish(Scope::User)?, readers: Readers::new() })
    }

    /// Waits until there is something to tell, or for `patience`.
    pub fn round(&mut self, patience: Duration, waiting: &Waiting) -> Result<Vec<Sighting>, Error> {
        let Self { context, readers } = self;
        let (mut room, mut seen) = (vec![0; LONGEST_LIST], Vec::new());
        readers.compare(&context.list_readers(&mut room)?.collect(), &mut seen);
        let patience = if seen.is_empty() { patience.min(readers.soonest()) } else { Duration::ZERO };
        match waiting.during(context, || context.get_status_change(patience, &mut readers.states)) {
            Ok(()) => readers.look(&mut seen),
            Err(Error::Timeout | Error::Cancelled) => (),
            Err(error) => return Err(error),
        }
        readers.go_on(&mut seen);
        Ok(seen)
    }
}

impl Readers {
    fn new() -> Self {
        Self { states: vec![ReaderState::new(PNP_NOTIFICATION(), State::UNAWARE)], slots: Vec::new() }
    }

    fn compare(&mut self, listed: &BTreeSet<&CStr>, seen: &mut Vec<Sighting>) {
        for index in (0..self.slots.len()).rev() {
            if !listed.contains(self.states[index + 1].name()) {
                self.states.remove(index + 1);
                seen.push(Sighting::Gone(self.slots.remove(index).reader));
            }
        }
        for name in listed {
            let is_known = self.states.iter().any(|state| state.name() == *name);
            if !is_known && self.slots.len() < MOST_READERS {
                self.add((*name).to_owned(), seen);
            }
        }
    }

    fn add(&mut self, name: CString, seen: &mut Vec<Sighting>) {
        let reader = ReaderName::new(&name.to_string_lossy());
        seen.push(Sighting::Appeared(reader.clone()));
        self.slots.push(Slot::new(reader));
        self.states.push(ReaderState::new(name, State::UNAWARE));
    }

    /// How long there is nothing to do but to wait for changes.
    fn soonest(&self) -> Duration {
        self.slots.iter().filter_map(Slot::due).min().unwrap_or(Duration::MAX)
    }

    fn look(&mut self, seen: &mut Vec<Sighting>) {
        for (slot, state) in self.slots.iter_mut().zip(self.states.iter().skip(1)) {
            slot.look(state.event_state(), state.event_count(), seen);
        }
        self.states.iter_mut().for_each(ReaderState::sync_current_state);
    }

    fn go_on(&mut self, seen: &mut Vec<Sighting>) {
        for (slot, state) in self.slots.iter_mut().zip(self.states.iter().skip(1)) {
            slot.go_on(state.name(), seen);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_that_are_plugged_in_and_unplugged_are_told_and_their_states_stay_with_them() {
        let mut readers = Readers::new();
        let mut check = |listed: &[&CStr], wanted: &[Sighting]| {
            let mut seen = Vec::new();
            readers.compare(&listed.iter().copied().collect(), &mut seen);
            assert_eq!(seen, wanted);
            let names = readers.states.iter().skip(1).map(|state| ReaderName::new(&state.name().to_string_lossy()));
            assert!(names.eq(readers.slots.iter().map(|slot| slot.reader.clone())));
        };
        let appeared = |name| Sighting::Appeared(ReaderName::new(name));
        let gone = |name| Sighting::Gone(ReaderName::new(name));
        check(&[], &[]);
        check(&[c"b", c"c"], &[appeared("b"), appeared("c")]);
        check(&[c"b", c"c"], &[]);
        check(&[c"a", c"c", c"d"], &[gone("b"), appeared("a"), appeared("d")]);
        check(&[c"a"], &[gone("d"), gone("c")]);
        check(&[], &[gone("a")]);
    }
}
