//! The message `meters`.

use serde_json::{Map, Value, json};

use super::stream::tenths;
use crate::sound::levels::{Level, Levels};

pub fn meters(levels: &Levels) -> Value {
    let loudness = &levels.loudness;
    let mut master = level(&levels.master);
    for (name, value) in [
        ("momentary_lufs", loudness.momentary),
        ("short_term_lufs", loudness.short_term),
        ("integrated_lufs", loudness.integrated),
        ("loudness_range", loudness.range),
    ] {
        master.insert(name.to_owned(), json!(value.map(tenths)));
    }
    let inputs: Map<String, Value> =
        levels.inputs.iter().map(|(input, here)| (input.as_str().to_owned(), Value::Object(level(here)))).collect();
    json!({ "type": "meters", "payload": { "at": levels.at.millis(), "master": master, "inputs": inputs } })
}

fn level(level: &Level) -> Map<String, Value> {
    let sides = |sides: [f32; 2]| json!(sides.map(|side| tenths(f64::from(side))));
    Map::from_iter([("peak_db".to_owned(), sides(level.peak_db)), ("rms_db".to_owned(), sides(level.rms_db))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::ids::InputId;
    use crate::show::time::ShowTime;

    #[test]
    fn levels_are_told_in_tenths_and_what_is_unknown_is_null() {
        let mut levels = Levels { at: ShowTime(1_769_862_896_789_123), ..Levels::default() };
        levels.master.peak_db = [-1.04, -1.06];
        levels.loudness.momentary = Some(-22.98);
        levels.inputs.push((InputId::new("mic").unwrap(), Level::default()));
        let silent = json!({ "peak_db": [-120.0, -120.0], "rms_db": [-120.0, -120.0] });
        let expected = json!({ "type": "meters", "payload": {
            "at": 1_769_862_896_789_i64,
            "master": {
                "peak_db": [-1.0, -1.1], "rms_db": [-120.0, -120.0], "momentary_lufs": -23.0, "short_term_lufs": null,
                "integrated_lufs": null, "loudness_range": null,
            },
            "inputs": { "mic": silent },
        }});
        assert_eq!(meters(&levels), expected);
    }
}
