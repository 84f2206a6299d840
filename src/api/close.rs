//! Codes with which a WebSocket is closed: those of RFC 6455 that are used here, and two of our own.

pub const NORMAL: u16 = 1000;
/// The server is going down.
pub const AWAY: u16 = 1001;
pub const POLICY: u16 = 1008;
pub const TOO_BIG: u16 = 1009;
/// There is no login, or it is no longer good.
pub const LOGIN_NEEDED: u16 = 4401;
/// The hello asked for a protocol that this server does not speak.
pub const UNKNOWN_PROTOCOL: u16 = 4426;
