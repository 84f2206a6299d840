//! The heads of what a client asks the proxy for, and of what servers answer: read, and written anew for the other side.

use super::fields::{Field, end_of_head, is_token, length, parse_foreign};

/// Addresses of media are long.
pub const LONGEST_REQUEST: usize = 16 * 1_024;
pub const LONGEST_ANSWER: usize = 64 * 1_024;
const LONGEST_HOST: usize = 253;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub host: String,
    pub port: u16,
    pub what: What,
    /// The value of Proxy-Authorization.
    pub authorization: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A way through to the server, for whatever is said.
    Tunnel,
    /// One question to the server: its head, written anew, and the bytes that follow it.
    Question { head: Vec<u8>, body: u64 },
}

/// Why a request is not carried out: the status of our answer, and its reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal(pub u16, pub &'static str);

const BAD: Refusal = Refusal(400, "Bad Request");

/// A request whose head is whole, and where its head ends; None while it is not.
pub fn request(bytes: &[u8]) -> Result<Option<(Request, usize)>, Refusal> {
    match end_of_head(bytes) {
        Some(end) if end <= LONGEST_REQUEST => whole(&bytes[..end]).map(|request| Some((request, end))),
        None if bytes.len() < LONGEST_REQUEST => Ok(None),
        _ => Err(Refusal(431, "Request Header Fields Too Large")),
    }
}

fn whole(head: &[u8]) -> Result<Request, Refusal> {
    let (first, fields) = parse_foreign(head).ok_or(BAD)?;
    let mut words = first.split(' ');
    let (Some(method), Some(target), Some("HTTP/1.1" | "HTTP/1.0"), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(BAD);
    };
    let authorization =
        fields.iter().find(|field| field.is("proxy-authorization")).map_or(Vec::new(), |field| field.value.to_vec());
    let (authority, what) = match method {
        "CONNECT" => (target, What::Tunnel),
        _ => question(method, target, &fields)?,
    };
    let default = if what == What::Tunnel { None } else { Some(80) };
    let (host, port) = server(authority, default).ok_or(BAD)?;
    Ok(Request { host, port, what, authorization })
}

fn question<'a>(method: &str, target: &'a str, fields: &[Field<'_>]) -> Result<(&'a str, What), Refusal> {
    let is_http = target.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http://"));
    if !is_http {
        return Err(Refusal(501, "Only http and tunnels are possible"));
    }
    if !is_token(method) {
        return Err(BAD);
    }
    if fields.iter().any(|field| field.is("transfer-encoding")) {
        return Err(Refusal(411, "Length Required"));
    }
    let body = length(fields).map_err(|()| BAD)?.unwrap_or(0);
    let (authority, path) = target[7..].split_at(target[7..].find(['/', '?', '#']).unwrap_or(target.len() - 7));
    // Python tells a proxy also what is for itself alone.
    let path = path.split('#').next().unwrap_or("");
    if !path.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(BAD);
    }
    let slash = if path.starts_with('/') { "" } else { "/" };
    let mut head = format!("{method} {slash}{path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n").into_bytes();
    fields.iter().filter(|field| field.goes_on() && !field.is("host")).for_each(|field| field.write(&mut head));
    head.extend_from_slice(b"\r\n");
    Ok((authority, What::Question { head, body }))
}

/// `host:port` or `[address]:port`, without a name of a user.
fn server(authority: &str, default: Option<u16>) -> Option<(String, u16)> {
    let (host, port) = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, rest)) => (host.parse::<std::net::Ipv6Addr>().ok()?.to_string(), rest),
        None => {
            let (host, port) = authority.split_at(authority.find(':').unwrap_or(authority.len()));
            let is_usual = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
            let is_name = !host.is_empty() && host.len() <= LONGEST_HOST && host.bytes().all(is_usual);
            (is_name.then(|| host.to_owned())?, port)
        }
    };
    let port = match port.strip_prefix(':') {
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok(),
        None if port.is_empty() => default,
        _ => None,
    };
    Some((host, port.filter(|port| *port > 0)?))
}

