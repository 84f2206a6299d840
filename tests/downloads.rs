//! Downloads with the real yt-dlp, from a site on loopback.

use std::path::PathBuf;

use marquee::base::clock::Clock;
use marquee::library::downloads::{
    Address, Allowed, Begun, DownloadError, Downloads, Extractors, Job, JobId, Outcome, Product, Progress, Quality, Query,
    Search, Settings, Stage,
};

use crate::support::PATIENCE;
use crate::support::media_site::MediaSite;
use crate::support::yt_dlp::yt_dlp;

const LARGEST: u64 = 8 * 1_024 * 1_024;

/// Of any page, and of what pages of today have in them.
const READERS: [&str; 2] = ["generic", "html5"];

struct House {
    directory: tempfile::TempDir,
    site: MediaSite,
    downloads: Downloads,
}

/// Not a video, but the generic reader believes what the server says of it.
fn body(length: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(length as u64);
    std::iter::repeat_with(|| random.u8(..)).take(length).collect()
}

/// None where there is no yt-dlp.
fn house(length: usize, elsewhere: &str) -> Option<House> {
    let program = yt_dlp()?;
    let directory = tempfile::tempdir().unwrap();
    let site = MediaSite::start(body(length), elsewhere);
    let mut settings = Settings::new(directory.path().join("jobs"), Extractors::parse(&READERS).unwrap());
    settings.program = Some(program);
    settings.largest_bytes = LARGEST;
    settings.allow_private = Allowed::parse(&[site.address().to_string()]).unwrap();
    settings.search = Search::On;
    let downloads = Downloads::start(settings, Clock::system()).unwrap();
    Some(House { directory, site, downloads })
}

fn id() -> JobId {
    "job".parse().unwrap()
}

impl House {
    fn begin(&self, url: &str) -> Begun {
        self.downloads.begin(Job { id: id(), address: Address::parse(url).unwrap(), quality: Quality::Best }).unwrap()
    }

    async fn outcome(&self, path: &str) -> Outcome {
        outcome(self.begin(&self.site.url(path))).await
    }

    async fn done(&self, path: &str) -> Product {
        match self.outcome(path).await {
            Outcome::Done(product) => product,
            outcome => panic!("{outcome:?}"),
        }
    }

    async fn failure(&self, path: &str) -> DownloadError {
        match self.outcome(path).await {
            Outcome::Failed(error) => error,
            outcome => panic!("{outcome:?}"),
        }
    }

    fn folder(&self) -> PathBuf {
        self.directory.path().join("jobs/job")
    }

    /// The processes that work in the job's folder.
    fn pids(&self) -> Vec<i32> {
        let folder = self.folder().canonicalize().unwrap_or_default();
        let processes = std::fs::read_dir("/proc").unwrap().filter_map(Result::ok);
        let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        pids.filter(|pid: &i32| std::fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd == folder)).collect()
    }
}

async fn outcome(begun: Begun) -> Outcome {
    tokio::time::timeout(PATIENCE, begun.outcome).await.expect("it ends").unwrap()
}

async fn reaches(begun: &mut Begun, wanted: impl FnMut(&Progress) -> bool) -> Progress {
    let reached = begun.progress.wait_for(wanted);
    tokio::time::timeout(PATIENCE, reached).await.expect("it comes so far").expect("it runs").clone()
}

#[tokio::test]
async fn a_file_comes_as_it_is() {
    let Some(house) = house(500_000, "") else { return };
    let product = house.done("/clip.mp4").await;
    assert_eq!(std::fs::read(&product.path).unwrap(), body(500_000));
    assert_eq!(product.path, house.folder().canonicalize().unwrap().join("clip.mp4"));
    let Product { title, extension, bytes, source_url, .. } = product;
    assert_eq!((title.as_str(), extension.as_str(), bytes), ("clip", "mp4", 500_000));
    assert_eq!(source_url, house.site.url("/clip.mp4"));
    // Begun again, before anybody has taken the file, it is there already.
    assert_eq!(house.done("/clip.mp4").await.bytes, 500_000);
    let leaked = house.site.asked().iter().any(|asked| asked.headers.to_lowercase().contains("proxy"));
    assert!(!leaked, "the site learns nothing of the proxy");
}

#[tokio::test]
async fn a_page_with_a_video_has_its_title() {
    let Some(house) = house(50_000, "") else { return };
    let product = house.done("/with-video").await;
    assert!(product.title.contains("A page"), "{}", product.title);
    assert_eq!(product.bytes, 50_000);
}

