//! What a client may send after the handshake, byte by byte.

use std::io::Cursor;

use futures_util::FutureExt;
use tokio::io::{join, sink};
use yawc::{Role, WebSocket};

use super::socket::{Gone, Heard, Limits, Socket, options};

/// Small, so that a fuzzer comes upon it.
const LONGEST: usize = 4 * 1024;
/// As `upgrade` negotiates it.
const AGREED: &str = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

/// The first byte says whether there is compression; the rest is what comes in. Whatever it is, it ends, and nothing is heard that is
/// too long or no text.
pub fn ws_frames(bytes: &[u8]) {
    let Some((first, sent)) = bytes.split_first() else { return };
    let heard = listen(first & 1 == 1, sent);
    assert!(heard.len() <= sent.len() / 2, "a frame has two bytes at least");
}

/// The lengths of what is heard.
fn listen(deflate: bool, sent: &[u8]) -> Vec<usize> {
    let options = options(Limits { longest: LONGEST, deflate });
    let socket = WebSocket::from_stream_with_extensions(
        join(Cursor::new(sent), sink()),
        Role::Server,
        deflate.then_some(AGREED),
        options,
    );
    let mut socket = Socket::new(socket.expect("what was agreed is agreed"));
    let listening = async move {
        let mut heard = Vec::new();
        loop {
            let length = match socket.hear().await {
                Ok(Heard::Text(text)) => std::str::from_utf8(&text).expect("text is UTF-8").len(),
                Ok(Heard::Binary(data)) => data.len(),
                Ok(Heard::SignOfLife) => 0,
                Err(Gone) => break,
            };
            assert!(length < LONGEST);
            heard.push(length);
        }
        socket.end(None).await;
        heard
    };
    listening.now_or_never().expect("it never waits for what is there")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_whole_is_heard_and_what_is_too_much_is_not() {
        for (name, lengths) in [
            ("text", vec![15]),
            ("long", vec![3_000]),
            ("fragments", vec![0, 15]),
            ("controls", vec![0, 0]),
            ("deflated", vec![51]),
            ("deflated-fragments", vec![0, 1_024]),
            ("too-long", vec![]),
            ("huge", vec![]),
            ("deflated-bomb", vec![]),
            ("deflated-broken", vec![]),
            ("not-utf8", vec![]),
            ("after-the-end", vec![]),
            ("unmasked", vec![]),
            ("reserved", vec![]),
            ("rsv", vec![]),
            ("continuation", vec![]),
            ("close-long", vec![]),
        ] {
            let bytes = std::fs::read(format!("{}/fuzz/seeds/ws_frames/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
            assert_eq!(listen(bytes[0] == 1, &bytes[1..]), lengths, "{name}");
        }
    }
}
