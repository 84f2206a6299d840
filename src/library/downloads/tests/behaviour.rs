//! What begins, waits, goes on and ends, and what is left of it.

use super::*;

const GOOD: &str = r#"
echo 'INFO {"id": "a", "title": "A", "ext": "mp4", "duration": 1.5, "webpage_url": "https://example.com/a"}'
echo 'DL {"status": "downloading", "downloaded_bytes": 3, "total_bytes": 6, "eta": 1}'
printf abcdef > a.mp4
echo 'DL {"status": "finished", "downloaded_bytes": 6, "total_bytes": 6}'
echo 'PP {"status": "started", "postprocessor": "MoveFiles"}' >&2
done_with "$PWD/a.mp4"
"#;

#[tokio::test]
async fn a_good_download_is_a_file_in_its_folder() {
    let trial = trial(GOOD);
    let Outcome::Done(product) = trial.outcome().await else { panic!() };
    let Product { path, title, duration, source_url, extension, bytes } = product;
    assert_eq!(path, trial.folder("a").join("a.mp4").canonicalize().expect("there"));
    assert_eq!((title.as_str(), duration, bytes, extension.as_str()), ("A", Some(1.5), 6, "mp4"));
    assert_eq!(source_url, "https://example.com/a");
    assert_eq!(trial.downloads.status(&"a".parse().expect("an id")), None, "it is not under way any more");
    trial.cancel("a").await;
    assert!(!trial.folder("a").exists());
}

#[tokio::test]
async fn a_child_knows_nothing_of_our_surroundings() {
    let script =
        format!("env | sort > ../../env; id=$(ps -o ni= -p $$); echo $id > ../../nice; ulimit -f > ../../limit\n{GOOD}");
    let trial = trial(&script);
    assert!(matches!(trial.outcome().await, Outcome::Done(_)));
    let env = trial.left("env").await;
    let names: Vec<_> = env.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name).collect();
    let expected = ["HOME", "LANG", "PATH", "TMPDIR", "all_proxy", "ftp_proxy", "http_proxy", "https_proxy"];
    // The shell's own.
    assert_eq!(
        names.into_iter().filter(|name| !["PWD", "OLDPWD", "_", "SHLVL"].contains(name)).collect::<Vec<_>>(),
        expected
    );
    assert!(env.contains("http_proxy=http://marquee:") && env.contains("@127.0.0.1:"), "{env}");
    assert_ne!(trial.left("limit").await, "unlimited");
}

#[tokio::test]
async fn only_so_many_run_at_once_and_the_rest_waits_for_its_turn() {
    let trial = trial_with("echo 'DL {\"downloaded_bytes\": 1}'; sleep 1000", |settings| settings.most_at_once = 1);
    let (mut first, mut second) = (trial.begin("a"), trial.begin("b"));
    reaches(&mut first, |progress| progress.stage == Stage::Downloading).await;
    assert_eq!(second.progress.borrow().stage, Stage::Waiting);
    trial.cancel("a").await;
    assert_eq!(outcome(first).await, Outcome::Cancelled);
    reaches(&mut second, |progress| progress.stage == Stage::Downloading).await;
    // One that only waits ends at once, too.
    let third = trial.begin("c");
    trial.cancel("c").await;
    assert_eq!(outcome(third).await, Outcome::Cancelled);
    trial.downloads.shutdown().await;
    assert_eq!(outcome(second).await, Outcome::Suspended);
}

#[tokio::test]
async fn what_is_under_way_is_not_begun_twice() {
    let trial = trial("sleep 1000");
    let begun = trial.begin("a");
    let refused = |id: &str| trial.downloads.begin(job(id)).map(|_| ()).expect_err("refused").code();
    assert_eq!(refused("a"), "download_running");
    let others: Vec<_> = (1..64).map(|number| trial.begin(&format!("other{number}"))).collect();
    assert_eq!(refused("b"), "too_many_downloads");
    trial.downloads.shutdown().await;
    assert_eq!(refused("b"), "closing");
    assert_eq!((outcome(begun).await, others.len()), (Outcome::Suspended, 63));
}

#[tokio::test]
async fn nothing_runs_or_lies_anywhere_after_a_cancellation() {
    let trial =
        trial("sleep 1000 & echo $$ $! > ../../pids; echo half > parts/a.part; echo 'DL {\"downloaded_bytes\": 1}'; wait");
    let mut begun = trial.begin("a");
    reaches(&mut begun, |progress| progress.downloaded_bytes == 1).await;
    let pids = trial.left("pids").await;
    trial.cancel("a").await;
    assert!(!trial.folder("a").exists());
    for pid in pids.split(' ') {
        is_gone(pid).await;
    }
    assert_eq!(outcome(begun).await, Outcome::Cancelled);
}

