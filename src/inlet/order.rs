//! The numbers of one sender's packets: which come late, and how many never came.

/// How a protocol counts.
pub struct Numbers {
    /// After so many it begins again.
    pub cycle: i16,
    /// Packets that are up to so many numbers behind are late. Those further behind are a new beginning.
    pub late: i16,
    /// A packet with the number of the one before is that one again, and not another part of the same frame.
    pub once: bool,
    /// 0 is sent by those who do not count.
    pub zero_is_none: bool,
}

pub const SACN: Numbers = Numbers { cycle: 256, late: 19, once: true, zero_is_none: false };
/// Some send the same number for ever, so a number that comes again is none that comes twice.
pub const ARTNET: Numbers = Numbers { cycle: 255, late: 19, once: false, zero_is_none: true };
/// Some count frames and others packets, so only the very last numbers can be told from the next.
pub const DDP: Numbers = Numbers { cycle: 15, late: 4, once: false, zero_is_none: true };

#[derive(Clone, Copy, Debug, Default)]
pub struct Order(Option<u8>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// So many that should have come before it did not.
    Next {
        missing: u8,
    },
    Late,
}

impl Order {
    pub fn take(&mut self, number: u8, numbers: &Numbers) -> Step {
        if numbers.zero_is_none && number == 0 {
            return Step::Next { missing: 0 };
        }
        let ahead = self.0.map_or(1, |last| (i16::from(number) - i16::from(last)).rem_euclid(numbers.cycle));
        let late = ahead >= numbers.cycle - numbers.late;
        if late || ahead == 0 && numbers.once {
            return Step::Late;
        }
        self.0 = Some(number);
        // one that is further ahead may as well have begun anew
        let missing = if ahead <= numbers.cycle / 2 { ahead - 1 } else { 0 };
        Step::Next { missing: u8::try_from(missing).unwrap_or(0) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::wire::sacn::Sequence;

    #[track_caller]
    fn check(numbers: &Numbers, come: &[(u8, Option<u8>)]) {
        let mut order = Order::default();
        for (index, (number, missing)) in come.iter().enumerate() {
            let wanted = missing.map_or(Step::Late, |missing| Step::Next { missing });
            assert_eq!(order.take(*number, numbers), wanted, "{number}, the {index}th");
        }
    }

    #[test]
    fn what_is_behind_is_late_and_what_is_left_out_is_missing() {
        check(&SACN, &[(250, Some(0)), (251, Some(0)), (251, None), (254, Some(2)), (252, None), (2, Some(3)), (240, None)]);
        check(
            &ARTNET,
            &[(254, Some(0)), (255, Some(0)), (1, Some(0)), (255, None), (1, Some(0)), (4, Some(2)), (0, Some(0))],
        );
        check(
            &DDP,
            &[(14, Some(0)), (14, Some(0)), (15, Some(0)), (1, Some(0)), (15, None), (14, None), (3, Some(1)), (0, Some(0))],
        );
    }

    #[test]
    fn who_is_far_behind_has_begun_anew() {
        check(&SACN, &[(100, Some(0)), (0, Some(0)), (1, Some(0))]);
        check(&ARTNET, &[(100, Some(0)), (1, Some(0)), (2, Some(0))]);
        check(&DDP, &[(12, Some(0)), (1, Some(3)), (12, None), (9, Some(0))]);
    }

    #[test]
    fn who_does_not_count_is_never_late() {
        check(&ARTNET, &[(0, Some(0)), (0, Some(0)), (7, Some(0)), (0, Some(0)), (3, None)]);
        check(&DDP, &[(0, Some(0)), (0, Some(0)), (5, Some(0)), (0, Some(0)), (4, None)]);
    }

    proptest! {
        #[test]
        fn sacn_is_in_order_as_its_format_has_it(come in vec(any::<u8>(), 0..200)) {
            let (mut order, mut sequence) = (Order::default(), Sequence::default());
            for number in come {
                prop_assert_eq!(order.take(number, &SACN) != Step::Late, sequence.accepts(number));
            }
        }
    }
}
