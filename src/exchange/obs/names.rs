//! Ids of ours from names that may be anything.

use std::collections::BTreeSet;

/// Leaves room for what is put behind it.
const LONGEST: usize = 40;

#[derive(Debug, Default)]
pub struct Names(BTreeSet<String>);

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
        let numbered = (2_u32..).map(|number| format!("{slug}-{number}"));
        let free = std::iter::once(slug.to_owned()).chain(numbered).find(|name| !self.0.contains(name));
        let id = free.unwrap_or_default();
        self.0.insert(id.clone());
        id
    }
}
