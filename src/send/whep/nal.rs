//! From the feed's access units (NAL units behind their lengths) to what a packetizer splits (NAL units behind start codes).

const START: [u8; 4] = [0, 0, 0, 1];
/// NAL unit types that the headers have already.
const PARAMETERS: [u8; 2] = [7, 8];

/// The parameter sets of an `avcC` record; empty when the record makes no sense.
pub fn parameter_sets(avc_config: &[u8]) -> Vec<u8> {
    read_parameter_sets(avc_config).unwrap_or_default()
}

fn read_parameter_sets(record: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    // Version, profile, compatibility, level, length size; then sequence sets, counted in five bits, then picture sets.
    let mut rest = record.get(5..)?;
    for mask in [0x1f, 0xff] {
        let (count, mut sets) = rest.split_first()?;
        for _ in 0..(count & mask) {
            let length = usize::from(u16::from_be_bytes([*sets.first()?, *sets.get(1)?]));
            out.extend(START);
            out.extend(sets.get(2..2 + length)?);
            sets = &sets[2 + length..];
        }
        rest = sets;
    }
    Some(out)
}

/// One access unit. Before a key frame come the parameter sets: who was not there at the beginning needs them.
pub fn with_start_codes(unit: &[u8], before: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(before.len() + unit.len());
    out.extend(before);
    let mut rest = unit;
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let length = (u32::from_be_bytes(*length) as usize).min(after.len());
        let (nal, after) = after.split_at(length);
        let is_repeated = !before.is_empty() && nal.first().is_some_and(|first| PARAMETERS.contains(&(first & 0x1f)));
        if !is_repeated {
            out.extend(START);
            out.extend(nal);
        }
        rest = after;
    }
    out
}

/// Profile and its constraints, as in `profile-level-id`.
pub fn profile(avc_config: &[u8]) -> Option<u8> {
    avc_config.get(1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_become_start_codes_and_parameter_sets_come_once_before_a_key_frame() {
        let record = [1, 100, 0, 31, 0xff, 0xe1, 0, 3, 0x67, 9, 8, 1, 0, 2, 0x68, 7];
        let sets = parameter_sets(&record);
        assert_eq!(sets, [0, 0, 0, 1, 0x67, 9, 8, 0, 0, 0, 1, 0x68, 7]);
        assert_eq!(profile(&record), Some(100));
        let unit = [0, 0, 0, 3, 0x67, 9, 8, 0, 0, 0, 2, 0x65, 1, 0, 0, 0, 1, 0x65];
        assert_eq!(with_start_codes(&unit, &sets)[13..], [0, 0, 0, 1, 0x65, 1, 0, 0, 0, 1, 0x65]);
        assert_eq!(with_start_codes(&unit[7..], &[]), [0, 0, 0, 1, 0x65, 1, 0, 0, 0, 1, 0x65]);
    }

    #[test]
    fn what_is_cut_off_is_taken_as_far_as_it_goes() {
        let record = [1, 100, 0, 31, 0xff, 0xe1, 0, 3, 0x67];
        assert!((0..record.len()).all(|end| parameter_sets(&record[..end]).is_empty()));
        assert_eq!(with_start_codes(&[0, 0, 0, 9, 0x41, 1], &[]), [0, 0, 0, 1, 0x41, 1]);
        assert!(with_start_codes(&[0, 0], &[]).is_empty());
    }
}
