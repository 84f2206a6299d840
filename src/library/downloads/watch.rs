//! One yt-dlp at work: what it says is heard, its limits are kept, and what came of it is judged.

use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use tokio::io::AsyncRead;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::child::{Child, was_killed};
use super::error::{DownloadError, understood};
use super::job::{Stop, on_disk, stopped};
use super::line::{self, Done, Info, Line};
use super::pipe::{End, Lines};
use super::progress::{Progress, Stage};
use crate::base::clock::Clock;
use crate::library::room::free;
use crate::show::time::ShowTime;

/// Lines that are not looked at yet. When there are more, yt-dlp waits with saying them.
const MOST_LINES: usize = 64;
const LOOKS: Duration = Duration::from_millis(250);
const LOOKS_FOR_ROOM: Duration = Duration::from_secs(2);
/// After yt-dlp has ended, its last words are read. What it has started is gone by then, too.
const LAST_WORDS: Duration = Duration::from_secs(5);

pub struct Limits {
    pub longest: Duration,
    pub stalled_after: Duration,
    pub largest_bytes: u64,
    pub room: Room,
}

/// What stays free on the disk where all of it is written.
#[derive(Clone)]
pub struct Room {
    pub directory: PathBuf,
    pub spare_bytes: u64,
}

impl Room {
    pub async fn check(&self) -> Result<(), DownloadError> {
        let directory = self.directory.clone();
        let free = on_disk(move || free(&directory)).await?;
        if free >= self.spare_bytes { Ok(()) } else { Err(DownloadError::StorageFull) }
    }
}

/// Why it was not watched to its end.
pub enum Broken {
    Off(Stop),
    By(DownloadError),
}

/// What was said until the end.
pub struct Heard {
    info: Option<Info>,
    done: Option<Done>,
    complaint: Option<String>,
    status: ExitStatus,
}

pub struct Watched<'a> {
    pub limits: &'a Limits,
    pub clock: &'a Clock,
    pub progress: &'a watch::Sender<Progress>,
    began: ShowTime,
    last_sign: ShowTime,
    info: Option<Info>,
    done: Option<Done>,
    complaint: Option<String>,
}

enum Said {
    Line(Line),
    TooMuch,
}

impl<'a> Watched<'a> {
    pub fn new(limits: &'a Limits, clock: &'a Clock, progress: &'a watch::Sender<Progress>) -> Watched<'a> {
        let now = clock.now();
        Watched { limits, clock, progress, began: now, last_sign: now, info: None, done: None, complaint: None }
    }

    /// To the child's end. It is stopped before if something is against it, so nothing of it runs afterwards either way.
    pub async fn follow(
        mut self,
        mut child: Child,
        output: impl AsyncRead + Unpin + Send + 'static,
        errors: impl AsyncRead + Unpin + Send + 'static,
        stop: &mut watch::Receiver<Option<Stop>>,
    ) -> Result<Heard, Broken> {
        let (say, mut said) = mpsc::channel(MOST_LINES);
        let readers = [read(output, line::printed, say.clone()), read(errors, line::complained, say)];
        let followed = self.follow_until(&mut child, &mut said, stop).await;
        // Whoever still waits to be heard must not wait for ever.
        drop(said);
        let followed = match followed {
            Ok(status) => Ok(status),
            Err(broken) => {
                child.stop().await;
                Err(broken)
            }
        };
        readers.iter().for_each(JoinHandle::abort);
        let Watched { info, done, complaint, .. } = self;
        followed.map(|status| Heard { info, done, complaint, status })
    }

    async fn follow_until(
        &mut self,
        child: &mut Child,
        said: &mut mpsc::Receiver<Said>,
        stop: &mut watch::Receiver<Option<Stop>>,
    ) -> Result<ExitStatus, Broken> {
        let mut looks = tokio::time::interval(LOOKS);
        let mut looks_for_room = tokio::time::interval(LOOKS_FOR_ROOM);
        loop {
            tokio::select! {
                stop = stopped(stop) => return Err(Broken::Off(stop)),
                status = child.ended() => {
                    let status = status.map_err(|error| Broken::By(error.into()))?;
                    // Held open by somebody who has left the group, perhaps: then there are no more words.
                    let last_words = tokio::time::timeout(LAST_WORDS, self.hear_all(said)).await;
                    return last_words.unwrap_or(Ok(())).map(|()| status);
                }
                Some(said) = said.recv() => self.hear(said)?,
                _ = looks.tick() => self.look()?,
                _ = looks_for_room.tick() => self.limits.room.check().await.map_err(Broken::By)?,
            }
        }
    }

    async fn hear_all(&mut self, said: &mut mpsc::Receiver<Said>) -> Result<(), Broken> {
        while let Some(said) = said.recv().await {
            self.hear(said)?;
        }
        Ok(())
    }

    fn hear(&mut self, said: Said) -> Result<(), Broken> {
        let Said::Line(line) = said else {
            return Err(Broken::By(DownloadError::Broken("it does not stop talking".to_owned())));
        };
        if self.progress.send_if_modified(|progress| progress.hear(&line)) {
            self.last_sign = self.clock.now();
        }
        match line {
            Line::Progress(moved)
                if moved.downloaded_bytes.is_some_and(|bytes| bytes > self.limits.largest_bytes as f64) =>
            {
                return Err(Broken::By(DownloadError::TooLarge { limit: self.limits.largest_bytes }));
            }
            Line::Info(info) => {
                check(&info).map_err(Broken::By)?;
                self.info = Some(info);
            }
            Line::Done(done) => self.done = Some(done),
            // The first is what went wrong; others follow from it.
            Line::Error(error) => self.complaint = self.complaint.take().or(Some(error)),
            Line::Progress(_) | Line::Step(_) | Line::Found(_) | Line::Other => {}
        }
        Ok(())
    }

    fn look(&self) -> Result<(), Broken> {
        let Limits { longest, stalled_after, .. } = self.limits;
        let now = self.clock.now();
        // Putting large files together takes long, and nothing is said meanwhile.
        let is_quiet = self.progress.borrow().stage == Stage::Processing;
        if now.since(self.began) > *longest {
            Err(Broken::By(DownloadError::TooLong { limit: *longest }))
        } else if !is_quiet && now.since(self.last_sign) > *stalled_after {
            Err(Broken::By(DownloadError::Stalled { after: *stalled_after }))
        } else {
            Ok(())
        }
    }
}

fn read(
    pipe: impl AsyncRead + Unpin + Send + 'static,
    understand: fn(&[u8]) -> Line,
    say: mpsc::Sender<Said>,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut lines = Lines::new(pipe);
        let end = loop {
            match lines.next().await.map(understand) {
                Ok(Line::Other) => {}
                // Nobody listens any more once it is to stop, and it is read all the same.
                Ok(line) => drop(say.send(Said::Line(line)).await),
                Err(end) => break end,
            }
        };
        if end == End::TooMuch {
            let _ = say.send(Said::TooMuch).await;
        }
    })
}

