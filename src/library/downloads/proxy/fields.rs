//! The fields of an HTTP head: `name: value` in lines, checked and bounded.

/// Servers send thirty at most.
const MOST: usize = 128;
/// Of our own, when a head is told on.
const MORE: usize = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    pub name: &'a str,
    pub value: &'a [u8],
}

/// Which are about one connection only, and go no further. The names in `Connection` are not looked at: what they name is passed
/// on, and the other side, which does not see the field, has no reason to act on it.
const OF_ONE_CONNECTION: [&str; 9] = [
    "connection",
    "keep-alive",
    "proxy-connection",
    "proxy-authorization",
    "proxy-authenticate",
    "te",
    "trailer",
    "upgrade",
    "expect",
];

impl Field<'_> {
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    pub fn goes_on(&self) -> bool {
        !OF_ONE_CONNECTION.iter().any(|name| self.is(name))
    }

    pub fn write(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(self.name.as_bytes());
        to.extend_from_slice(b": ");
        to.extend_from_slice(self.value);
        to.extend_from_slice(b"\r\n");
    }
}

/// Where a head ends, behind its empty line.
pub fn end_of_head(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + 4)
}

/// The first line, and the fields, of a whole head. None for one that is not written as it should be: what two readers could
/// understand differently is not passed on.
pub fn parse(head: &[u8]) -> Option<(&str, Vec<Field<'_>>)> {
    let mut lines =
        head.strip_suffix(b"\r\n\r\n")?.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let first = str::from_utf8(lines.next()?).ok().filter(|line| !line.contains(char::is_control))?;
    let fields: Vec<_> = lines.take(MOST + MORE + 1).map(field).collect::<Option<_>>()?;
    (fields.len() <= MOST + MORE).then_some((first, fields))
}

/// A head that can be told on with fields of our own.
pub fn parse_foreign(head: &[u8]) -> Option<(&str, Vec<Field<'_>>)> {
    parse(head).filter(|(_, fields)| fields.len() <= MOST)
}

fn field(line: &[u8]) -> Option<Field<'_>> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let name = str::from_utf8(&line[..colon]).ok().filter(|name| is_token(name))?;
    let value = line[colon + 1..].trim_ascii();
    let is_text = value.iter().all(|byte| *byte == b'\t' || !byte.is_ascii_control());
    is_text.then_some(Field { name, value })
}

pub fn is_token(text: &str) -> bool {
    let is_usual = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.len() <= 64 && text.bytes().all(is_usual)
}

/// The length that a head gives to what follows it. Err for one that is not one number.
pub fn length(fields: &[Field<'_>]) -> Result<Option<u64>, ()> {
    let mut lengths = fields.iter().filter(|field| field.is("content-length"));
    let Some(field) = lengths.next() else { return Ok(None) };
    let text = str::from_utf8(field.value).map_err(drop)?;
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match (is_number, lengths.next()) {
        (true, None) => text.parse().map(Some).map_err(drop),
        _ => Err(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_in_order() {
        let head = b"GET / HTTP/1.1\r\nHost: a\r\nX-Y:\tb \r\nEmpty:\r\n\r\n";
        let (first, fields) = parse(head).expect("a head");
        let names: Vec<_> = fields.iter().map(|field| (field.name, field.value)).collect();
        assert_eq!((first, &names[..]), ("GET / HTTP/1.1", &[("Host", &b"a"[..]), ("X-Y", b"b"), ("Empty", b"")][..]));
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_not_read() {
        for head in [
            &b"GET / HTTP/1.1\r\nHost : a\r\n\r\n"[..],
            b"GET / HTTP/1.1\r\n folded: a\r\n\r\n",
            b"GET / HTTP/1.1\r\nA: b\rC: d\r\n\r\n",
            b"GET / HTTP/1.1\r\nA: b\0\r\n\r\n",
            b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
            b"GET / HTTP/1.1\r\n: empty\r\n\r\n",
            b"GET / HTTP/1.1\r\nA: b",
        ] {
            assert_eq!(parse(head), None, "{}", String::from_utf8_lossy(head));
        }
        let many = format!("GET / HTTP/1.1{}\r\n\r\n", "\r\nA: b".repeat(MOST + 1));
        assert_eq!(parse_foreign(many.as_bytes()), None);
    }

    #[test]
    fn a_length_is_one_number() {
        let length_of = |fields: &str| length(&parse(format!("X\r\n{fields}\r\n").as_bytes()).expect("a head").1);
        assert_eq!(length_of("A: b\r\n"), Ok(None));
        assert_eq!(length_of("content-length: 12\r\n"), Ok(Some(12)));
        for bad in [
            "Content-Length: -1",
            "Content-Length: +1",
            "Content-Length:",
            "Content-Length: 1, 1",
            "Content-Length: 99999999999999999999",
        ] {
            assert_eq!(length_of(&format!("{bad}\r\n")), Err(()), "{bad}");
        }
        assert_eq!(length_of("Content-Length: 1\r\nContent-Length: 1\r\n"), Err(()));
    }
}
