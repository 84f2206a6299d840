//! Pictures: what the show looks like at an instant, painted into frames.
//!
//! `plan` decides (pure): show + instant + prepared pictures → a flat list of items. `damage` finds what differs from what a
//! buffer last held, `paint` paints that. `tick` does so for every frame that is due; `run` gives it a thread. Whatever is slow
//! (decoding, scaling, text) happens in `prepare` on a thread of its own, and comes to the list as a finished `Picture`.

mod agenda;
mod blended;
mod buffers;
mod contents;
mod crew;
pub mod damage;
pub mod darkroom;
pub mod easel;
pub mod effects;
mod film;
mod filtered;
mod finish;
mod ground;
mod job;
mod ladder;
mod levels;
pub mod list;
pub mod movement;
pub mod multiview;
mod need;
mod originals;
mod paint;
pub mod pattern;
pub mod pictures;
mod place;
pub mod plan;
mod pose;
pub mod prepare;
pub mod prepared;
pub mod run;
mod seen;
mod sheets;
pub mod sources;
mod studio;
mod surface;
mod target;
mod tick;
pub mod transition;
mod turned;
pub mod watch;
mod yuv;

#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;