/// What would never end, and what is more than was asked for.
fn check(info: &Info) -> Result<(), DownloadError> {
    if info.is_live == Some(true) {
        return Err(DownloadError::Live);
    }
    match info.playlist_count {
        Some(count) if count > 1 => Err(DownloadError::List(count)),
        _ => Ok(()),
    }
}

impl Heard {
    /// What yt-dlp says that it has done. Whether the file is there is not known yet.
    pub fn judged(self, limit: u64) -> Result<(Done, Option<Info>), Judged> {
        let Heard { info, done, complaint, status } = self;
        match (status.success(), done, complaint) {
            (true, Some(done), _) => Ok((done, info)),
            // It gives up without a word when the server says that the file is too large.
            (true, None, None) if info.is_some() => Err(Judged::Error(DownloadError::TooLarge { limit })),
            (_, _, Some(complaint)) => Err(Judged::Complaint(complaint)),
            (true, None, None) => Err(Judged::Error(DownloadError::Broken("it ended well, without a file".to_owned()))),
            (false, _, None) if was_killed(status) => Err(Judged::Error(DownloadError::Interrupted)),
            (false, _, None) => Err(Judged::Error(DownloadError::Failed(format!("yt-dlp ended without a word ({status})")))),
        }
    }
}

pub enum Judged {
    Complaint(String),
    Error(DownloadError),
}

impl Judged {
    /// `refused` are the servers that our proxy did not connect to.
    pub fn error(self, refused: &[String], refusal: &str, limit: u64) -> DownloadError {
        match self {
            Judged::Error(error) => error,
            Judged::Complaint(complaint) if !refused.is_empty() && is_about(&complaint, refusal) => {
                DownloadError::AddressForbidden(refused.join(", "))
            }
            Judged::Complaint(complaint) => understood(&complaint, limit),
        }
    }
}

/// ffmpeg's own words are not told on, so it may be that.
fn is_about(complaint: &str, refusal: &str) -> bool {
    complaint.contains(refusal) || complaint.contains("ffmpeg exited")
}

/// A file in the job's folder, to be moved away from there.
#[derive(Clone, Debug, PartialEq)]
pub struct Product {
    pub path: PathBuf,
    pub title: String,
    /// In seconds, where the site says it.
    pub duration: Option<f64>,
    pub source_url: String,
    pub extension: String,
    pub bytes: u64,
}
