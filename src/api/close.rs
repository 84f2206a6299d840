//! Codes of our own with which a WebSocket is closed; the others are those of RFC 6455.

/// There is no login, or it is no longer good.
pub const LOGIN_NEEDED: u16 = 4401;
/// The hello asked for a protocol that this server does not speak.
pub const UNKNOWN_PROTOCOL: u16 = 4426;
