//! What the protocol says, request by request.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};

use crate::support::server::Server;
use crate::support::uploads::{kept, sound, staged};
use crate::support::wire::{Answer, BYTES, answer, begin, patch, request, tus};
use crate::support::{PATIENCE, eventually};

const FILES: &str = "/api/uploads/tus";

fn create(server: &Server, headers: &[(&str, &str)]) -> String {
    let created = tus(server.http.address(), "POST", FILES, headers, b"");
    assert_eq!(created.status, 201, "{created:?}");
    created.header("location").unwrap().to_owned()
}

fn head(server: &Server, path: &str) -> Answer {
    tus(server.http.address(), "HEAD", path, &[], b"")
}

#[test]
fn a_server_says_what_it_can() {
    let server = Server::start(&[]);
    let options = request(server.http.address(), "OPTIONS", FILES, &[], b"");
    assert_eq!((options.status, options.header("tus-version")), (204, Some("1.0.0")));
    assert_eq!(options.header("tus-checksum-algorithm"), Some("sha1,sha256"));
    assert!(options.header("tus-extension").unwrap().contains("creation-defer-length"));
    assert!(options.header("tus-max-size").unwrap().parse::<u64>().unwrap() > 0);
    for version in [&[][..], &[("Tus-Resumable", "0.2.2")]] {
        let refused = request(server.http.address(), "POST", FILES, version, b"");
        assert_eq!((refused.status, refused.header("tus-version")), (412, Some("1.0.0")));
        assert_eq!(refused.header("tus-resumable"), Some("1.0.0"));
    }
}

#[test]
fn an_upload_is_begun_goes_on_and_is_kept() {
    let server = Server::start(&[]);
    let bytes = sound(300_000, 1);
    let metadata = "filename c29uZy5tcDM=,is_private";
    let created =
        tus(server.http.address(), "POST", FILES, &[("Upload-Length", "300000"), ("Upload-Metadata", metadata)], b"");
    assert_eq!((created.status, created.header("cache-control")), (201, Some("no-store")));
    assert!(created.header("upload-expires").unwrap().ends_with(" GMT"));
    let path = created.header("location").unwrap();
    assert!(path.starts_with("/api/uploads/tus/") && path.len() == FILES.len() + 33, "{path}");
    let seen = head(&server, path);
    assert_eq!((seen.status, seen.offset(), seen.header("upload-length")), (200, 0, Some("300000")));
    assert_eq!((seen.header("upload-metadata"), seen.header("cache-control")), (Some(metadata), Some("no-store")));
    let first = patch(server.http.address(), path, 0, &bytes[..100_000]);
    assert_eq!((first.status, first.offset()), (204, 100_000));
    assert!(first.header("upload-expires").is_some() && first.header("tus-resumable") == Some("1.0.0"));
    let wrong = patch(server.http.address(), path, 0, &bytes[..100_000]);
    assert_eq!((wrong.status, wrong.offset()), (409, 100_000));
    let too_much = patch(server.http.address(), path, 100_000, &sound(200_001, 2));
    assert_eq!(too_much.status, 413);
    let untyped = tus(server.http.address(), "PATCH", path, &[("Upload-Offset", "100000")], b"x");
    assert_eq!(untyped.status, 415);
    let offsetless = tus(server.http.address(), "PATCH", path, &[BYTES], b"x");
    assert_eq!(offsetless.status, 400);
    let guise = [BYTES, ("Upload-Offset", "100000"), ("X-HTTP-Method-Override", "PATCH")];
    let last = tus(server.http.address(), "POST", path, &guise, &bytes[100_000..]);
    assert_eq!((last.status, last.offset()), (204, 300_000), "{last:?}");
    assert_eq!(kept(&server, &bytes).unwrap(), bytes);
    assert_eq!((head(&server, path).status, head(&server, path).offset()), (200, 300_000));
    assert_eq!(patch(server.http.address(), path, 300_000, b"").status, 204, "its answer was lost");
}

#[test]
fn the_first_bytes_may_come_with_the_beginning() {
    let server = Server::start(&[]);
    let bytes = sound(1_000, 3);
    let created = tus(server.http.address(), "POST", FILES, &[BYTES, ("Upload-Length", "1000")], &bytes[..600]);
    assert_eq!((created.status, created.offset()), (201, 600));
    let whole = tus(server.http.address(), "POST", FILES, &[BYTES, ("Upload-Length", "1000")], &bytes);
    assert_eq!((whole.status, whole.offset()), (201, 1_000));
    assert_eq!(kept(&server, &bytes).unwrap(), bytes);
    let nothing = tus(server.http.address(), "POST", FILES, &[("Upload-Length", "0")], b"");
    assert_eq!(
        (nothing.status, nothing.body.contains("unsupported_media")),
        (415, true),
        "nothing is no medium: {nothing:?}"
    );
    let too_much = tus(server.http.address(), "POST", FILES, &[BYTES, ("Upload-Length", "10")], &bytes);
    assert_eq!((too_much.status, staged(&server)), (413, 3));
    let odd = tus(server.http.address(), "POST", FILES, &[("Content-Type", "text/plain"), ("Upload-Length", "10")], b"x");
    assert_eq!(odd.status, 415);
}

