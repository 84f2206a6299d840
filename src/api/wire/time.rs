//! Times as RFC 3339, in UTC and to the millisecond.

use crate::show::time::ShowTime;
use ::time::OffsetDateTime;
use ::time::format_description::well_known::Rfc3339;

pub fn rfc3339(at: ShowTime) -> String {
    let nanos = i128::from(at.millis()) * 1_000_000;
    let time = OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    time.format(&Rfc3339).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_for_people_and_machines() {
        assert_eq!(rfc3339(ShowTime(1_700_000_000_123_456)), "2023-11-14T22:13:20.123Z");
        assert_eq!(rfc3339(ShowTime(0)), "1970-01-01T00:00:00Z");
    }
}
