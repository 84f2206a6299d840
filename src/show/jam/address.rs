//! Where a jam of another server is: `wss://host/CODE`, or the address of its page, `https://host/jam#CODE`.

use url::Url;

use super::code::JamCode;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JamAddress {
    /// Of the WebSocket.
    pub url: Url,
    pub code: JamCode,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAddress {
    #[error("the address of a jam is ws://, wss://, http:// or https:// and ends with its code: wss://example.org/AB12CD")]
    Form,
    #[error("a jam's address holds no password; give a token by its own setting")]
    Password,
}

impl JamAddress {
    pub fn parse(text: &str) -> Result<Self, InvalidAddress> {
        let mut url = Url::parse(text.trim()).map_err(|_| InvalidAddress::Form)?;
        let is_secure = match url.scheme() {
            "wss" | "https" => true,
            "ws" | "http" => false,
            _ => return Err(InvalidAddress::Form),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidAddress::Password);
        }
        let path = url.path().trim_end_matches('/').to_owned();
        let (folder, last) = path.rsplit_once('/').unwrap_or(("", &path));
        let in_fragment = url.fragment().and_then(|fragment| fragment.parse().ok());
        let (code, base) = match in_fragment {
            Some(code) => (code, if last == "jam" { folder } else { &path }),
            None => (last.parse().map_err(|_| InvalidAddress::Form)?, folder.strip_suffix("/jam").unwrap_or(folder)),
        };
        let base = format!("{base}/ws");
        url.set_path(&base);
        url.set_fragment(None);
        url.set_query(None);
        // Those four go over into each other.
        url.set_scheme(if is_secure { "wss" } else { "ws" }).map_err(|()| InvalidAddress::Form)?;
        Ok(Self { url, code })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_that_of_the_room_or_of_its_page() {
        for (text, url) in [
            ("wss://jam.example.org/ab12cd", "wss://jam.example.org/ws"),
            ("https://jam.example.org/jam#AB12CD", "wss://jam.example.org/ws"),
            ("http://127.0.0.1:4200/jam/AB12CD", "ws://127.0.0.1:4200/ws"),
            ("ws://[::1]:4201/behind/a/proxy/AB12CD/", "ws://[::1]:4201/behind/a/proxy/ws"),
        ] {
            let address = JamAddress::parse(text).unwrap();
            assert_eq!((address.url.as_str(), address.code.as_str()), (url, "AB12CD"), "{text}");
        }
    }

    #[test]
    fn anything_else_is_none() {
        for bad in
            ["", "AB12CD", "ftp://host/AB12CD", "wss://host/", "wss://host/toolong1", "file:///AB12CD", "wss:///AB12CD"]
        {
            assert_eq!(JamAddress::parse(bad), Err(InvalidAddress::Form), "{bad}");
        }
        assert_eq!(JamAddress::parse("wss://me:secret@host/AB12CD"), Err(InvalidAddress::Password));
    }
}
