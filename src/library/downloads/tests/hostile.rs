//! A yt-dlp, or a site behind it, that does what it should not.

use super::*;

#[tokio::test]
async fn a_good_end_without_a_file_is_none() {
    assert_eq!(trial("exit 0").failure().await, "downloader_broken");
    // So it is when the server says that the file is too large.
    assert_eq!(trial("echo 'INFO {\"id\": \"a\"}'").failure().await, "download_too_large");
    assert_eq!(trial("done_with a.mp4").failure().await, "downloader_broken");
    assert_eq!(trial(": > a.mp4; done_with a.mp4").failure().await, "downloader_broken");
    assert_eq!(trial("echo x > a.mp4; done_with a.mp4; exit 1").failure().await, "download_failed");
}

#[tokio::test]
async fn a_file_elsewhere_is_none_of_the_job() {
    for script in [
        "done_with /etc/passwd",
        "done_with ../../yt-dlp",
        "ln -s /etc/passwd a.mp4; done_with a.mp4",
        "ln -s ../../yt-dlp a.mp4; done_with $PWD/a.mp4",
        "mkdir a.mp4; done_with a.mp4",
        "mkfifo a.mp4; done_with a.mp4",
        "ln -s /etc parts/x; done_with parts/x/passwd",
    ] {
        let trial = trial(script);
        assert_eq!(trial.failure().await, "downloader_broken", "{script}");
        assert!(!trial.folder("a").exists(), "nothing of it is kept");
    }
    assert!(std::path::Path::new("/etc/passwd").is_file());
}

#[tokio::test]
async fn an_error_can_not_pretend_to_be_a_result() {
    let script = "echo x > a.mp4; echo 'ERROR: HTTP Error 404: Not' >&2; done_with a.mp4 >&2; exit 1";
    assert_eq!(trial(script).failure().await, "download_not_found");
    assert_eq!(trial("echo x > a.mp4; done_with a.mp4 >&2").failure().await, "downloader_broken");
}

#[tokio::test]
async fn what_is_too_large_is_refused_whoever_notices_it() {
    let said = trial("echo 'DL {\"downloaded_bytes\": 1000001}'; sleep 1000");
    assert_eq!(said.failure().await, "download_too_large");
    let unsaid = trial("head -c 1000001 /dev/zero > a.mp4; done_with a.mp4");
    assert_eq!(unsaid.failure().await, "download_too_large");
    assert!(!said.folder("a").exists() && !unsaid.folder("a").exists());
    // The kernel's own limit, which is larger here than ours, because some yt-dlp unpack themselves.
    let endless =
        trial("cat /dev/zero > a.mp4; wc -c < a.mp4 > ../../size; echo 'ERROR: [Errno 27] File too large' >&2; exit 1");
    assert_eq!(endless.failure().await, "download_too_large");
    assert_eq!(endless.left("size").await, super::super::child::LARGEST_OWN_FILE.to_string());
}

#[tokio::test]
async fn where_too_little_room_is_left_nothing_is_begun() {
    let trial = trial_with("touch ../../begun", |settings| settings.spare_bytes = u64::MAX);
    assert_eq!(trial.failure().await, "storage_full");
    assert!(!trial.directory.path().join("begun").exists());
}

#[tokio::test]
async fn one_that_does_not_stop_when_asked_is_stopped() {
    let trial =
        trial("trap '' INT TERM; echo $$ > ../../pid; echo 'DL {\"downloaded_bytes\": 1}'; while :; do sleep 0.1; done");
    let mut begun = trial.begin("a");
    reaches(&mut begun, |progress| progress.downloaded_bytes == 1).await;
    trial.cancel("a").await;
    assert_eq!(outcome(begun).await, Outcome::Cancelled);
    is_gone(&trial.left("pid").await).await;
}