#[tokio::test]
async fn figures_grow_while_it_comes() {
    let Some(house) = house(1_500_000, "") else { return };
    let mut begun = house.begin(&house.site.url("/slow.mp4"));
    let mut seen: Vec<Progress> = Vec::new();
    while seen.iter().filter(|progress| progress.stage == Stage::Downloading).count() < 4 {
        let before = seen.last().map_or(0, |progress| progress.downloaded_bytes);
        seen.push(reaches(&mut begun, |progress| progress.downloaded_bytes > before).await);
    }
    assert!(matches!(outcome(begun).await, Outcome::Done(product) if product.bytes == 1_500_000));
    let percents: Vec<_> = seen.iter().filter_map(|progress| progress.percent).collect();
    assert!(percents.len() >= 4 && percents.is_sorted() && percents[0] < percents[3], "{seen:?}");
    assert!(seen.iter().all(|progress| progress.total_bytes == Some(1_500_000)), "{seen:?}");
    assert!(seen.iter().any(|progress| progress.speed.is_some() && progress.eta_seconds.is_some()), "{seen:?}");
}

#[tokio::test]
async fn a_cancellation_in_the_middle_leaves_nothing() {
    let Some(house) = house(6_000_000, "") else { return };
    let mut begun = house.begin(&house.site.url("/slow.mp4"));
    reaches(&mut begun, |progress| progress.downloaded_bytes > 100_000).await;
    assert!(!house.pids().is_empty());
    house.downloads.cancel(&id()).await.unwrap();
    assert_eq!(outcome(begun).await, Outcome::Cancelled);
    assert!(!house.folder().exists() && house.pids().is_empty());
    assert_eq!(house.downloads.status(&id()), None);
}

#[tokio::test]
async fn one_that_was_killed_goes_on_where_it_was() {
    let Some(house) = house(3_000_000, "") else { return };
    let mut begun = house.begin(&house.site.url("/slow.mp4"));
    reaches(&mut begun, |progress| progress.downloaded_bytes > 200_000).await;
    let pids = house.pids();
    assert!(!pids.is_empty());
    for pid in pids {
        let killed = std::process::Command::new("kill").args(["-KILL", &pid.to_string()]).status().unwrap();
        assert!(killed.success());
    }
    assert!(matches!(outcome(begun).await, Outcome::Failed(error) if error == DownloadError::Interrupted));
    let product = house.done("/slow.mp4").await;
    assert_eq!(std::fs::read(product.path).unwrap(), body(3_000_000));
    let from = |range: &str| range.strip_prefix("bytes=")?.split('-').next()?.parse::<u64>().ok();
    let went_on = house.site.asked().iter().filter_map(|asked| from(asked.range.as_deref()?)).any(|from| from > 100_000);
    assert!(went_on, "{:?}", house.site.asked());
}

#[tokio::test]
async fn one_that_was_suspended_goes_on_after_a_restart() {
    let Some(house) = house(2_000_000, "") else { return };
    let mut begun = house.begin(&house.site.url("/slow.mp4"));
    reaches(&mut begun, |progress| progress.downloaded_bytes > 200_000).await;
    house.downloads.shutdown().await;
    assert_eq!(outcome(begun).await, Outcome::Suspended);
    assert!(house.pids().is_empty());
    let mut settings = Settings::new(house.directory.path().join("jobs"), Extractors::parse(&READERS).unwrap());
    settings.program = yt_dlp();
    settings.allow_private = Allowed::parse(&[house.site.address().to_string()]).unwrap();
    let again = House { downloads: Downloads::start(settings, Clock::system()).unwrap(), ..house };
    let product = again.done("/slow.mp4").await;
    assert_eq!(std::fs::read(product.path).unwrap(), body(2_000_000));
    assert!(again.site.asked().iter().any(|asked| asked.range.is_some()));
}

#[tokio::test]
async fn a_connection_that_breaks_is_made_again_or_said_to_have_broken() {
    let Some(house) = house(400_000, "") else { return };
    let product = house.done("/cut.mp4").await;
    assert_eq!(std::fs::read(product.path).unwrap(), body(400_000));
    house.downloads.cancel(&id()).await.unwrap();
    // Half of the rest each time: there is no end to it in a few tries.
    let error = house.failure("/always-cut.mp4").await;
    assert_eq!(error.code(), "download_unreachable", "{error}");
}

#[tokio::test]
async fn what_is_not_there_or_no_video_says_so() {
    let Some(house) = house(1_000, "") else { return };
    for (path, code) in
        [("/missing.mp4", "download_not_found"), ("/page", "download_unsupported"), ("/broken", "download_unreachable")]
    {
        let error = house.failure(path).await;
        assert_eq!(error.code(), code, "{error}");
        assert!(!error.to_string().contains("report"), "{error}");
    }
}

#[tokio::test]
async fn what_is_too_large_or_endless_is_refused() {
    let Some(house) = house(LARGEST as usize + 1, "") else { return };
    for path in ["/clip.mp4", "/endless.mp4"] {
        assert_eq!(house.failure(path).await, DownloadError::TooLarge { limit: LARGEST }, "{path}");
        assert!(!house.folder().exists());
    }
}

