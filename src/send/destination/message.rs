//! What servers say, and what of it may be said further.

/// The server answered, and said no: the key is wrong, or somebody else uses it.
pub(super) fn is_refusal(message: &str) -> bool {
    let message = message.to_lowercase();
    ["publish", "denied", "badname", "not_authorized", "not authorized", "unauthorized"]
        .iter()
        .any(|word| message.contains(word))
}

/// GStreamer's messages may quote the address, and the address has the key. One of a letter or two stands in many words, so
/// it is taken out only where an address has it.
pub(super) fn without_key(message: &str, key: &str) -> String {
    const TELLING: usize = 4;
    if key.len() < TELLING { message.replace(&format!("/{key}"), "/***") } else { message.replace(key, "***") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_taken_out_of_messages() {
        assert_eq!(without_key("no rtmp://h/live/s3cret?x=1 today", "s3cret?x=1"), "no rtmp://h/live/*** today");
        assert_eq!(without_key("Socket of rtmp://h/live/k timed out", "k"), "Socket of rtmp://h/live/*** timed out");
    }

    #[test]
    fn a_refusal_is_known_by_its_words() {
        assert!(is_refusal("Failed to connect: 'publish' cmd failed: connection closed remotely"));
        assert!(!is_refusal("Connection refused"));
    }
}
