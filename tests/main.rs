//! The one integration binary. A new test goes into the file of what it is about; one that starts a server takes it from
//! `support`, and one that runs for minutes goes into `soak` with a short form.

#![expect(clippy::unwrap_used, reason = "a test that can not go on has failed, and says where")]

mod architecture;
mod bad_input;
#[cfg(feature = "nfc")]
mod cards;
mod crossfade;
mod doors;
mod downloads;
mod durability;
mod ears;
mod follow;
mod follow_jams;
mod inputs;
mod jam;
mod jam_again;
mod jam_air;
mod jam_crowd;
mod jam_page;
mod light_load;
mod lights;
mod loops;
mod multiview;
mod musicbox;
#[cfg(feature = "nfc")]
mod nfc;
mod outputs;
mod player;
#[cfg(feature = "wifi")]
mod power;
mod redis;
mod render;
mod restart;
mod soak;
mod socketio;
mod sockets;
mod sound_seen;
mod speakers;
mod stream;
mod support;
mod survival;
mod tour;
mod typescript;
mod update;
mod update_doors;
mod uploads;
mod users;
mod watching;
#[cfg(feature = "whep")]
mod whep;
#[cfg(feature = "wifi")]
mod wifi;
#[cfg(feature = "wifi")]
mod wifi_doors;
