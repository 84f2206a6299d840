use super::*;
use crate::show::rotation::Rotation;

fn read(json: &str) -> Result<Geometry, serde_json::Error> {
    serde_json::from_str(json)
}

#[track_caller]
fn count(json: &str, pixels: u32) {
    let geometry = read(json).expect(json);
    assert_eq!(geometry.check(), Ok(()), "{json}");
    assert_eq!(geometry.pixel_count(), pixels, "{json}");
    let text = serde_json::to_string(&geometry).unwrap();
    assert_eq!(read(&text).unwrap(), geometry, "{text}");
}

#[track_caller]
fn refuse(json: &str, error: GeometryError) {
    assert_eq!(read(json).expect(json).check(), Err(error), "{json}");
}

#[test]
fn every_kind_is_read_back_as_written_and_counts_its_leds() {
    count(r#"{"kind": "strip", "pixels": 60}"#, 60);
    count(r#"{"kind": "strip", "pixels": 65536, "reversed": true, "direction": "up"}"#, 65_536);
    count(r#"{"kind": "ring", "pixels": 16}"#, 16);
    count(r#"{"kind": "ring", "pixels": 1, "start_degrees": -90.5, "clockwise": false}"#, 1);
    count(r#"{"kind": "matrix", "columns": 16, "rows": 8}"#, 128);
    let wiring = r#"{"start": "bottom_right", "vertical": true, "serpentine": true, "rotation": 270}"#;
    count(&format!(r#"{{"kind": "matrix", "columns": 3, "rows": 2, "wiring": {wiring}}}"#), 6);
    let panels = r#"[{"x": 2, "y": 0, "columns": 2, "rows": 2}, {"x": 0, "y": 1, "columns": 1, "rows": 3}]"#;
    let cells = r#""missing": [[3, 1]], "dark": [[0, 3]]"#;
    count(&format!(r#"{{"kind": "matrix", "columns": 4, "rows": 4, "panels": {panels}, {cells}}}"#), 6);
    count(r#"{"kind": "points", "points": [{"x": 0, "y": 1}, {"x": 0.5, "y": 0.5, "width": 0.1, "height": 1}]}"#, 2);
}

#[test]
fn what_is_not_said_is_the_plainest() {
    let strip = read(r#"{"kind": "strip", "pixels": 5}"#).unwrap();
    assert_eq!(strip, Geometry::Strip { pixels: 5, reversed: false, direction: Direction::Right });
    let ring = read(r#"{"kind": "ring", "pixels": 5}"#).unwrap();
    assert_eq!(ring, Geometry::Ring { pixels: 5, start_degrees: 0.0, clockwise: true });
    let Geometry::Matrix(matrix) = read(r#"{"kind": "matrix", "columns": 5, "rows": 4}"#).unwrap() else {
        panic!("a matrix")
    };
    let wiring = Wiring { start: Corner::TopLeft, vertical: false, serpentine: false, rotation: Rotation::Upright };
    assert_eq!(matrix.wired().as_ref(), [Panel { x: 0, y: 0, columns: 5, rows: 4, wiring }]);
}

#[test]
fn unknown_fields_and_kinds_are_refused() {
    for json in [
        r#"{"kind": "strip"}"#,
        r#"{"kind": "strip", "pixels": 5, "rows": 1}"#,
        r#"{"kind": "strip", "pixels": 5, "direction": "sideways"}"#,
        r#"{"kind": "ring", "pixels": 5, "direction": "up"}"#,
        r#"{"kind": "matrix", "columns": 5, "rows": 4, "serpentine": true}"#,
        r#"{"kind": "matrix", "columns": 5, "rows": 4, "wiring": {"rotation": 45}}"#,
        r#"{"kind": "matrix", "columns": 5, "rows": 4, "wiring": {"zigzag": true}}"#,
        r#"{"kind": "matrix", "columns": 5, "rows": 4, "missing": [[1]]}"#,
        r#"{"kind": "points", "points": [{"x": 0}]}"#,
        r#"{"kind": "sphere", "pixels": 5}"#,
    ] {
        assert!(read(json).is_err(), "{json}");
    }
}

#[test]
fn there_are_1_to_65536_leds() {
    refuse(r#"{"kind": "strip", "pixels": 0}"#, GeometryError::Pixels(0));
    refuse(r#"{"kind": "ring", "pixels": 65537}"#, GeometryError::Pixels(65_537));
    refuse(r#"{"kind": "points", "points": []}"#, GeometryError::Pixels(0));
    refuse(r#"{"kind": "matrix", "columns": 4096, "rows": 17}"#, GeometryError::Pixels(69_632));
    refuse(r#"{"kind": "matrix", "columns": 1, "rows": 1, "missing": [[0, 0]]}"#, GeometryError::Pixels(0));
    refuse(r#"{"kind": "matrix", "columns": 0, "rows": 1}"#, GeometryError::Sides { columns: 0, rows: 1 });
    refuse(r#"{"kind": "matrix", "columns": 1, "rows": 4097}"#, GeometryError::Sides { columns: 1, rows: 4097 });
}

#[test]
fn panels_lie_within_the_matrix_and_beside_each_other() {
    let with = |panels: &str| format!(r#"{{"kind": "matrix", "columns": 4, "rows": 4, "panels": [{panels}]}}"#);
    let square = |x: u32, y: u32, side: u32| format!(r#"{{"x": {x}, "y": {y}, "columns": {side}, "rows": {side}}}"#);
    let outside = GeometryError::PanelOutside { panel: 0 };
    count(&with(&format!("{}, {}", square(0, 0, 2), square(2, 2, 2))), 8);
    refuse(&with(&square(3, 0, 2)), outside.clone());
    refuse(&with(&square(0, 3, 2)), outside.clone());
    refuse(&with(&square(u32::MAX, 0, 2)), outside.clone());
    refuse(&with(&square(1, 1, 0)), outside);
    let overlapping = format!("{}, {}, {}", square(0, 0, 1), square(1, 1, 2), square(2, 2, 2));
    refuse(&with(&overlapping), GeometryError::PanelsOverlap { first: 1, second: 2 });
    let many = vec![square(0, 0, 1); 257].join(",");
    refuse(&with(&many), GeometryError::Panels(257));
}

#[test]
fn cells_without_light_are_in_a_panel_and_named_once() {
    let with = |cells: &str| {
        let panel = r#""panels": [{"x": 0, "y": 0, "columns": 2, "rows": 2}]"#;
        format!(r#"{{"kind": "matrix", "columns": 4, "rows": 2, {panel}, {cells}}}"#)
    };
    count(&with(r#""missing": [[1, 1]], "dark": [[0, 0], [1, 0]]"#), 3);
    let outside = |list, column, row| GeometryError::CellOutside { list, column, row };
    refuse(&with(r#""missing": [[2, 0]]"#), outside("missing", 2, 0));
    refuse(&with(r#""dark": [[0, 4294967295]]"#), outside("dark", 0, u32::MAX));
    refuse(&with(r#""dark": [[0, 1], [0, 1]]"#), GeometryError::CellTwice { column: 0, row: 1 });
    refuse(&with(r#""missing": [[0, 1]], "dark": [[0, 1]]"#), GeometryError::CellTwice { column: 0, row: 1 });
}

#[test]
fn numbers_out_of_range_are_refused() {
    refuse(r#"{"kind": "ring", "pixels": 5, "start_degrees": 361}"#, GeometryError::StartDegrees(361.0));
    let ring = Geometry::Ring { pixels: 5, start_degrees: f64::NAN, clockwise: true };
    assert!(matches!(ring.check(), Err(GeometryError::StartDegrees(_))));
    for (point, field) in [
        (r#"{"x": 1.1, "y": 0}"#, "x"),
        (r#"{"x": 0, "y": -0.1}"#, "y"),
        (r#"{"x": 0, "y": 0, "width": 0}"#, "width"),
        (r#"{"x": 0, "y": 0, "height": 1.5}"#, "height"),
    ] {
        let json = format!(r#"{{"kind": "points", "points": [{{"x": 0, "y": 0}}, {point}]}}"#);
        let error = read(&json).unwrap().check().expect_err(&json);
        assert!(matches!(error, GeometryError::Point { point: 1, field: named, .. } if named == field), "{error}");
    }
}

#[test]
fn a_geometry_that_cannot_be_is_counted_without_harm() {
    let panel = Panel { x: u32::MAX, y: u32::MAX, columns: u32::MAX, rows: u32::MAX, wiring: Wiring::default() };
    let matrix = Matrix {
        columns: 4,
        rows: 4,
        wiring: Wiring::default(),
        panels: vec![panel; 3],
        missing: vec![[u32::MAX, 0]; 2],
        dark: Vec::new(),
    };
    let geometry = Geometry::Matrix(matrix);
    assert_eq!(geometry.pixel_count(), u32::MAX);
    assert_eq!(geometry.check(), Err(GeometryError::PanelOutside { panel: 0 }));
    let Geometry::Matrix(mut empty) = geometry else { panic!("a matrix") };
    empty.panels.truncate(0);
    empty.missing = vec![[0, 0]; 99];
    assert_eq!(Geometry::Matrix(empty).pixel_count(), 0);
}

#[test]
fn the_schema_has_the_kind_beside_the_fields() {
    let schema = schemars::schema_for!(Geometry).to_value();
    let kinds: Vec<_> = schema["oneOf"].as_array().unwrap().iter().collect();
    assert_eq!(kinds.len(), 4);
    let matrix = kinds.iter().find(|kind| kind["properties"]["kind"]["const"] == "matrix").expect("a matrix");
    for field in ["columns", "rows", "wiring", "panels", "missing", "dark"] {
        assert!(matrix["properties"][field].is_object(), "{field}");
    }
    assert_eq!(schema["$defs"]["Rotation"]["enum"], serde_json::json!([0, 90, 180, 270]));
}
