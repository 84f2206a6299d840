//! Templates of scenes: layers with parameters, as JSON in `templates/`. Pure: what is made is put into the show by a command,
//! and is an ordinary scene, or an ordinary group, from then on.

mod error;
mod expression;
mod fill;
mod schema;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::show::geometry::Canvas;
use crate::show::ids::{LayerId, MAX_ID_LENGTH};
use crate::show::layer::Layer;
use crate::show::time::ShowTime;

pub use error::TemplateError;
pub use schema::{Schema, Told};

/// Of the files. Another is refused, so that a newer template is not half understood.
const FORMAT: u32 = 1;
/// Of a template's file; ours have some kilobytes.
const LARGEST: u64 = 256 * 1024;
/// In the data directory.
const MOST: usize = 256;

const BUILT_IN: [&str; 13] = [
    include_str!("../../templates/lower_third.json"),
    include_str!("../../templates/title_card.json"),
    include_str!("../../templates/starting_soon.json"),
    include_str!("../../templates/be_right_back.json"),
    include_str!("../../templates/picture_in_picture.json"),
    include_str!("../../templates/split.json"),
    include_str!("../../templates/quad.json"),
    include_str!("../../templates/grid.json"),
    include_str!("../../templates/ticker.json"),
    include_str!("../../templates/scoreboard.json"),
    include_str!("../../templates/now_playing.json"),
    include_str!("../../templates/sponsors.json"),
    include_str!("../../templates/sound_visualiser.json"),
];

/// A template, as its file has it and as the doors show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    format: u32,
    pub id: String,
    pub name: String,
    pub description: String,
    pub kind: Kind,
    /// JSON Schema of what it may be given.
    pub parameters: Schema,
    /// For its picture: other parameters than the defaults, and how long after it came on air.
    #[serde(default)]
    pub sample: Sample,
    pub layers: Vec<Value>,
}

/// What it is meant for; it can be used as either.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// It fills the canvas.
    Scene,
    /// It stands over something.
    Overlay,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sample {
    pub parameters: Map<String, Value>,
    pub at_ms: i64,
}

impl Default for Sample {
    fn default() -> Self {
        Self { parameters: Map::new(), at_ms: 3_000 }
    }
}

/// What a template is made for.
#[derive(Clone, Debug)]
pub struct Occasion {
    pub canvas: Canvas,
    pub now: ShowTime,
    /// Before every layer's id, so that it is alone in its scene; empty for a scene of its own.
    pub prefix: String,
    /// Motion begins with the command, because the scene may be on air; otherwise whenever the scene comes on air.
    pub starts_now: bool,
}

/// Those of the server, and those that lie in the data directory.
#[derive(Clone, Debug)]
pub struct Templates(Arc<BTreeMap<String, Arc<Template>>>);

impl Default for Templates {
    fn default() -> Self {
        let templates = BUILT_IN.iter().map(|text| read(text).expect("a test reads every template that is built in"));
        Self(Arc::new(templates.map(|template| (template.id.clone(), Arc::new(template))).collect()))
    }
}

impl Templates {
    /// With those in a directory, which may take the place of ours. A file that is not right is left out, and the log says why:
    /// a show must not fail to start for want of a caption.
    pub fn open(directory: &Path) -> io::Result<Self> {
        let mut templates = Self::default();
        let entries = match std::fs::read_dir(directory) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(templates),
            entries => entries?,
        };
        let all = Arc::make_mut(&mut templates.0);
        for entry in entries.take(MOST) {
            let path = entry?.path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            match read_file(&path) {
                Ok(template) => drop(all.insert(template.id.clone(), Arc::new(template))),
                Err(error) => tracing::warn!(file = %path.display(), %error, "a template is left out: {error}"),
            }
        }
        Ok(templates)
    }

    pub fn all(&self) -> impl Iterator<Item = &Arc<Template>> {
        self.0.values()
    }

    pub fn find(&self, id: &str) -> Result<&Arc<Template>, TemplateError> {
        self.0.get(id).ok_or_else(|| TemplateError::Unknown(id.chars().take(MAX_ID_LENGTH).collect()))
    }
}

fn read_file(path: &Path) -> Result<Template, TemplateError> {
    let broken = |error: io::Error| TemplateError::Broken(error.to_string());
    if std::fs::metadata(path).map_err(broken)?.len() > LARGEST {
        return Err(TemplateError::Broken(format!("it is larger than {LARGEST} bytes")));
    }
    read(&std::fs::read_to_string(path).map_err(broken)?)
}