#[tokio::test]
async fn what_it_has_started_ends_with_it_and_its_pipes_are_not_waited_for() {
    let trial = trial("sleep 1000 & echo $! > ../../pid; echo x > a.mp4; done_with a.mp4");
    assert!(matches!(trial.outcome().await, Outcome::Done(_)));
    is_gone(&trial.left("pid").await).await;
}

#[tokio::test]
async fn one_that_leaves_its_group_does_not_hold_the_job() {
    let trial = trial(
        "setsid sh -c 'echo $$ > ../../pid; exec sleep 1000' & while ! test -s ../../pid; do sleep 0.05; done; \
        echo x > a.mp4; done_with a.mp4",
    );
    assert!(matches!(trial.outcome().await, Outcome::Done(_)));
    let pid = trial.left("pid").await;
    assert!(Command::new("kill").args(["-KILL", &pid]).status().expect("kill").success());
}

#[tokio::test]
async fn floods_and_lines_without_end_are_bounded() {
    let flood = trial("yes garbage");
    assert_eq!(flood.failure().await, "downloader_broken");
    let flood = trial("yes 'ERROR: x' >&2");
    assert_eq!(flood.failure().await, "downloader_broken");
    let long = trial(
        "head -c 1000000 /dev/zero | tr '\\0' x; echo; printf 'ERROR: \\377\\n' >&2; printf '\\377\\376DL {\\n'; \
        echo x > a.mp4; done_with a.mp4",
    );
    assert!(matches!(long.outcome().await, Outcome::Done(_)));
}

#[tokio::test]
async fn streams_without_end_and_lists_are_not_begun() {
    assert_eq!(trial("echo 'INFO {\"id\": \"a\", \"is_live\": true}'; sleep 1000").failure().await, "download_is_live");
    assert_eq!(trial("echo 'INFO {\"id\": \"a\", \"playlist_count\": 7}'; sleep 1000").failure().await, "download_is_list");
    assert!(matches!(
        trial("echo 'INFO {\"id\": \"a\", \"playlist_count\": 1}'; echo x > a.mp4; done_with a.mp4").outcome().await,
        Outcome::Done(_)
    ));
}

#[tokio::test]
async fn one_that_is_killed_was_interrupted() {
    let trial = trial("echo half > parts/a.part; kill -KILL $$");
    assert_eq!(trial.failure().await, "download_interrupted");
    assert!(trial.folder("a").join("parts/a.part").is_file());
}

#[tokio::test]
async fn the_secret_of_the_proxy_is_told_to_nobody() {
    let trial = trial("echo \"ERROR: something new with $http_proxy\" >&2; echo \"$http_proxy\" > ../../proxy; exit 1");
    let Outcome::Failed(error) = trial.outcome().await else { panic!() };
    let proxy = trial.left("proxy").await;
    let secret = proxy.trim_start_matches("http://marquee:").split('@').next().expect("a secret");
    let told = format!("{error} {error:?}");
    assert!(secret.len() == 48 && !told.contains(secret) && told.contains("http://marquee:…@"), "{told}");
}

#[tokio::test]
async fn private_addresses_are_refused_before_anything_runs() {
    let trial = trial("exit 0");
    for address in ["http://127.0.0.1/", "http://2130706433/", "http://[::ffff:10.0.0.1]/", "https://169.254.169.254/latest"]
    {
        let job = Job { address: Address::parse(address).expect("an address"), ..job("a") };
        assert_eq!(trial.downloads.begin(job).map(|_| ()).expect_err("refused").code(), "address_forbidden", "{address}");
    }
    let allowed = |settings: &mut Settings| settings.allow_private = Allowed::parse(&["127.0.0.1:80"]).expect("an entry");
    let trial = trial_with("exit 0", allowed);
    let begin = |address| trial.downloads.begin(Job { address: Address::parse(address).expect("an address"), ..job("a") });
    assert!(begin("http://127.0.0.1/").is_ok() && begin("http://127.0.0.1:81/").is_err());
}