#[test]
fn a_length_may_come_later() {
    let server = Server::start(&[]);
    let bytes = sound(1_000, 4);
    let path = create(&server, &[("Upload-Defer-Length", "1")]);
    assert_eq!(patch(server.http.address(), &path, 0, &bytes[..400]).offset(), 400);
    let seen = head(&server, &path);
    assert_eq!((seen.header("upload-length"), seen.header("upload-defer-length")), (None, Some("1")));
    let last = [BYTES, ("Upload-Offset", "400"), ("Upload-Length", "1000")];
    assert_eq!(tus(server.http.address(), "PATCH", &path, &last, &bytes[400..]).offset(), 1_000);
    assert_eq!(kept(&server, &bytes).unwrap(), bytes);
    for bad in [&[][..], &[("Upload-Length", "-1")], &[("Upload-Length", "1"), ("Upload-Defer-Length", "1")]] {
        assert_eq!(tus(server.http.address(), "POST", FILES, bad, b"").status, 400, "{bad:?}");
    }
    let huge = i64::MAX.to_string();
    assert_eq!(tus(server.http.address(), "POST", FILES, &[("Upload-Length", &huge)], b"").status, 413);
    assert_eq!(
        tus(server.http.address(), "POST", FILES, &[("Upload-Length", "1"), ("Upload-Metadata", "a !")], b"").status,
        400
    );
}

#[test]
fn bytes_with_a_wrong_checksum_did_not_come() {
    let server = Server::start(&[]);
    let bytes = sound(5_000, 5);
    let path = create(&server, &[("Upload-Length", "5000")]);
    let sum = |of: &[u8]| format!("sha1 {}", STANDARD.encode(Sha1::digest(of)));
    let send = |offset: &str, sum: &str, body: &[u8]| {
        tus(server.http.address(), "PATCH", &path, &[BYTES, ("Upload-Offset", offset), ("Upload-Checksum", sum)], body)
    };
    assert_eq!(send("0", &sum(b"other"), &bytes).status, 460);
    assert_eq!(head(&server, &path).offset(), 0);
    assert_eq!(send("0", "md5 AAAA", &bytes).status, 400);
    assert_eq!(send("0", &sum(&bytes[..2_000]), &bytes[..2_000]).offset(), 2_000);
    let sha256 = format!("sha256 {}", STANDARD.encode(sha2::Sha256::digest(&bytes[2_000..])));
    assert_eq!(send("2000", &sha256, &bytes[2_000..]).offset(), 5_000);
    assert_eq!(kept(&server, &bytes).unwrap(), bytes);
}

#[test]
fn what_is_removed_or_refused_does_not_come_back() {
    let server = Server::start(&[]);
    let path = create(&server, &[("Upload-Length", "5")]);
    assert_eq!(tus(server.http.address(), "DELETE", &path, &[], b"").status, 204);
    assert_eq!((head(&server, &path).status, staged(&server)), (404, 0));
    assert_eq!(tus(server.http.address(), "DELETE", &path, &[], b"").status, 404);
    assert_eq!(patch(server.http.address(), &path, 0, b"x").status, 404);
    for id in ["x", "..%2f..%2fetc", &"A".repeat(32), &"0".repeat(32)] {
        assert_eq!(head(&server, &format!("{FILES}/{id}")).status, 404, "{id}");
    }
    let refused = create(&server, &[("Upload-Length", "5"), ("Upload-Metadata", "filename cmVmdXNlLm1l")]);
    let answer = patch(server.http.address(), &refused, 0, b"hello");
    assert!(answer.status == 415 && answer.body.contains("unsupported_media"), "{answer:?}");
    assert_eq!(head(&server, &refused).status, 410);
}

#[test]
fn who_asks_where_to_go_on_is_not_kept_waiting_by_a_dead_connection() {
    let server = Server::start(&[]);
    let bytes = sound(2_000_000, 6);
    let path = create(&server, &[("Upload-Length", "2000000")]);
    let headers = [("Tus-Resumable", "1.0.0"), BYTES, ("Upload-Offset", "0")];
    let hanging = begin(server.http.address(), "PATCH", &path, &headers, bytes.len(), &bytes[..900_000]).unwrap();
    // Nothing is sent on this one any more, but nobody has closed it. A part of what came is in the file already.
    let data = server.data_dir.join("uploads").join(path.rsplit('/').next().unwrap()).join("data.part");
    eventually("something is in the file", PATIENCE, || (std::fs::metadata(&data).unwrap().len() > 0).then_some(()));
    let offset = head(&server, &path).offset();
    assert!((1..=900_000).contains(&offset), "{offset}");
    assert_eq!(answer(hanging).unwrap().status, 423);
    let last = patch(server.http.address(), &path, offset, &bytes[offset as usize..]);
    assert_eq!((last.status, last.offset()), (204, 2_000_000));
    assert_eq!(kept(&server, &bytes).unwrap(), bytes);
}

#[test]
fn a_connection_that_breaks_leaves_what_it_brought() {
    let server = Server::start(&[]);
    let bytes = sound(1_000_000, 7);
    let path = create(&server, &[("Upload-Length", "1000000")]);
    let headers = [("Tus-Resumable", "1.0.0"), BYTES, ("Upload-Offset", "0")];
    let broken = begin(server.http.address(), "PATCH", &path, &headers, bytes.len(), &bytes[..700_000]).unwrap();
    broken.shutdown(std::net::Shutdown::Write).unwrap();
    // What the server says to that, if anything, comes when it has kept what came.
    let _ = answer(broken);
    assert_eq!(head(&server, &path).offset(), 700_000);
    assert_eq!(patch(server.http.address(), &path, 700_000, &bytes[700_000..]).status, 204);
    assert_eq!(kept(&server, &bytes).unwrap(), bytes);
}