/// Reads a template, and tries it out with its own defaults.
pub fn read(text: &str) -> Result<Template, TemplateError> {
    let template: Template = serde_json::from_str(text).map_err(|error| TemplateError::Broken(error.to_string()))?;
    if template.format != FORMAT {
        return Err(TemplateError::Broken(format!("its format is {}, and this server knows {FORMAT}", template.format)));
    }
    LayerId::new(&template.id).map_err(|error| TemplateError::Broken(error.to_string()))?;
    template.parameters.check_itself()?;
    let canvas = Canvas { width: 1920, height: 1080 };
    let occasion = Occasion { canvas, now: ShowTime(0), prefix: String::new(), starts_now: false };
    template.instantiate(&Value::Object(template.sample.parameters.clone()), &occasion)?;
    Ok(template)
}

impl Template {
    /// The layers, lowest first. Whether what they name is there is for the show to say.
    pub fn instantiate(&self, parameters: &Value, occasion: &Occasion) -> Result<Vec<Arc<Layer>>, TemplateError> {
        let mut values = self.parameters.accept(parameters)?;
        values.extend(surroundings(occasion));
        let filled = fill::fill(&self.layers, values)?;
        filled.into_iter().map(|layer| self.layer(layer, &occasion.prefix).map(Arc::new)).collect()
    }

    fn layer(&self, layer: Value, prefix: &str) -> Result<Layer, TemplateError> {
        let broken = |error: serde_json::Error| TemplateError::Broken(error.to_string());
        let mut layer: Layer = serde_json::from_value(layer).map_err(broken)?;
        if !prefix.is_empty() {
            rename(&mut layer, prefix)?;
        }
        Ok(layer)
    }
}

/// What every expression may know beside the parameters.
fn surroundings(occasion: &Occasion) -> Map<String, Value> {
    let Canvas { width, height } = occasion.canvas;
    // Type, gaps and lines are given for a canvas of 1920 × 1080.
    let unit = (f64::from(width) / 1920.0).min(f64::from(height) / 1080.0);
    let known = json!({
        "u": unit,
        "width": width,
        "height": height,
        "now": occasion.now.millis(),
        "start": if occasion.starts_now { "now" } else { "taken" },
    });
    known.as_object().cloned().unwrap_or_default()
}

