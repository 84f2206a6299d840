//! Fuzz targets: what the nouns of a show are read from.

use std::fmt::{Debug, Display};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::base::fuzz::{check_secret, check_told, with_secrets};
use crate::library;
use crate::show::Show;
use crate::show::asset::Asset;
use crate::show::color::Color;
use crate::show::destination::Destination;
use crate::show::ids::{LayerId, MAX_ID_LENGTH, SceneId};
use crate::show::layer::Layer;
use crate::show::scene::Scene;
use crate::show::stream::StreamConfig;
use crate::show::time::{Fps, FrameNumber, ShowTime};
use crate::state::Epoch;
use crate::state::operation::OperationId;

/// JSON of any of the nouns.
pub fn scene_json(bytes: &[u8]) {
    let Ok(mut value) = serde_json::from_slice::<Value>(bytes) else { return };
    with_secrets(&mut value);
    check_noun::<Scene>(&value);
    check_noun::<Layer>(&value);
    check_noun::<Destination>(&value);
    check_noun::<StreamConfig>(&value);
    check_noun::<Asset>(&value);
    check_noun::<Show>(&value);
}

fn check_noun<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &Value) {
    match T::deserialize(value) {
        Ok(noun) => {
            let text = serde_json::to_string(&noun).expect("nouns are plain data");
            let again: T = serde_json::from_str(&text).expect("what is written can be read");
            assert_eq!(again, noun);
            check_secret(&format!("{noun:?}"));
        }
        Err(error) => check_secret(&error.to_string()),
    }
}

/// One text, as everything short that stands in a text.
pub fn small_texts(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Some(color) = check_text::<Color>(text) {
        assert!(text.len() == 7 || text.len() == 9, "{text}");
        let lower = Color::try_from(text.to_ascii_lowercase());
        assert_eq!(lower, Ok(color), "upper and lower case are the same");
    }
    for id in [SceneId::new(text).map(String::from), LayerId::new(text).map(String::from)] {
        match id {
            Ok(id) => assert!(id == text && (1..=MAX_ID_LENGTH).contains(&id.len())),
            Err(error) => check_told(&error.to_string()),
        }
    }
    if let Ok(id) = OperationId::new(text) {
        assert_eq!(id.as_str(), text);
    }
    if let Ok(epoch) = Epoch::try_from(text.to_owned()) {
        let written = String::from(epoch);
        assert_eq!(Epoch::try_from(written.clone()), Ok(epoch));
        assert_eq!(written.len(), 16);
    }
    for fps in [serde_json::from_str(text).ok(), serde_json::from_value(Value::from(text)).ok()].into_iter().flatten() {
        check_fps(fps, text.len() as u64);
    }
    library::uploads::fuzz::upload_name(text.as_bytes());
}

fn check_text<T: TryFrom<String, Error: Display> + Display + PartialEq + Debug>(text: &str) -> Option<T> {
    match T::try_from(text.to_owned()) {
        Ok(read) => {
            let again = T::try_from(read.to_string()).map_err(|error| error.to_string());
            assert_eq!(again.as_ref(), Ok(&read), "what is written can be read");
            Some(read)
        }
        Err(error) => {
            check_told(&error.to_string());
            None
        }
    }
}

fn check_fps(fps: Fps, seed: u64) {
    let json = serde_json::to_string(&fps).expect("plain data");
    assert_eq!(serde_json::from_str::<Fps>(&json).ok(), Some(fps), "what is written can be read");
    assert!((1.0..=120.0).contains(&fps.as_f64()));
    for number in [0, 1, seed, seed << 30, 1 << 40] {
        let frame = FrameNumber(number);
        assert_eq!(fps.frame_at(fps.time_of(frame)), frame, "every frame is found at its own time");
    }
    fps.frame_at(ShowTime(i64::MAX));
    assert_eq!(fps.frame_at(ShowTime(i64::MIN)), FrameNumber(0));
}
