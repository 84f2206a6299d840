//! How far a job is, as last heard. Measured, so never part of the show.

use super::line::{Line, Moved, Step};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// Others are before it.
    #[default]
    Waiting,
    /// yt-dlp finds out what is behind the address.
    Looking,
    Downloading,
    /// What was downloaded is put together.
    Processing,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Progress {
    pub stage: Stage,
    /// Of the file that is being downloaded: picture and sound may come as two.
    pub percent: Option<f64>,
    pub downloaded_bytes: u64,
    pub total_bytes: Option<u64>,
    /// Bytes per second.
    pub speed: Option<f64>,
    pub eta_seconds: Option<u64>,
    /// For people.
    pub current_step: String,
    /// Files that have come whole.
    files: u32,
}

impl Progress {
    pub fn waiting() -> Progress {
        Progress { current_step: "waiting for its turn".to_owned(), ..Progress::default() }
    }

    pub fn looking() -> Progress {
        Progress { stage: Stage::Looking, current_step: "looking at the address".to_owned(), ..Progress::default() }
    }

    /// Says whether something new was heard.
    pub fn hear(&mut self, line: &Line) -> bool {
        let before = self.clone();
        match line {
            Line::Progress(moved) => self.hear_moved(moved),
            Line::Step(step) => self.hear_step(step),
            Line::Info(_) | Line::Done(_) | Line::Found(_) | Line::Error(_) | Line::Other => {}
        }
        *self != before
    }

    fn hear_moved(&mut self, moved: &Moved) {
        self.stage = Stage::Downloading;
        self.current_step = match self.files {
            0 => "downloading".to_owned(),
            files => format!("downloading part {}", files.saturating_add(1)),
        };
        self.downloaded_bytes = moved.downloaded_bytes.map_or(self.downloaded_bytes, whole);
        self.total_bytes = moved.total_bytes.or(moved.total_bytes_estimate).map(whole);
        self.speed = moved.speed.filter(|speed| *speed >= 0.0);
        self.eta_seconds = moved.eta.filter(|eta| *eta >= 0.0).map(whole);
        self.percent = percent(moved);
        if moved.status == "finished" {
            self.files = self.files.saturating_add(1);
            (self.percent, self.eta_seconds) = (Some(100.0), Some(0));
        }
    }

    fn hear_step(&mut self, step: &Step) {
        // Some steps come before the download.
        if self.stage != Stage::Downloading && self.stage != Stage::Processing {
            return;
        }
        self.stage = Stage::Processing;
        (self.speed, self.eta_seconds) = (None, None);
        self.current_step = match step.postprocessor.as_str() {
            "Merger" => "putting picture and sound together",
            name if name.starts_with("Fixup") => "repairing the file",
            _ => "finishing",
        }
        .to_owned();
    }
}

fn percent(moved: &Moved) -> Option<f64> {
    let of = |part: Option<f64>, whole: Option<f64>| Some(part? / whole.filter(|whole| *whole > 0.0)? * 100.0);
    let percent = of(moved.downloaded_bytes, moved.total_bytes)
        .or_else(|| of(moved.fragment_index, moved.fragment_count))
        .or_else(|| of(moved.downloaded_bytes, moved.total_bytes_estimate))?;
    Some(percent.clamp(0.0, 100.0))
}

/// Below nothing there is nothing; above all that fits, all.
fn whole(number: f64) -> u64 {
    number as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::downloads::line::{complained, printed};

    fn heard(lines: &[&str]) -> Progress {
        let mut progress = Progress::looking();
        lines.iter().for_each(|line| {
            progress.hear(&printed(line.as_bytes()));
        });
        progress
    }

    #[test]
    fn what_is_not_known_is_not_invented() {
        let progress = heard(&[r#"DL {"status": "downloading", "downloaded_bytes": 1000}"#]);
        assert_eq!((progress.percent, progress.total_bytes, progress.eta_seconds), (None, None, None));
        assert_eq!((progress.stage, progress.downloaded_bytes), (Stage::Downloading, 1000));
    }

    #[test]
    fn fragments_count_where_bytes_are_only_guessed() {
        let line = r#"DL {"downloaded_bytes": 10, "total_bytes_estimate": 20.5, "fragment_index": 1, "fragment_count": 4}"#;
        let progress = heard(&[line]);
        assert_eq!((progress.percent, progress.total_bytes), (Some(25.0), Some(20)));
    }

    #[test]
    fn figures_that_can_not_be_stay_within_their_bounds() {
        let progress = heard(&[r#"DL {"downloaded_bytes": 1e300, "total_bytes": 1, "speed": -5, "eta": -1}"#]);
        assert_eq!((progress.percent, progress.downloaded_bytes), (Some(100.0), u64::MAX));
        assert_eq!((progress.speed, progress.eta_seconds), (None, None));
        assert_eq!(heard(&[r#"DL {"downloaded_bytes": -7, "total_bytes": -1}"#]).percent, None);
    }

    #[test]
    fn the_second_file_is_said_to_be_one() {
        let finished = r#"DL {"status": "finished", "downloaded_bytes": 5, "total_bytes": 5}"#;
        let progress = heard(&[finished, r#"DL {"status": "downloading", "downloaded_bytes": 1, "total_bytes": 5}"#]);
        assert_eq!((progress.current_step.as_str(), progress.percent), ("downloading part 2", Some(20.0)));
    }

    #[test]
    fn steps_before_the_download_are_none() {
        let step = complained(br#"PP {"status": "started", "postprocessor": "Merger"}"#);
        let mut progress = Progress::looking();
        assert!(!progress.hear(&step));
        progress.hear(&printed(br#"DL {"status": "downloading"}"#));
        assert!(progress.hear(&step) && progress.stage == Stage::Processing);
    }
}
