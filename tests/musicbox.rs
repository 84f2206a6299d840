//! Clients of music boxes, as Socket.IO's own from npm: all that they say, and all that they are told.

use crate::support::media_site::MediaSite;
use crate::support::npm;
use crate::support::server::Server;
use crate::support::uploads::sound;
use crate::support::yt_dlp::yt_dlp;

#[test]
fn its_own_client_goes_through_all_words_of_music_boxes() {
    for transport in ["websocket", "polling"] {
        let Some(mut node) = npm::node("musicbox.mjs") else { return };
        let server = Server::start(&[]);
        npm::succeeds(node.args([&server.http.base, transport]));
    }
}

#[test]
fn its_own_client_is_told_how_far_a_download_is() {
    let Some(mut node) = npm::node("musicbox_downloads.mjs") else { return };
    let Some(program) = yt_dlp() else { return };
    let site = MediaSite::start(sound(1_200_000, 1), "");
    let (program, host) = (program.to_str().unwrap(), site.address().to_string());
    let flags = ["--downloads", "--yt-dlp", program, "--download-hosts", &host, "--download-sites", "generic"];
    let server = Server::start(&flags);
    npm::succeeds(node.args([&server.http.base, &site.url("")]));
}
