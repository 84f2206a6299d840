//! Ids of ours from names that may be anything.

use std::collections::{BTreeMap, BTreeSet};

/// Leaves room for what is put behind it.
const LONGEST: usize = 40;

#[derive(Debug, Default)]
pub struct Names {
    taken: BTreeSet<String>,
    /// Up to where the numbers of a name are taken: thousands of things of one name are not counted through each time.
    numbers: BTreeMap<String, u32>,
}

impl Names {
    /// Letters, digits and dashes of the name, and a number behind it where that is taken.
    pub fn unique(&mut self, name: &str, otherwise: &str) -> String {
        let mut slug = String::new();
        for character in name.chars().flat_map(char::to_lowercase) {
            if character.is_ascii_alphanumeric() || character == '_' {
                slug.push(character);
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
            if slug.len() >= LONGEST {
                break;
            }
        }
        let slug = slug.trim_matches('-');
        let slug = if slug.is_empty() { otherwise } else { slug };
        let mut id = slug.to_owned();
        while self.taken.contains(&id) {
            let number = self.numbers.entry(slug.to_owned()).or_insert(1);
            *number += 1;
            id = format!("{slug}-{number}");
        }
        self.taken.insert(id.clone());
        id
    }
}
