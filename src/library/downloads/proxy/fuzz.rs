//! Fuzz target: heads that clients of the proxy and servers behind it send.

use super::fields::{end_of_head, parse};
use super::head::{LONGEST_REQUEST, What, answer, request};

/// What is passed on is one head, and is understood again as the same.
pub fn proxy_heads(bytes: &[u8]) {
    match request(bytes) {
        Ok(None) => assert!(end_of_head(bytes).is_none() && bytes.len() < LONGEST_REQUEST),
        Ok(Some((request, end))) => {
            assert!(end <= bytes.len() && end <= LONGEST_REQUEST && request.port > 0);
            assert!(!request.host.is_empty() && !request.host.contains(|c: char| c.is_control() || c == '@' || c == '/'));
            if let What::Question { head, .. } = request.what {
                check_one(&head);
                assert!(!is_with(&head, "proxy-authorization"), "the secret stays here");
            }
        }
        Err(refusal) => assert!((400..600).contains(&refusal.0) && !refusal.1.contains(char::is_control)),
    }
    if let Some(end) = end_of_head(bytes)
        && let Some(answer) = answer(&bytes[..end])
    {
        check_one(&answer.head);
        assert_eq!(super::head::answer(&answer.head).map(|again| again.status), Some(answer.status));
    }
}

fn check_one(head: &[u8]) {
    assert_eq!(end_of_head(head), Some(head.len()), "nothing is smuggled behind a head");
    let (_, fields) = parse(head).expect("it is written as it should be");
    let closes = fields.iter().filter(|field| field.is("connection")).count();
    assert_eq!(closes, 1, "only we say how the connection ends");
}

fn is_with(head: &[u8], name: &str) -> bool {
    parse(head).is_some_and(|(_, fields)| fields.iter().any(|field| field.is(name)))
}
