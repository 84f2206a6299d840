//! What a job's yt-dlp has and nobody else on the machine: the password of its proxy.

use std::fmt;
use std::io;
use std::net::SocketAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use subtle::ConstantTimeEq;

const USER: &str = "marquee";
const BYTES: usize = 24;

pub struct Secret(String);

impl Secret {
    pub fn new() -> io::Result<Secret> {
        let mut bytes = [0; BYTES];
        getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
        Ok(Secret(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    pub fn url(&self, address: SocketAddr) -> String {
        format!("http://{USER}:{}@{address}", self.0)
    }

    /// Whether the value of a Proxy-Authorization field has it. How long that takes says nothing of how much of it was right.
    pub fn is_in(&self, field: &[u8]) -> bool {
        let Some((scheme, rest)) = field.split_at_checked(6) else { return false };
        let expected = STANDARD.encode(format!("{USER}:{}", self.0));
        scheme.eq_ignore_ascii_case(b"basic ") && bool::from(rest.trim_ascii().ct_eq(expected.as_bytes()))
    }

    pub fn removed_from(&self, text: &str) -> String {
        text.replace(&self.0, "…")
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_secret_itself_opens() {
        let (secret, other) = (Secret::new().expect("made"), Secret::new().expect("made"));
        let field = |secret: &Secret| format!("Basic {}", STANDARD.encode(format!("{USER}:{}", secret.0)));
        assert!(
            secret.is_in(field(&secret).as_bytes()) && secret.is_in(field(&secret).replace("Basic", "BASIC").as_bytes())
        );
        for wrong in ["", "Basic", "Basic ", &field(&other), &field(&secret)[1..], &format!("{}=", field(&secret))] {
            assert!(!secret.is_in(wrong.as_bytes()), "{wrong}");
        }
    }

    #[test]
    fn it_is_not_shown() {
        let secret = Secret::new().expect("made");
        let url = secret.url(SocketAddr::from(([127, 0, 0, 1], 5)));
        assert!(!format!("{secret:?}").contains(&secret.0) && url.contains(&secret.0));
        assert_eq!(secret.removed_from(&url), "http://marquee:…@127.0.0.1:5");
    }
}
