//! Uploads that go on: over real connections, with clients that are not ours, with servers that are killed and disks that are full.

mod chunks;
mod chunks_of;
mod door;
mod full_disk;
mod killed;
mod music_box;
mod names;
mod rough;
mod tus_js;
