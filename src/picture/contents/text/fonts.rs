//! The fonts that text is set in: the one that is part of the server, what users uploaded, and what the system has.
//!
//! The system's are read when a text first needs them: by name, or for a character that the others lack. Reading them
//! here rather than through fontconfig keeps the server free of another library, and the order of choice our own.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use parley::fontique::{Blob, Collection, CollectionOptions, FamilyId, FontInfoOverride, SourceCache, SourceKind};
use parley::{FontContext, LayoutContext};
use vello_cpu::Resources;

use super::rank;
use crate::media::font::{BUILT_IN, FontError, families};

const DIRECTORIES: [&str; 2] = ["/usr/share/fonts", "/usr/local/share/fonts"];

/// Uploaded fonts stay in memory.
const MOST_UPLOADED: usize = 64;
const MOST_UPLOADED_BYTES: usize = 256 << 20;

/// Characters of which is known who has them. Beyond, all are forgotten: a text that needs so many is not a text.
const MOST_KNOWN: usize = 16_384;

/// Glyphs in one picture from which on the outlines drawn for it are not kept for the next.
const MOST_KEPT_GLYPHS: usize = 1_024;

/// Fonts, and the memory that setting and drawing text reuses. Belongs to one thread.
pub struct Fonts {
    pub(super) context: FontContext,
    pub(super) layouts: LayoutContext<()>,
    pub(super) glyphs: Resources,
    built_in: FamilyId,
    uploaded: BTreeMap<String, Blob<u8>>,
    directories: Vec<PathBuf>,
    system: System,
    known: HashMap<char, Option<FamilyId>>,
}

enum System {
    Unread,
    /// Families in the order in which they are asked for a character, and the one for emoji.
    Read {
        ranked: Vec<FamilyId>,
        emoji: Option<FamilyId>,
    },
}

/// Why a font can not be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegisterError {
    #[error(transparent)]
    Font(#[from] FontError),
    #[error("there are as many uploaded fonts as the server keeps ({MOST_UPLOADED}, or {MOST_UPLOADED_BYTES} bytes)")]
    TooMany,
}

impl Default for Fonts {
    fn default() -> Self {
        Self::reading(DIRECTORIES.iter().map(PathBuf::from).collect())
    }
}

impl Fonts {
    /// The built-in font alone, the same on every machine.
    pub fn without_system() -> Self {
        Self::reading(Vec::new())
    }

    fn reading(directories: Vec<PathBuf>) -> Self {
        let (collection, built_in) = beginnings();
        Self {
            context: FontContext { collection, source_cache: SourceCache::default() },
            layouts: LayoutContext::new(),
            glyphs: Resources::new(),
            built_in,
            uploaded: BTreeMap::new(),
            directories,
            system: System::Unread,
            known: HashMap::new(),
        }
    }

    /// Takes an uploaded font in; it is then found by `id` and by its families' names, which are returned.
    pub fn register(&mut self, id: &str, bytes: Vec<u8>) -> Result<Vec<String>, RegisterError> {
        let names = families(&bytes)?;
        if self.uploaded.contains_key(id) {
            return Ok(names);
        }
        let held: usize = self.uploaded.values().map(Blob::len).sum();
        if self.uploaded.len() >= MOST_UPLOADED || held + bytes.len() > MOST_UPLOADED_BYTES {
            return Err(RegisterError::TooMany);
        }
        let blob = Blob::new(Arc::new(bytes));
        self.add(id, &blob);
        self.uploaded.insert(id.to_owned(), blob);
        self.known.clear();
        Ok(names)
    }

    /// Ids of those that were taken in.
    pub fn uploaded(&self) -> impl Iterator<Item = &str> {
        self.uploaded.keys().map(String::as_str)
    }

    pub fn has(&self, id: &str) -> bool {
        self.uploaded.contains_key(id)
    }

    /// An uploaded font is gone; what is set in it is set in the built-in one from now on.
    pub fn forget(&mut self, id: &str) {
        if self.uploaded.remove(id).is_some() {
            self.start_over();
        }
    }

    fn add(&mut self, id: &str, blob: &Blob<u8>) {
        // Once by the names in the file, so that its weights join those of other files, and once by its id.
        self.context.collection.register_fonts(blob.clone(), None);
        let by_id = FontInfoOverride { family_name: Some(id), ..FontInfoOverride::default() };
        self.context.collection.register_fonts(blob.clone(), Some(by_id));
    }

