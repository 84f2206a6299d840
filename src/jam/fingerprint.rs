//! What is played in a jam, as one word: the same for all who hold the same, and in a replay of it, whoever listens and whenever
//! that is.

use crate::show::jam::{Jam, Note};

/// Jams that have the same one sound and look alike, each in its own time.
pub fn fingerprint(jam: &Jam) -> String {
    let origin = jam.course.lines().first().map_or(0, |line| line.time_origin.micros());
    let since = |micros: i64| micros.saturating_sub(origin);
    let lines = jam.course.lines().iter().map(|line| (line.tempo, line.beat_origin, since(line.time_origin.micros())));
    let note = |note: &Note| {
        let [at, until] = [note.at, note.until].map(|millis| since(millis.saturating_mul(1_000)));
        (note.module, note.note, note.velocity, at, until)
    };
    let time = (lines.collect::<Vec<_>>(), jam.transport, jam.meter, jam.quantum, jam.swing);
    let tones = (jam.key, jam.scale, jam.color_mode, jam.notes.iter().map(note).collect::<Vec<_>>());
    let parts = (&jam.patterns, jam.drums, jam.sequencer, &jam.modules, jam.visual);
    // Plain numbers and words always serialise.
    blake3::hash(&serde_json::to_vec(&(time, tones, parts)).unwrap_or_default()).to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::show::jam::beat::Course;
    use crate::show::jam::module::Module;
    use crate::show::jam::participant::ParticipantId;
    use crate::show::jam::pattern::{Cell, PatternId};
    use crate::show::time::ShowTime;

    fn jam(at: i64) -> Jam {
        let mut jam = Jam::new("AB12CD".parse().unwrap(), "test".to_owned(), at);
        let (module, by) = (Module::Piano, ParticipantId(1));
        jam.notes.push(Note { module, note: 60, velocity: 80, by, at: at + 5, until: at + 900 });
        jam
    }

    #[test]
    fn it_tells_what_is_played_and_not_when_or_by_whom() {
        let first = jam(1_000);
        let mut other = jam(777_000);
        (other.code, other.name, other.next_participant) = ("ZZ99ZZ".parse().unwrap(), String::new(), 9);
        assert_eq!(fingerprint(&first), fingerprint(&other));
        let changed = |change: fn(&mut Jam)| {
            let mut jam = jam(1_000);
            change(&mut jam);
            fingerprint(&jam)
        };
        let all = [
            fingerprint(&first),
            changed(|jam| jam.swing = 1),
            changed(|jam| jam.notes[0].until += 1),
            changed(|jam| {
                let drums = jam.patterns.get_mut(&PatternId::drums(0)).unwrap();
                *Arc::make_mut(drums).cell_mut(0, 0).unwrap() = Cell::struck(1);
            }),
            changed(|jam| {
                let line = crate::show::jam::beat::Timeline { time_origin: ShowTime(1_001_000), ..*jam.course.newest() };
                jam.course = Course::new(line);
            }),
        ];
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
    }
}
