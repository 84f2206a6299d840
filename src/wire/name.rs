//! Names in fields of a fixed length, which end with a zero.

/// Cut between two letters where it is too long: at least one zero is always left.
pub fn field<const N: usize>(name: &str) -> [u8; N] {
    let mut field = [0; N];
    let cut = name.floor_char_boundary(N.saturating_sub(1));
    for (place, byte) in field.iter_mut().zip(name.bytes().take(cut)) {
        *place = byte;
    }
    field
}

/// Up to the zero; what is no UTF-8 in it is replaced, because old devices send anything.
pub fn read(field: &[u8]) -> String {
    let text = field.split(|byte| *byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_too_long_is_cut_between_letters_and_ends_with_a_zero() {
        assert_eq!(field::<4>("abcdef"), *b"abc\0");
        assert_eq!(field::<4>("abü"), *b"ab\0\0", "half a letter is none");
        assert_eq!(field::<8>("Bühne"), *b"B\xc3\xbchne\0\0");
        assert_eq!(field::<0>("abc"), [0; 0]);
    }

    #[test]
    fn a_name_is_read_up_to_its_zero() {
        assert_eq!(read(b"stage\0left"), "stage");
        assert_eq!(read(b"stage"), "stage");
        assert_eq!(read(b"B\xfchne\0"), "B\u{fffd}hne");
        assert_eq!(read(b""), "");
    }
}
