//! What became of a collection, and what did not.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use crate::base::quote::quoted;
use crate::show::ids::{InputId, SceneId, TransitionId};

/// Longer reports help nobody; the rest is counted.
const MOST: usize = 1_000;
/// Of one missing file.
const MOST_USERS: usize = 32;

#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Report {
    /// What OBS calls the collection.
    pub name: String,
    pub scenes: Vec<SceneMade>,
    pub inputs: Vec<InputId>,
    pub transitions: Vec<TransitionId>,
    /// Files that are on another machine. Upload them under the same names and import again, with `mode=merge`.
    pub missing: Vec<MissingFile>,
    /// What is not there now.
    pub skipped: Vec<Lost>,
    /// What is there, and may look or sound other than in OBS.
    pub approximated: Vec<Lost>,
    /// Entries beyond those that are listed.
    pub unlisted: usize,
    #[serde(skip)]
    seen: Seen,
}

#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct SceneMade {
    pub id: SceneId,
    pub name: String,
    pub layers: usize,
}

#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct MissingFile {
    /// The name to upload it under.
    pub file: String,
    /// Where the collection has it.
    pub path: String,
    pub used_by: Vec<String>,
    pub how: &'static str,
}

/// So that an entry is told once, and found without looking through all of them.
#[derive(Clone, Debug, Default, PartialEq)]
struct Seen {
    lost: BTreeSet<(bool, Lost)>,
    /// By name and path.
    missing: BTreeMap<(String, String), usize>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Lost {
    /// The scene's name, for what belongs to one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub scene: String,
    /// The source's, transition's or device's name.
    pub item: String,
    /// What OBS calls its kind, or the kind of the filter.
    pub kind: String,
    pub code: &'static str,
    pub why: String,
}

/// What of a collection an entry is about.
#[derive(Clone, Copy, Debug, Default)]
pub struct About<'a> {
    pub scene: &'a str,
    pub item: &'a str,
    pub kind: &'a str,
}

const HOW: &str = "upload it with POST /api/assets under this name, then import the collection again with ?mode=merge";

impl Report {
    pub fn skipped(&mut self, about: About<'_>, code: &'static str, why: &str) {
        let lost = lost(about, code, why);
        self.note(lost, false);
    }

    pub fn approximated(&mut self, about: About<'_>, code: &'static str, why: &str) {
        let lost = lost(about, code, why);
        self.note(lost, true);
    }

    fn note(&mut self, lost: Lost, is_there: bool) {
        let list = if is_there { &mut self.approximated } else { &mut self.skipped };
        if list.len() >= MOST {
            self.unlisted += 1;
        } else if self.seen.lost.insert((is_there, lost.clone())) {
            list.push(lost);
        }
    }

    pub fn missing(&mut self, file: &str, path: &str, user: &str) {
        let (file, path, user) = (quoted(file), quoted(path), quoted(user));
        let name = (file.clone(), path.clone());
        if let Some(known) = self.seen.missing.get(&name).and_then(|place| self.missing.get_mut(*place)) {
            if known.used_by.len() < MOST_USERS && !known.used_by.contains(&user) {
                known.used_by.push(user);
            }
        } else if self.missing.len() < MOST {
            self.seen.missing.insert(name, self.missing.len());
            self.missing.push(MissingFile { file, path, used_by: vec![user], how: HOW });
        } else {
            self.unlisted += 1;
        }
    }
}

fn lost(about: About<'_>, code: &'static str, why: &str) -> Lost {
    let About { scene, item, kind } = about;
    Lost { scene: quoted(scene), item: quoted(item), kind: quoted(kind), code, why: why.to_owned() }
}
