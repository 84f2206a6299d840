//! What a first start shows, so that there is something to look at: two scenes, made by ordinary commands.

use serde_json::{Value, json};

use crate::state::command::Command;
use crate::state::{Origin, StateHandle, SubmitError};

/// Makes the demo scenes where there is no scene at all, and puts the first on air.
pub async fn put_on(state: &StateHandle) -> Result<(), SubmitError> {
    if !state.snapshot().show.scenes.is_empty() {
        return Ok(());
    }
    for command in commands() {
        state.submit(command, Origin::door("demo")).await?;
    }
    Ok(())
}

fn commands() -> Vec<Command> {
    let texts = [
        json!({"command": "put_scene", "scene": welcome()}),
        json!({"command": "put_scene", "scene": test_card()}),
        json!({"command": "take_scene", "scene": "welcome"}),
        json!({"command": "put_zone", "zone": strip()}),
        json!({"command": "put_zone", "zone": matrix()}),
        json!({"command": "start_animation", "animation": "AURORA", "start": {"zones": ["strip"]}}),
        json!({"command": "start_animation", "animation": "PROGRAM", "start": {"zones": ["matrix"]}}),
    ];
    let read = |text: Value| serde_json::from_value(text).expect("the demo's commands are commands");
    texts.into_iter().map(read).collect()
}

fn welcome() -> Value {
    json!({"id": "welcome", "name": "Welcome", "layers": [
        {"id": "sky", "kind": "gradient", "from": "#0b1026", "to": "#3b1d60", "angle": 60},
        {"id": "card", "kind": "pattern", "x": 760, "y": 200, "width": 440, "height": 248, "beep": false},
        {"id": "band", "kind": "color", "x": 0, "y": 560, "width": 1280, "height": 100, "color": "#000000", "opacity": 0.45},
        {"id": "title", "kind": "text", "x": 80, "y": 200, "size": 84, "text": "Marquee", "color": "#ffffff"},
        {"id": "subtitle", "kind": "text", "x": 84, "y": 310, "size": 32, "text": "One show, every surface", "color": "#c9b8ff"},
        {"id": "clock", "kind": "text", "x": 84, "y": 582, "size": 44, "text": "{clock} UTC", "color": "#ffd166"}
    ]})
}

fn test_card() -> Value {
    json!({"id": "test-card", "name": "Test card", "layers": [
        {"id": "card", "kind": "pattern"}
    ]})
}

/// Lights that are nowhere but on the page, until a fixture shows them.
fn strip() -> Value {
    json!({"id": "strip", "name": "A strip of 60 lights", "pixel_count": 60})
}

fn matrix() -> Value {
    json!({"id": "matrix", "name": "A matrix that shows the picture",
        "geometry": {"kind": "matrix", "columns": 32, "rows": 18, "wiring": {"serpentine": true}}})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::Show;
    use crate::show::time::ShowTime;
    use crate::state::apply::apply;

    #[test]
    fn the_demo_is_accepted() {
        let mut show = Show::default();
        for command in commands() {
            apply(&mut show, command, ShowTime(1)).unwrap();
        }
        assert_eq!(show.program_scene().unwrap().layers.len(), 6);
        assert_eq!(show.zones.values().filter(|zone| zone.look.running().count() == 1).count(), 2);
    }
}
