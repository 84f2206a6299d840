//! How much a drawing is when everything that it uses again is written out. A few lines that use each other ten times each make
//! billions of elements; they are counted here without being made.

use std::collections::HashMap;

use resvg::usvg::roxmltree::{Document, Node, NodeId};

use super::SvgError;

/// Elements within elements, with those that are referred to. Readers and painters go as deep, each level with its own
/// memory on the stack.
pub(super) const DEEPEST: u32 = 64;
/// Elements, when all is written out.
const MOST: u64 = 200_000;
/// Rules of a style sheet are not worked out; each thing that one refers to counts as if it were used this often.
const USED_BY_A_RULE: u64 = 16;

#[derive(Clone, Copy, Default)]
struct Weight {
    elements: u64,
    height: u32,
    /// Points of its lines, at most; a marker is painted at each.
    points: u64,
}

struct Scales<'a, 'input> {
    by_id: HashMap<&'a str, Node<'a, 'input>>,
    /// None while it is being weighed.
    known: HashMap<NodeId, Option<Weight>>,
}

pub(super) fn check(document: &Document<'_>) -> Result<(), SvgError> {
    // This itself goes down the tree, so first how deep that is: a node comes after the one that it is in.
    let mut depths: HashMap<NodeId, u32> = HashMap::new();
    for node in document.descendants() {
        let depth = node.parent().and_then(|parent| depths.get(&parent.id())).map_or(0, |depth| depth + 1);
        if depth > DEEPEST {
            return Err(SvgError::TooDeep);
        }
        depths.insert(node.id(), depth);
    }
    let by_id = document.descendants().filter_map(|node| Some((node.attribute("id")?, node))).collect();
    let mut scales = Scales { by_id, known: HashMap::new() };
    let whole = scales.weigh(document.root_element(), 0)?;
    if whole.elements > MOST { Err(SvgError::TooMany) } else { Ok(()) }
}

impl<'a> Scales<'a, '_> {
    fn weigh(&mut self, node: Node<'a, '_>, depth: u32) -> Result<Weight, SvgError> {
        match self.known.get(&node.id()) {
            Some(Some(known)) if depth + known.height <= DEEPEST => return Ok(*known),
            Some(_) => return Err(SvgError::TooDeep),
            None if depth > DEEPEST => return Err(SvgError::TooDeep),
            None => {}
        }
        self.known.insert(node.id(), None);
        let mut sum = Weight { elements: 1, ..Weight::default() };
        for name in ["d", "points"] {
            sum.points += node.attribute(name).map_or(0, |text| text.len() as u64 / 2 + 1);
        }
        for child in node.children().filter(Node::is_element) {
            sum = sum.with(self.weigh(child, depth + 1)?, 1);
        }
        for (id, is_marker) in referred(node) {
            if let Some(target) = self.by_id.get(id).copied() {
                let times = if is_marker { sum.points + 1 } else { 1 };
                sum = sum.with(self.weigh(target, depth + 1)?, times);
            }
        }
        for (id, is_marker) in ruled(node) {
            if let Some(target) = self.by_id.get(id).copied() {
                let times = if is_marker { MOST } else { USED_BY_A_RULE };
                sum = sum.with(self.weigh(target, depth + 1)?, times);
            }
        }
        self.known.insert(node.id(), Some(sum));
        Ok(sum)
    }
}

impl Weight {
    fn with(self, other: Weight, times: u64) -> Weight {
        Weight {
            elements: self.elements.saturating_add(other.elements.saturating_mul(times)),
            height: self.height.max(other.height + 1),
            points: self.points.saturating_add(other.points),
        }
    }
}

/// What the element's attributes refer to, and whether as a marker.
fn referred<'a>(node: Node<'a, '_>) -> impl Iterator<Item = (&'a str, bool)> {
    let attributes: Vec<(&str, &str)> = node.attributes().map(|attribute| (attribute.name(), attribute.value())).collect();
    attributes.into_iter().flat_map(|(name, value)| {
        let href = if name == "href" { value.trim().strip_prefix('#') } else { None };
        let is_marker = name.starts_with("marker") || (name == "style" && value.contains("marker"));
        href.into_iter().map(|id| (id, false)).chain(addresses(value).map(move |id| (id, is_marker)))
    })
}

/// What the rules of a style sheet refer to.
fn ruled<'a>(node: Node<'a, '_>) -> impl Iterator<Item = (&'a str, bool)> {
    let text = if node.has_tag_name("style") || node.tag_name().name() == "style" { node.text() } else { None };
    let has_markers = text.is_some_and(|text| text.contains("marker"));
    text.into_iter().flat_map(addresses).map(move |id| (id, has_markers))
}

/// The ids in `url(#…)`.
fn addresses(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("url(").filter_map(|(at, _)| {
        let inside = text[at + 4..].split(')').next()?;
        inside.trim().trim_matches(['"', '\'']).trim().strip_prefix('#')
    })
}