fn rename(layer: &mut Layer, prefix: &str) -> Result<(), TemplateError> {
    layer.id = LayerId::new(&format!("{prefix}-{}", layer.id)).map_err(|_| TemplateError::Parameter {
        field: "layer".to_owned(),
        why: "this id is too long: the template's layers are named after it".to_owned(),
    })?;
    for inner in layer.layers_mut().into_iter().flatten() {
        rename(Arc::make_mut(inner), prefix)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::show::Show;
    use crate::show::ids::SceneId;
    use crate::show::scene::Scene;
    use crate::state::apply::apply;
    use crate::state::command::Command;

    fn occasion(width: u32, height: u32) -> Occasion {
        let canvas = Canvas { width, height };
        Occasion { canvas, now: ShowTime(1_769_861_096_000_000), prefix: String::new(), starts_now: false }
    }

    /// As a command would: every rule of the show holds for what templates make.
    #[test]
    fn what_is_playing_may_be_what_the_player_plays() {
        let templates = Templates::default();
        let template = templates.all().find(|template| template.id == "now_playing").expect("it is ours");
        let text = |parameters: &Value| {
            let scene = accepted(template, parameters, &occasion(1280, 720));
            serde_json::to_string(&scene.layers).expect("JSON")
        };
        let follows = text(&json!({ "from": "player" }));
        for part in [r#""part":"cover""#, r#""part":"progress""#, "{player.title}", "{player.artist}"] {
            assert!(follows.contains(part), "{part}: {follows}");
        }
        assert!(!text(&json!({ "title": "Gymnopédie" })).contains("player"));
    }

    #[track_caller]
    fn accepted(template: &Template, parameters: &Value, occasion: &Occasion) -> Scene {
        let layers = template.instantiate(parameters, occasion).expect("layers");
        let scene = Scene { id: SceneId::new("s").expect("an id"), name: template.name.clone(), layers };
        let mut show = Show::default();
        apply(&mut show, Command::PutScene { scene: scene.clone(), only_new: true }, occasion.now)
            .unwrap_or_else(|error| panic!("{}: {error}", template.id));
        scene
    }

    #[test]
    fn every_template_makes_a_scene_on_every_canvas() {
        let templates = Templates::default();
        assert_eq!(templates.all().count(), BUILT_IN.len());
        for template in templates.all() {
            for (width, height) in [(64, 64), (320, 180), (1280, 720), (1080, 1920), (4096, 2160)] {
                let scene = accepted(template, &json!({}), &occasion(width, height));
                assert!(scene.all().count() > 1, "{}", template.id);
                accepted(template, &Value::Object(template.sample.parameters.clone()), &occasion(width, height));
            }
        }
    }

    /// Each choice of each parameter, and each number at both of its ends.
    #[test]
    fn every_value_that_a_schema_allows_makes_a_scene() {
        for template in Templates::default().all() {
            let schema = serde_json::to_value(&template.parameters).expect("JSON");
            for (name, parameter) in schema["properties"].as_object().expect("parameters") {
                let choices = parameter["enum"].as_array().cloned().unwrap_or_default();
                let ends = ["minimum", "maximum"]
                    .iter()
                    .filter_map(|end| parameter.get(*end).cloned())
                    .map(|end| if parameter["type"] == "integer" { json!(end.as_f64().unwrap_or(0.0) as i64) } else { end });
                let flags = [json!(true), json!(false)].into_iter().filter(|_| parameter["type"] == "boolean");
                let texts = [json!("")].into_iter().filter(|_| parameter["type"] == "string" && choices.is_empty());
                let texts = texts.filter(|_| parameter.get("format").is_none());
                for value in choices.clone().into_iter().chain(ends).chain(flags).chain(texts) {
                    accepted(template, &json!({ name.as_str(): value }), &occasion(1280, 720));
                }
                if parameter["type"] == "array" {
                    let item = parameter["items"]["default"].clone();
                    let item = if item.is_null() { json!({}) } else { item };
                    for count in [&parameter["minItems"], &parameter["maxItems"]].iter().filter_map(|count| count.as_u64()) {
                        let items = vec![item.clone(); count as usize];
                        accepted(template, &json!({ name.as_str(): items }), &occasion(1280, 720));
                    }
                }
            }
        }
    }

    #[test]
    fn within_a_scene_every_layer_is_named_after_its_group() {
        let templates = Templates::default();
        let template = templates.find("lower_third").expect("a template");
        let within = Occasion { prefix: "guest".to_owned(), starts_now: true, ..occasion(1280, 720) };
        let layers = template.instantiate(&json!({}), &within).expect("layers");
        let ids: BTreeSet<String> = layers.iter().flat_map(|layer| layer.all()).map(|layer| layer.id.to_string()).collect();
        assert!(ids.len() > 2 && ids.iter().all(|id| id.starts_with("guest-")), "{ids:?}");
        let too_long = Occasion { prefix: "x".repeat(64), ..within };
        assert!(matches!(template.instantiate(&json!({}), &too_long), Err(TemplateError::Parameter { .. })));
    }

    #[test]
    fn templates_of_the_data_directory_are_taken_in_and_broken_ones_left_out() {
        let directory = tempfile::tempdir().expect("a directory");
        let write = |name: &str, text: &str| std::fs::write(directory.path().join(name), text).expect("written");
        let own = r##"{"format":1,"id":"own","name":"Own","description":"","kind":"scene",
            "parameters":{"type":"object","properties":{"color":{"type":"string","format":"color","default":"#102030"}}},
            "layers":[{"id":"back","kind":"color","color":{"$":"color"}}]}"##;
        write("own.json", own);
        write("newer.json", &own.replace("\"format\":1", "\"format\":2").replace("own", "newer"));
        write("wrong.json", &own.replace("\"$\":\"color\"", "\"$\":\"colour\"").replace("own", "wrong"));
        write("quad.json", &own.replace("\"own\"", "\"quad\""));
        write("notes.txt", "{");
        let templates = Templates::open(directory.path()).expect("templates");
        assert_eq!(templates.all().count(), BUILT_IN.len() + 1);
        assert_eq!(templates.find("quad").map(|template| template.name.as_str()), Ok("Own"));
        assert_eq!(templates.find("newer").map(drop), Err(TemplateError::Unknown("newer".to_owned())));
        assert!(Templates::open(&directory.path().join("none")).is_ok());
    }
}
