//! Which of yt-dlp's readers of sites may be used. The one that takes any page ("generic") is not among them unless asked for.

use crate::base::quote::quoted;

/// Nobody tends a longer list by hand.
const MOST: usize = 64;
const LONGEST: usize = 64;

/// In yt-dlp's own words: names, patterns of names, `default`, and a `-` before what is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extractors(String);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExtractorsError {
    #[error("no site is named that may be downloaded from: name some, such as \"youtube\", or \"default\" and \"-generic\"")]
    Empty,
    #[error("more than {MOST} sites are named that may be downloaded from")]
    TooMany,
    #[error("{0:?} is no name of a site: letters, digits and any of _ : . * + - are")]
    Name(String),
}

impl ExtractorsError {
    /// Stable: clients depend on it.
    pub fn code(&self) -> &'static str {
        "invalid_extractors"
    }
}

impl Extractors {
    pub fn parse<T: AsRef<str>>(names: &[T]) -> Result<Extractors, ExtractorsError> {
        match names.len() {
            0 => return Err(ExtractorsError::Empty),
            count if count > MOST => return Err(ExtractorsError::TooMany),
            _ => {}
        }
        let names: Vec<_> = names.iter().map(AsRef::as_ref).collect();
        match names.iter().find(|name| !is_name(name)) {
            Some(name) => Err(ExtractorsError::Name(quoted(name))),
            None => Ok(Extractors(names.join(","))),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_name(name: &str) -> bool {
    let is_usual = |byte: u8| byte.is_ascii_alphanumeric() || b"_:.*+-".contains(&byte);
    let bare = name.trim_start_matches('-');
    bare.len() + 1 >= name.len() && !bare.is_empty() && name.len() <= LONGEST && name.bytes().all(is_usual)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_names_is_one_word() {
        let extractors = Extractors::parse(&["default", "-generic", "youtube:.*"]).expect("names");
        assert_eq!(extractors.as_str(), "default,-generic,youtube:.*");
    }

    #[test]
    fn what_is_no_name_is_refused() {
        let none: [&str; 0] = [];
        assert_eq!(Extractors::parse(&none), Err(ExtractorsError::Empty));
        assert_eq!(Extractors::parse(&["a"; MOST + 1]), Err(ExtractorsError::TooMany));
        for name in ["", "-", "--exec", "a,b", "a b", "a\n", "ä", "(a+)+$", &"a".repeat(LONGEST + 1)] {
            assert_eq!(Extractors::parse(&[name]), Err(ExtractorsError::Name(quoted(name))));
        }
    }
}