    /// Drops everything that was read and kept, but not what was uploaded.
    pub(super) fn start_over(&mut self) {
        let (collection, built_in) = beginnings();
        self.context = FontContext { collection, source_cache: SourceCache::default() };
        self.built_in = built_in;
        self.system = System::Unread;
        self.forget_work();
        self.known.clear();
        for (id, blob) in self.uploaded.clone() {
            self.add(&id, &blob);
        }
    }

    /// Drops what drawing and setting keep; after a panic in them it may be half done.
    pub(super) fn forget_work(&mut self) {
        self.layouts = LayoutContext::new();
        self.glyphs = Resources::new();
    }

    /// To be called after a picture of so many glyphs.
    pub(super) fn tidy(&mut self, glyphs: usize) {
        if glyphs > MOST_KEPT_GLYPHS {
            self.glyphs = Resources::new();
        }
    }

    pub(super) fn built_in(&self) -> FamilyId {
        self.built_in
    }

    /// The family of this name or id.
    pub(super) fn named(&mut self, name: &str) -> Option<FamilyId> {
        if let Some(family) = self.context.collection.family_id(name) {
            return Some(family);
        }
        self.read_system();
        self.context.collection.family_id(name)
    }

    /// The font for emoji, if the system has one.
    pub(super) fn emoji(&mut self) -> Option<FamilyId> {
        self.read_system();
        match &self.system {
            System::Read { emoji, .. } => *emoji,
            System::Unread => None,
        }
    }

    pub(super) fn covers(&mut self, family: FamilyId, character: char) -> bool {
        let FontContext { collection, source_cache } = &mut self.context;
        covers(collection, source_cache, family, character)
    }

    /// A family of the system that has the character.
    pub(super) fn fallback(&mut self, character: char) -> Option<FamilyId> {
        if let Some(known) = self.known.get(&character) {
            return *known;
        }
        self.read_system();
        let FontContext { collection, source_cache } = &mut self.context;
        let found = match &self.system {
            System::Read { ranked, .. } => {
                ranked.iter().copied().find(|family| covers(collection, source_cache, *family, character))
            }
            System::Unread => None,
        };
        if self.known.len() >= MOST_KNOWN {
            self.known.clear();
        }
        self.known.insert(character, found);
        found
    }

    fn read_system(&mut self) {
        if matches!(self.system, System::Read { .. }) {
            return;
        }
        let collection = &mut self.context.collection;
        collection.load_fonts_from_paths(&self.directories);
        let mut names: Vec<(FamilyId, String)> = Vec::new();
        for id in collection.family_ids().collect::<Vec<_>>() {
            if is_of_the_system(collection, id) {
                names.extend(collection.family_name(id).map(|name| (id, name.to_owned())));
            }
        }
        let emoji = rank::emoji(&names);
        self.system = System::Read { ranked: rank::ranked(names), emoji };
    }
}

/// An uploaded font is used where it is asked for, and nowhere else: what a text looks like must not depend on which
/// others were uploaded before it.
fn is_of_the_system(collection: &mut Collection, family: FamilyId) -> bool {
    let info = collection.family(family);
    let font = info.as_ref().and_then(|info| info.default_font());
    font.is_some_and(|font| matches!(font.source().kind(), SourceKind::Path(_)))
}

fn covers(collection: &mut Collection, sources: &mut SourceCache, family: FamilyId, character: char) -> bool {
    let Some(info) = collection.family(family) else { return false };
    let Some(font) = info.default_font() else { return false };
    let Some(blob) = font.load(Some(sources)) else { return false };
    let map = font.charmap_index();
    map.charmap(blob.as_ref()).and_then(|map| map.map(character)).is_some_and(|glyph| glyph != 0)
}

/// A collection that holds the built-in font.
fn beginnings() -> (Collection, FamilyId) {
    let mut collection = Collection::new(CollectionOptions { shared: false, system_fonts: false });
    let registered = collection.register_fonts(Blob::new(Arc::new(BUILT_IN)), None);
    let family = registered.first().map(|(family, _)| *family);
    (collection, family.expect("the font is part of the program, and a test reads it"))
}
