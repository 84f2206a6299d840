//! Looking for something by words.

use super::*;

fn on(settings: &mut Settings) {
    settings.search = Search::On;
}

async fn search(script: &str) -> Result<Vec<Found>, SearchError> {
    let trial = trial_with(script, on);
    trial.downloads.search(&Query::new("--exec=reboot", 2).expect("a query")).await
}

#[tokio::test]
async fn what_is_found_is_told_and_no_more_than_was_asked_for() {
    let found = search(
        r#"for word; do last=$word; done; test "$last" = "ytsearch2:--exec=reboot" || exit 1
        echo 'FOUND {"id": "one", "title": "One", "duration": 3.0}'; echo garbage; echo 'FOUND {"id": "../x"}'
        echo 'FOUND {"id": "two"}'; echo 'FOUND {"id": "three"}'"#,
    )
    .await
    .expect("found");
    assert_eq!(found.iter().map(|found| found.id.as_str()).collect::<Vec<_>>(), ["one", "two"]);
    assert_eq!(found[0].duration_ms, Some(3_000));
}

#[tokio::test]
async fn a_search_that_fails_says_why() {
    let code = async |script: &str| search(script).await.expect_err("failed").code();
    assert_eq!(code("echo 'ERROR: Unable to download: timed out' >&2; exit 1").await, "video_search_failed");
    assert_eq!(code("exit 3").await, "video_search_failed");
    assert_eq!(code("yes").await, "video_search_failed");
    assert_eq!(search("exit 0").await, Ok(Vec::new()));
}

#[tokio::test]
async fn nobody_searches_unless_it_is_enabled() {
    let trial = trial("exit 0");
    let query = Query::new("cats", 1).expect("a query");
    assert_eq!(trial.downloads.search(&query).await, Err(SearchError::Disabled));
}

#[tokio::test]
async fn only_so_many_search_at_once() {
    let trial = trial_with("echo $$ >> ../pids; while ! test -f ../../go; do sleep 0.05; done", on);
    let query = Query::new("cats", 1).expect("a query");
    let (first, second) = (trial.downloads.search(&query), trial.downloads.search(&query));
    let third = async {
        // The others have their places as soon as they are asked for.
        let third = trial.downloads.search(&query).await;
        std::fs::write(trial.directory.path().join("go"), "").expect("written");
        third
    };
    let (first, second, third) = tokio::join!(first, second, third);
    assert_eq!((first, second, third), (Ok(Vec::new()), Ok(Vec::new()), Err(SearchError::TooMany)));
}

#[tokio::test]
async fn of_a_search_that_nobody_waits_for_nothing_is_left() {
    let trial = trial_with("sleep 1000 & echo $$ $! > ../../pids; while ! test -f ../../go; do sleep 0.05; done; wait", on);
    let query = Query::new("cats", 1).expect("a query");
    let pids = tokio::select! {
        found = trial.downloads.search(&query) => panic!("{found:?}"),
        pids = trial.left("pids") => pids,
    };
    let [shell, sleeper]: [&str; 2] = pids.split(' ').collect::<Vec<_>>().try_into().expect("two of them");
    assert!(Command::new("kill").arg(sleeper).status().expect("kill").success());
    std::fs::write(trial.directory.path().join("go"), "").expect("written");
    is_gone(shell).await;
    let jobs = trial.directory.path().join("jobs");
    let gone = async {
        while std::fs::read_dir(&jobs).expect("a directory").next().is_some() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, gone).await.expect("its folder is gone");
}
