//! A disk that is full in the middle.

use crate::support::server::Server;
use crate::support::small_disk::SmallDisk;
use crate::support::uploads::{kept, killed_and_started, sound};
use crate::support::wire::{patch, tus};

const SPARE: [&str; 2] = ["--upload-spare-mb", "1"];
const FILES: &str = "/api/uploads/tus";

#[test]
fn a_disk_that_is_full_in_the_middle_is_told_and_goes_on_when_there_is_room() {
    let Some(disk) = SmallDisk::mount(24) else {
        eprintln!("skipped: no right to mount a small disk");
        return;
    };
    let server = Server::start_in(&disk.path().join("data"), &SPARE);
    let too_long = tus(server.http.address(), "POST", FILES, &[("Upload-Length", "30000000")], b"");
    assert_eq!(too_long.status, 507, "said before anything is sent: {too_long:?}");
    let bytes = sound(9_000_000, 9);
    let created = tus(server.http.address(), "POST", FILES, &[("Upload-Length", "9000000")], b"");
    let path = created.header("location").unwrap();
    assert_eq!(patch(server.http.address(), path, 0, &bytes[..1_000_000]).offset(), 1_000_000);
    let filler = disk.path().join("filler");
    std::fs::write(&filler, vec![0; disk.free() - (4 << 20)]).unwrap();
    let full = patch(server.http.address(), path, 1_000_000, &bytes[1_000_000..]);
    assert_eq!(full.status, 507, "{full:?}");
    let there = tus(server.http.address(), "HEAD", path, &[], b"").offset();
    assert!((1_000_000..9_000_000).contains(&there), "{there}");
    // A start on a full disk is no trouble.
    let server = killed_and_started(server, &SPARE);
    assert!(tus(server.http.address(), "HEAD", path, &[], b"").offset() >= there);
    std::fs::remove_file(filler).unwrap();
    let last = patch(server.http.address(), path, there, &bytes[there as usize..]);
    assert_eq!((last.status, last.offset()), (204, 9_000_000), "{last:?}");
    assert!(kept(&server, &bytes).is_some_and(|kept| kept == bytes));
}