#[tokio::test]
async fn a_shutdown_keeps_what_has_come_and_the_next_begin_finds_it() {
    let trial = trial(
        "test -f parts/a.part && { mv parts/a.part a.mp4; done_with a.mp4; exit; }\n\
        echo half > parts/a.part; echo 'DL {\"downloaded_bytes\": 1}'; sleep 1000",
    );
    let mut begun = trial.begin("a");
    reaches(&mut begun, |progress| progress.downloaded_bytes == 1).await;
    trial.downloads.shutdown().await;
    assert_eq!(outcome(begun).await, Outcome::Suspended);
    assert!(trial.folder("a").join("parts/a.part").is_file());
    // As after a restart.
    let extractors = Extractors::parse(&["default"]).expect("names");
    let mut settings = Settings::new(trial.directory.path().join("jobs"), extractors);
    settings.program = Some(trial.directory.path().join("yt-dlp"));
    let again = Downloads::start(settings, trial.clock.clone()).expect("started");
    let Outcome::Done(product) = outcome(again.begin(job("a")).expect("begun")).await else { panic!() };
    assert_eq!(std::fs::read_to_string(product.path).expect("the file"), "half\n");
}

#[tokio::test]
async fn folders_that_nobody_knows_are_removed_and_others_are_not() {
    let trial = trial("echo 'DL {\"downloaded_bytes\": 1}'; sleep 1000");
    let mut begun = trial.begin("running");
    reaches(&mut begun, |progress| progress.downloaded_bytes == 1).await;
    for name in ["kept", "stray"] {
        std::fs::create_dir_all(trial.folder(name).join("parts")).expect("made");
    }
    assert_eq!(trial.downloads.retain(["kept".parse().expect("an id")]).await, Ok(1));
    assert!(trial.folder("kept").is_dir() && trial.folder("running").is_dir() && !trial.folder("stray").exists());
    trial.downloads.shutdown().await;
}

#[tokio::test]
async fn one_that_takes_too_long_is_ended_and_keeps_what_has_come() {
    let trial = trial("echo half > parts/a.part; while :; do echo 'DL {\"downloaded_bytes\": 1}'; sleep 0.1; done");
    let mut begun = trial.begin("a");
    reaches(&mut begun, |progress| progress.downloaded_bytes == 1).await;
    trial.clock.set(ShowTime(0).plus(Settings::LONGEST + Duration::from_secs(1)));
    let Outcome::Failed(error) = outcome(begun).await else { panic!() };
    // It said nothing new, either.
    assert_eq!(error.code(), "download_timeout");
    assert!(trial.folder("a").join("parts/a.part").is_file(), "the next try goes on from there");
}

#[tokio::test]
async fn one_that_says_nothing_new_is_ended_but_not_while_it_puts_files_together() {
    let stalled = trial("echo 'DL {\"downloaded_bytes\": 1}'; sleep 1000");
    let mut begun = stalled.begin("a");
    reaches(&mut begun, |progress| progress.downloaded_bytes == 1).await;
    stalled.clock.set(ShowTime(0).plus(Settings::STALLED_AFTER + Duration::from_secs(1)));
    assert!(matches!(outcome(begun).await, Outcome::Failed(error) if error.code() == "download_stalled"));

    let busy = trial(
        "echo 'DL {\"downloaded_bytes\": 1}'; sleep 0.3; echo 'PP {\"postprocessor\": \"Merger\"}' >&2; \
         while ! test -f ../../go; do sleep 0.05; done; echo x > a.mp4; done_with a.mp4",
    );
    let mut begun = busy.begin("a");
    let progress = reaches(&mut begun, |progress| progress.stage == Stage::Processing).await;
    assert_eq!(progress.current_step, "putting picture and sound together");
    busy.clock.set(ShowTime(0).plus(Settings::STALLED_AFTER * 2));
    // Twice as long as it takes to be looked at.
    tokio::time::sleep(Duration::from_millis(600)).await;
    std::fs::write(busy.directory.path().join("go"), "").expect("written");
    assert!(matches!(outcome(begun).await, Outcome::Done(_)));
}

#[tokio::test]
async fn without_yt_dlp_there_is_a_reason() {
    let trial = trial_with(GOOD, |settings| settings.program = Some("/nowhere/yt-dlp".into()));
    let Outcome::Failed(error) = trial.outcome().await else { panic!() };
    assert_eq!(
        (error.code(), error.to_string().as_str()),
        ("downloader_unavailable", "/nowhere/yt-dlp is no program: say where yt-dlp lies")
    );
}
