//! Which connector, which mode, which part of the card: everything about a screen that can be decided without one.

use std::path::{Path, PathBuf};

use crate::send::display::{DisplayError, LONGEST};
use crate::show::display::Mode;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plugged {
    Yes,
    No,
    /// The card can not tell.
    Maybe,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connector {
    pub name: String,
    pub plugged: Plugged,
    /// Another display of ours shows on it.
    pub is_taken: bool,
}

/// The one that is wanted, or the first with a screen.
pub fn connector(all: &[Connector], wanted: Option<&str>) -> Result<usize, DisplayError> {
    let absent = |what: String| Err(DisplayError::Absent { what });
    let Some(wanted) = wanted else {
        let free = |one: &Connector| one.plugged == Plugged::Yes && !one.is_taken;
        return all.iter().position(free).map_or_else(|| absent("a connected screen".to_owned()), Ok);
    };
    let Some((index, one)) = all.iter().enumerate().find(|(_, one)| one.name == wanted) else {
        let names: Vec<_> = all.iter().map(|one| one.name.as_str()).collect();
        return absent(format!("the connector {wanted} (of {})", names.join(", ")));
    };
    match one.plugged {
        _ if one.is_taken => Err(DisplayError::unsuitable(format!("another display is shown on {wanted}"))),
        Plugged::No => absent(format!("a screen on {wanted}")),
        Plugged::Yes | Plugged::Maybe => Ok(index),
    }
}

/// A mode that a screen says it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    pub size: (u16, u16),
    pub hz: u32,
    pub is_preferred: bool,
    pub is_interlaced: bool,
}

/// The one that is wanted: of its size and nearest to its rate; else what the screen prefers.
pub fn mode(all: &[Timing], wanted: Option<Mode>) -> Result<usize, DisplayError> {
    let fits = |timing: &Timing| {
        let (width, height) = timing.size;
        width > 0 && height > 0 && u32::from(width.max(height)) <= LONGEST
    };
    let mut usable: Vec<(usize, &Timing)> = all.iter().enumerate().filter(|(_, timing)| fits(timing)).collect();
    if let Some(Mode { width, height, .. }) = wanted {
        usable.retain(|(_, timing)| timing.size == (width, height));
    }
    let hz = wanted.and_then(|mode| mode.hz).map(u32::from);
    let rank = |timing: &Timing| {
        let far = hz.map_or(0, |hz| hz.abs_diff(timing.hz));
        let fast = if wanted.is_some() { timing.hz } else { 0 };
        (far, timing.is_interlaced, !timing.is_preferred && hz.is_none(), u32::MAX - fast)
    };
    let best = usable.into_iter().min_by_key(|(_, timing)| rank(timing));
    let far = |timing: &Timing| hz.is_some_and(|hz| hz.abs_diff(timing.hz) > 1);
    match best {
        Some((index, timing)) if !far(timing) => Ok(index),
        _ => Err(DisplayError::unsuitable(no_mode(all, wanted))),
    }
}

fn no_mode(all: &[Timing], wanted: Option<Mode>) -> String {
    let mut names: Vec<_> = all.iter().map(|Timing { size, hz, .. }| format!("{}x{}@{hz}", size.0, size.1)).collect();
    names.dedup();
    match wanted {
        Some(wanted) if !names.is_empty() => format!("the screen has no mode {wanted}, but {}", names.join(", ")),
        _ => "the screen has no mode that could be used".to_owned(),
    }
}

/// What makes the picture for the connector: the one it has already, else the first that nobody uses.
pub fn source<S: Copy + PartialEq>(current: Option<S>, possible: &[S], taken: &[S]) -> Result<S, DisplayError> {
    let free = |source: &S| possible.contains(source) && !taken.contains(source);
    let chosen = current.filter(free).or_else(|| possible.iter().copied().find(free));
    chosen.ok_or_else(|| DisplayError::unsuitable("the card can not show one more picture at the same time"))
}

/// How a new picture is brought to the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From one buffer to the other, between two pictures of the screen.
    Flip,
    /// In one buffer, of which the card is told what is new: it has to send that over a wire that is slow.
    Touch,
}

pub fn way(driver: &str) -> Way {
    const SLOW: [&str; 22] = [
        "appletbdrm",
        "bochs-drm",
        "cirrus",
        "gm12u320",
        "gud",
        "hx8357d",
        "hyperv_drm",
        "ili9163",
        "ili9225",
        "ili9341",
        "ili9486",
        "mi0283qt",
        "ofdrm",
        "panel-mipi-dbi",
        "repaper",
        "simpledrm",
        "ssd130x",
        "st7586",
        "st7735r",
        "st7920",
        "udl",
        "vboxvideo",
    ];
    if SLOW.contains(&driver) { Way::Touch } else { Way::Flip }
}

/// The cards in a folder, in the order of their numbers.
pub fn cards(folder: &Path) -> Vec<PathBuf> {
    let number = |path: &Path| path.file_name()?.to_str()?.strip_prefix("card")?.parse::<u32>().ok();
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut cards: Vec<_> = entries.filter_map(|path| Some((number(&path)?, path))).collect();
    cards.sort();
    cards.into_iter().map(|(_, path)| path).collect()
}