/// The head of a server's answer, as it is told on; it says that the connection ends behind it. None for what is no HTTP.
pub fn answer(head: &[u8]) -> Option<Answer> {
    let (first, fields) = parse_foreign(head)?;
    let mut words = first.splitn(3, ' ');
    let (version, status) = (words.next()?, words.next()?);
    let status: u16 = status.parse().ok().filter(|_| status.len() == 3 && version.starts_with("HTTP/1."))?;
    let mut head = format!("HTTP/1.1 {status:03} {}\r\nConnection: close\r\n", words.next().unwrap_or("")).into_bytes();
    fields.iter().filter(|field| field.goes_on()).for_each(|field| field.write(&mut head));
    head.extend_from_slice(b"\r\n");
    Some(Answer { status, head })
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub head: Vec<u8>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Request, Refusal> {
        let head = format!("{text}\r\n\r\n");
        request(head.as_bytes()).map(|read| {
            let (request, end) = read.expect("whole");
            assert_eq!(end, head.len());
            request
        })
    }

    #[test]
    fn a_tunnel_leads_to_a_server_and_a_port() {
        let request = read("CONNECT example.com:443 HTTP/1.1\r\nProxy-Authorization: Basic x").expect("a request");
        assert_eq!((request.host.as_str(), request.port, request.what), ("example.com", 443, What::Tunnel));
        assert_eq!(request.authorization, b"Basic x");
        let request = read("CONNECT [2001:DB8::1]:8443 HTTP/1.1").expect("a request");
        assert_eq!((request.host.as_str(), request.port), ("2001:db8::1", 8_443));
    }

    #[test]
    fn a_question_is_told_on_without_what_is_for_us() {
        let request = read(
            "GET HTTP://example.com:8080?a=b#c HTTP/1.1\r\nhost: evil.example\r\nProxy-Authorization: Basic x\r\nConnection: keep-alive\r\n\
             Range: bytes=5-",
        )
        .expect("a request");
        assert_eq!((request.host.as_str(), request.port), ("example.com", 8_080));
        let What::Question { head, body } = request.what else { panic!("a tunnel") };
        let expected = "GET /?a=b HTTP/1.1\r\nHost: example.com:8080\r\nConnection: close\r\nRange: bytes=5-\r\n\r\n";
        assert_eq!((String::from_utf8(head).expect("text").as_str(), body), (expected, 0));
    }

    #[test]
    fn what_could_be_meant_otherwise_is_refused() {
        for (text, status) in [
            ("GET / HTTP/1.1\r\nHost: example.com", 501),
            ("GET https://example.com/ HTTP/1.1", 501),
            ("GET ftp://example.com/ HTTP/1.1", 501),
            ("GET http://user@example.com/ HTTP/1.1", 400),
            ("GET http://example.com:x/ HTTP/1.1", 400),
            ("GET http://example.com:0/ HTTP/1.1", 400),
            ("GET http://example.com:+80/ HTTP/1.1", 400),
            ("GET http:/// HTTP/1.1", 400),
            ("GET http://a/ b HTTP/1.1", 400),
            ("GET http://a/ HTTP/2", 400),
            ("G\u{e9}T http://a/ HTTP/1.1", 400),
            ("POST http://a/ HTTP/1.1\r\nTransfer-Encoding: chunked", 411),
            ("POST http://a/ HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2", 400),
            ("CONNECT example.com HTTP/1.1", 400),
            ("CONNECT [::1 HTTP/1.1", 400),
            ("CONNECT [::1]80 HTTP/1.1", 400),
            ("CONNECT http://example.com:443 HTTP/1.1", 400),
        ] {
            assert_eq!(read(text).map_err(|refusal| refusal.0), Err(status), "{text}");
        }
    }

    #[test]
    fn more_is_waited_for_only_within_bounds() {
        assert_eq!(request(b"GET http://a/ HTTP/1.1\r\n"), Ok(None));
        assert_eq!(request(&[b'x'; LONGEST_REQUEST]).map_err(|refusal| refusal.0), Err(431));
        let long = format!("GET http://a/{} HTTP/1.1\r\n\r\n", "x".repeat(LONGEST_REQUEST));
        assert_eq!(request(long.as_bytes()).map_err(|refusal| refusal.0), Err(431));
    }

    #[test]
    fn an_answer_ends_with_its_connection() {
        let told = answer(b"HTTP/1.1 206 Partial Content\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\n")
            .expect("an answer");
        assert_eq!(told.status, 206);
        assert_eq!(told.head, b"HTTP/1.1 206 Partial Content\r\nConnection: close\r\nContent-Length: 5\r\n\r\n");
        for bad in
            [&b"ICY 200 OK\r\n\r\n"[..], b"HTTP/1.1 20 x\r\n\r\n", b"HTTP/1.1\r\n\r\n", b"\r\n\r\n", b"HTTP/2 +20 x\r\n\r\n"]
        {
            assert_eq!(answer(bad), None);
        }
    }
}
