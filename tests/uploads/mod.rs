//! Uploads that go on: over real connections, with clients that are not ours, with servers that are killed and disks that are full.

mod door;
mod full_disk;
mod killed;
mod tus_js;