#[tokio::test]
async fn a_redirection_is_followed_only_to_where_it_may() {
    let other = MediaSite::start(body(1_000), "");
    let Some(house) = house(50_000, &other.url("/clip.mp4")) else { return };
    assert_eq!(house.done("/here").await.bytes, 50_000);
    house.downloads.cancel(&id()).await.unwrap();
    let error = house.failure("/elsewhere").await;
    assert_eq!(error, DownloadError::AddressForbidden(other.address().to_string()));
    assert!(other.asked().is_empty(), "nothing has come through");
}

#[tokio::test]
async fn other_ways_out_lead_to_the_proxy_too() {
    let other = MediaSite::start(body(1_000), "");
    let Some(by_ftp) = house(50_000, &format!("ftp://{}/clip.mp4", other.address())) else { return };
    let error = by_ftp.failure("/elsewhere").await;
    assert!(matches!(error.code(), "download_failed" | "download_unreachable"), "{error}");
    assert!(other.asked().is_empty(), "nothing has come through");
    // What is encrypted goes through as it is: the site, which does not speak that, sees the beginning of it.
    let url = by_ftp.site.url("/clip.mp4").replace("http://", "https://");
    let Outcome::Failed(error) = outcome(by_ftp.begin(&url)).await else { panic!() };
    assert_ne!(error.code(), "address_forbidden", "{error}");
    let by_tls = house(1_000, &other.url("/x").replace("http://", "https://")).unwrap();
    assert_eq!(by_tls.failure("/elsewhere").await, DownloadError::AddressForbidden(other.address().to_string()));
}

#[tokio::test]
async fn pieces_of_a_list_lie_only_where_they_may() {
    let other = MediaSite::start(body(1_000), "");
    let Some(house) = house(1_000, &other.url("/clip.mp4")) else { return };
    for path in ["/list.m3u8", "/locked.m3u8"] {
        // Only ffmpeg asks for its name and password before it gives them.
        assert_eq!(house.failure(path).await, DownloadError::AddressForbidden(other.address().to_string()), "{path}");
        assert!(other.asked().is_empty(), "{path}: nothing has come through");
    }
}

#[tokio::test]
async fn only_readers_of_sites_that_are_allowed_are_used() {
    let Some(program) = yt_dlp() else { return };
    let site = MediaSite::start(body(1_000), "");
    let directory = tempfile::tempdir().unwrap();
    let extractors = Extractors::parse(&["default", "-generic"]).unwrap();
    let mut settings = Settings::new(directory.path().join("jobs"), extractors);
    settings.program = Some(program);
    settings.allow_private = Allowed::parse(&[site.address().to_string()]).unwrap();
    let downloads = Downloads::start(settings, Clock::system()).unwrap();
    let job = Job { id: id(), address: Address::parse(&site.url("/clip.mp4")).unwrap(), quality: Quality::Best };
    let Outcome::Failed(error) = outcome(downloads.begin(job).unwrap()).await else { panic!() };
    assert_eq!(error.code(), "download_unsupported", "{error}");
    assert!(site.asked().is_empty());
}

#[tokio::test]
async fn what_looks_like_an_option_is_part_of_an_address() {
    let Some(house) = house(1_000, "") else { return };
    let harm = house.directory.path().join("harm");
    for path in [
        "/clip.mp4?--exec=touch".to_owned(),
        format!("/clip.mp4?a=$(touch%20{0})`touch%20{0}`;%(id)s%(title)s", harm.display()),
        "/clip.mp4#--version".to_owned(),
    ] {
        assert_eq!(house.done(&path).await.bytes, 1_000);
        house.downloads.cancel(&id()).await.unwrap();
    }
    assert!(!harm.exists());
}

#[tokio::test]
async fn every_quality_is_understood() {
    let Some(house) = house(1_000, "") else { return };
    for quality in ["best", "worst", "bestaudio", "720p"] {
        let address = Address::parse(&house.site.url("/clip.mp4")).unwrap();
        let job = Job { id: id(), address, quality: quality.parse().unwrap() };
        let outcome = outcome(house.downloads.begin(job).unwrap()).await;
        assert!(matches!(outcome, Outcome::Done(_)), "{quality}: {outcome:?}");
        house.downloads.cancel(&id()).await.unwrap();
    }
}

#[tokio::test]
async fn a_search_asks_nobody_on_this_machine() {
    let Some(house) = house(1_000, "") else { return };
    let query = Query::new(&house.site.url("/clip.mp4"), 3).unwrap();
    // With a way to YouTube there are results; without, it says so.
    if let Err(error) = house.downloads.search(&query).await {
        assert!(matches!(error.code(), "video_search_failed" | "search_timeout"), "{error}");
    }
    assert!(house.site.asked().is_empty());
}

#[tokio::test]
async fn the_version_is_known() {
    let Some(house) = house(1_000, "") else { return };
    assert!(house.downloads.available().await.unwrap().version.starts_with("20"));
}
