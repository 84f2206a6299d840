//! Fuzz target: a file in a form, as browsers send it.

use std::cell::OnceCell;

use axum::body::{Body, Bytes};
use axum::http::{Request, header};
use futures_util::{StreamExt, stream};
use tokio::runtime::{Builder, Runtime};

use super::in_form;

const LINE: &[u8] = b"\r\n--edge";

/// The first byte says in what pieces the rest comes. However it comes, it is the same file, whole as it stands in the form; a form that
/// breaks off has none.
pub fn form_upload(bytes: &[u8]) {
    let Some((size, form)) = bytes.split_first() else { return };
    let whole = read(form, form.len().max(1));
    let pieces = read(form, usize::from(*size).max(1));
    assert_eq!(whole.is_ok(), pieces.is_ok(), "{whole:?} and {pieces:?}");
    if let (Ok(whole), Ok(pieces)) = (whole, pieces) {
        assert_eq!(whole, pieces);
        let with_end = [&whole, LINE].concat();
        assert!(form.windows(with_end.len()).any(|window| window == with_end), "all of it, to its end");
    }
}

fn read(form: &[u8], size: usize) -> Result<Vec<u8>, String> {
    thread_local!(static RUNTIME: OnceCell<Runtime> = const { OnceCell::new() });
    RUNTIME.with(|runtime| {
        let runtime = runtime.get_or_init(|| Builder::new_current_thread().build().expect("a runtime without a driver"));
        runtime.block_on(file_in(form, size))
    })
}

async fn file_in(form: &[u8], size: usize) -> Result<Vec<u8>, String> {
    let pieces: Vec<_> = form.chunks(size).map(|piece| Ok::<_, String>(Bytes::copy_from_slice(piece))).collect();
    let request = Request::builder().header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge");
    let request = request.body(Body::from_stream(stream::iter(pieces))).expect("a request");
    let mut file = Vec::new();
    let mut chunks = Box::pin(in_form(request));
    while let Some(chunk) = chunks.next().await {
        file.extend_from_slice(&chunk?);
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_however_it_comes_and_not_where_it_breaks_off() {
        let form =
            b"--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\none\r\ntwo\r\n--edge--\r\n";
        for size in [1, 2, 7, 1_000] {
            assert_eq!(read(form, size), Ok(b"one\r\ntwo".to_vec()));
            // Without the line after it, nobody knows whether that was all.
            for end in 0..form.len() - b"--edge--\r\n".len() {
                assert!(read(&form[..end], size).is_err(), "{end}");
            }
        }
    }
}
