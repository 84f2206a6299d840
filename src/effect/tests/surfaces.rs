use super::*;

const SIDE: usize = 16;

fn matrix() -> Plane {
    Plane::matrix(SIDE as u32, SIDE as u32)
}

/// The mean level of each row from the top, over some time.
fn rows(animation: Animation, plane: &Plane, parameters: serde_json::Value) -> Vec<f32> {
    let mut effect = effect(animation, parameters, plane);
    let columns = plane.columns as usize;
    let mut rows = vec![0.0; plane.rows as usize];
    for step in 0..200 {
        let lights = levels(&render(&mut effect, f64::from(step) * 0.17, &Senses::default(), plane));
        for (row, line) in rows.iter_mut().zip(lights.chunks(columns)) {
            *row += line.iter().sum::<f32>() / (200.0 * columns as f32);
        }
    }
    rows
}

#[test]
fn fire_is_hot_at_the_bottom_and_cools_towards_the_top() {
    let rows = rows(Animation::Fire, &matrix(), json!({}));
    assert!(rows.is_sorted(), "{rows:?}");
    assert!(rows[15] > 0.6 && rows[0] < 0.15, "{rows:?}");
    let plane = Plane::strip(30);
    let mut effect = effect(Animation::Fire, json!({}), &plane);
    let (mut foot, mut tip) = (0.0, 0.0);
    for step in 0..100 {
        let lights = levels(&render(&mut effect, f64::from(step) * 0.17, &Senses::default(), &plane));
        foot += lights[..5].iter().sum::<f32>();
        tip += lights[25..].iter().sum::<f32>();
    }
    assert!(foot > 5.0 * tip, "on a strip it burns from its beginning");
}

/// By how many rows down a picture is most like itself a moment later.
fn fall(animation: Animation, parameters: serde_json::Value, later: f64) -> i32 {
    let plane = Plane::matrix(24, 24);
    let mut effect = effect(animation, parameters, &plane);
    let mut at = |t: f64| levels(&render(&mut effect, t, &Senses::default(), &plane));
    let mut likeness = [0.0; 9];
    for moment in 0..40 {
        let t = f64::from(moment) * 0.31;
        let (before, after) = (at(t), at(t + later));
        for (index, sum) in likeness.iter_mut().enumerate() {
            let shift = (index as i32 - 4) * 24;
            let pairs = (0..24 * 24)
                .filter_map(|cell| Some((before[cell], *after.get(usize::try_from(cell as i32 + shift).ok()?)?)));
            *sum -= pairs.map(|(before, after)| (before - after).powi(2)).sum::<f32>();
        }
    }
    (0..9).max_by(|&a, &b| likeness[a].total_cmp(&likeness[b])).unwrap() as i32 - 4
}

#[test]
fn flames_rise_and_rain_and_code_fall() {
    assert!(fall(Animation::Fire, json!({"intensity": 1.0}), 0.1) < 0);
    assert!(fall(Animation::Rain, json!({}), 0.1) > 0);
    assert!(fall(Animation::Matrix, json!({}), 0.1) > 0);
}

#[test]
fn code_has_its_newest_sign_at_the_lower_end() {
    let plane = Plane::matrix(1000, 20);
    let lights = frame(Animation::Matrix, json!({"density": 1.0, "size": 0.9}), &plane, 3.0);
    let columns = 1000;
    let mut seen = 0;
    for column in 0..columns {
        let line: Vec<_> = (0..20).map(|row| lights[row * columns + column]).collect();
        // White has red in it, code has none.
        let heads: Vec<_> = (0..20).filter(|&row| line[row][0] > 0.7).collect();
        assert_eq!(heads.len(), 1, "each column has one");
        let head = heads[0];
        if (4..17).contains(&head) {
            seen += 1;
            assert!(line[head - 1][1] > line[head + 1][1], "what is above is younger than the end of the one before");
        }
    }
    assert!(seen > 500);
}

#[test]
fn no_rain_falls_where_there_is_none() {
    let lights = frame(Animation::Rain, json!({"density": 0.0, "color_secondary": "#000000"}), &matrix(), 2.0);
    assert_eq!(lights, vec![BLACK; SIDE * SIDE]);
}

#[test]
fn life_goes_on_by_its_rules() {
    let (plane, side) = (matrix(), SIDE as i32);
    let mut effect = effect(Animation::Life, json!({"fade": 0.0, "color_primary": "#ffffff"}), &plane);
    for generation in 0..60 {
        let mut alive = |generation: i32| {
            let lights = render(&mut effect, f64::from(generation) * 0.2 + 0.1, &Senses::default(), &plane);
            lights.iter().map(|light| *light == WHITE).collect::<Vec<_>>()
        };
        let (now, next) = (alive(generation), alive(generation + 1));
        for cell in 0..side * side {
            let (column, row) = (cell % side, cell / side);
            let around = [(-1, -1), (0, -1), (1, -1), (-1, 0), (1, 0), (-1, 1), (0, 1), (1, 1)];
            let at = |(right, down): (i32, i32)| {
                ((row + down).rem_euclid(side) * side + (column + right).rem_euclid(side)) as usize
            };
            let neighbours = around.into_iter().filter(|&place| now[at(place)]).count();
            let lives = neighbours == 3 || (neighbours == 2 && now[cell as usize]);
            assert_eq!(next[cell as usize], lives, "cell {cell} in generation {generation}");
        }
    }
}

#[test]
fn life_is_sown_anew_when_its_game_is_over() {
    let given = json!({"fade": 0.0, "color_primary": "#ffffff"});
    let alive = |t| frame(Animation::Life, given.clone(), &matrix(), t).iter().filter(|light| **light == WHITE).count();
    // Sixteen by sixteen play sixty-four generations of a fifth of a second.
    for game in 0..5 {
        let sown = alive(f64::from(game) * 12.8 + 0.1);
        assert!((60..120).contains(&sown), "about 35 % of 256: {sown}");
    }
}

#[test]
fn a_winding_snake_stays_in_one_piece() {
    let given = json!({"size": 0.1, "color_primary": "#ffffff", "color_secondary": "#ffffff"});
    let mut effect = effect(Animation::Snake, given, &matrix());
    for step in 0..40 {
        let lights = render(&mut effect, f64::from(step) * 0.05 + 1.0, &Senses::default(), &matrix());
        let body: Vec<_> = (0..SIDE * SIDE).filter(|&cell| lights[cell] != BLACK).collect();
        let is_beside = |a: usize, b: usize| (a % SIDE).abs_diff(b % SIDE) + (a / SIDE).abs_diff(b / SIDE) == 1;
        let lonely = body.iter().filter(|&&cell| !body.iter().any(|&other| is_beside(cell, other))).count();
        assert!(body.len() >= 25 && lonely == 0, "{body:?}");
    }
}

#[test]
fn drops_make_rings_that_grow() {
    let plane = Plane::matrix(64, 64);
    let given =
        json!({"count": 1, "size": 0.0, "use_palette": false, "color_primary": "#ffffff", "color_secondary": "#000000"});
    let mut effect = effect(Animation::Ripple, given, &plane);
    let mut spread = |t: f64| {
        let lights = render(&mut effect, t, &Senses::default(), &plane);
        let lit: Vec<_> = (0..64 * 64).filter(|&cell| level(&lights[cell]) > 0.1).collect();
        let columns = lit.iter().map(|cell| cell % 64);
        columns.clone().max().unwrap_or(0) - columns.min().unwrap_or(0)
    };
    let widths = [0.15, 0.3, 0.5].map(&mut spread);
    assert!(widths.is_sorted() && widths[0] + 8 < widths[2], "{widths:?}");
}

#[test]
fn metaballs_are_as_many_as_they_are_counted_or_melt() {
    let plane = Plane::matrix(48, 48);
    let given =
        json!({"count": 2, "size": 0.2, "use_palette": false, "color_primary": "#ffffff", "color_secondary": "#000000"});
    let mut effect = effect(Animation::Metaballs, given, &plane);
    for step in 0..30 {
        let lights = render(&mut effect, f64::from(step), &Senses::default(), &plane);
        let mut inside: Vec<bool> = lights.iter().map(|light| level(light) > 0.5).collect();
        let mut balls = 0;
        while let Some(first) = inside.iter().position(|&inside| inside) {
            balls += 1;
            let mut open = vec![first];
            while let Some(cell) = open.pop() {
                if std::mem::take(&mut inside[cell]) {
                    let (column, row) = (cell % 48, cell / 48);
                    open.extend([(column > 0).then(|| cell - 1), (column < 47).then_some(cell + 1)].into_iter().flatten());
                    open.extend([(row > 0).then(|| cell - 48), (row < 47).then_some(cell + 48)].into_iter().flatten());
                }
            }
        }
        assert!((1..=2).contains(&balls), "{balls} at {step}");
    }
}

#[test]
fn a_lissajous_curve_touches_all_four_sides_in_its_time() {
    let plane = Plane::matrix(20, 20);
    let mut effect = effect(Animation::Lissajous, json!({}), &plane);
    let mut touched = [false; 4];
    for step in 0..200 {
        let lights = render(&mut effect, f64::from(step) * 0.1, &Senses::default(), &plane);
        for cell in (0..400).filter(|&cell| lights[cell] != BLACK) {
            let (column, row) = (cell % 20, cell / 20);
            assert!((0..=19).contains(&column) && (0..=19).contains(&row));
            [column <= 1, column >= 18, row <= 1, row >= 18].iter().zip(&mut touched).for_each(|(now, ever)| *ever |= now);
        }
    }
    assert_eq!(touched, [true; 4]);
}

#[test]
fn tartan_is_woven_of_the_same_bands_both_ways() {
    let plane = Plane::matrix(32, 32);
    let lights = frame(Animation::Tartan, json!({}), &plane, 0.0);
    // At the beginning nothing has been slid yet, so on the diagonal a band meets itself.
    let band = |place: usize| lights[place * 33];
    let is_mixed = |light: Rgb, over: Rgb, under: Rgb| {
        let mixed = (0..3).map(|part| 0.75 * over[part] + 0.25 * under[part]);
        mixed.zip(light).all(|(mixed, part)| (mixed - part).abs() < 1e-4)
    };
    let mut over = [0, 0];
    for (column, row) in (0..32).flat_map(|row| (0..32).map(move |column| (column, row))) {
        let light = lights[row * 32 + column];
        let (warp, weft) = (is_mixed(light, band(column), band(row)), is_mixed(light, band(row), band(column)));
        assert!(warp || weft, "at {column}, {row}");
        over[0] += usize::from(warp && !weft);
        over[1] += usize::from(weft && !warp);
    }
    assert!(over[0] > 200 && over[0].abs_diff(over[1]) < 50, "as often over as under: {over:?}");
    let row: Vec<_> = lights[..32].iter().map(|light| light.map(|part| (part * 8.0) as u8)).collect();
    let mut kinds = row.clone();
    kinds.sort();
    kinds.dedup();
    assert!(kinds.len() >= 4, "bands of several colours: {row:?}");
}

#[test]
fn fields_use_their_palette_well() {
    let plane = Plane::matrix(32, 32);
    for animation in [Animation::Plasma, Animation::Noise, Animation::Julia, Animation::Metaballs] {
        let given = json!({"use_palette": false, "color_primary": "#ffffff", "color_secondary": "#000000"});
        let mut effect = effect(animation, given, &plane);
        let (mut low, mut high) = (1.0_f32, 0.0_f32);
        for step in 0..40 {
            for level in levels(&render(&mut effect, f64::from(step), &Senses::default(), &plane)) {
                (low, high) = (low.min(level), high.max(level));
            }
        }
        assert!(low < 0.15 && high > 0.85, "{animation:?}: {low} to {high}");
    }
}

#[test]
fn northern_lights_stand_on_a_foot_and_fade_upwards() {
    let rows = rows(Animation::Aurora, &matrix(), json!({}));
    let foot = (0..SIDE).max_by(|&a, &b| rows[a].total_cmp(&rows[b])).unwrap();
    assert!((4..14).contains(&foot) && rows[0] < rows[foot] / 3.0 && rows[15] < rows[foot] / 3.0, "{rows:?}");
}

#[test]
fn the_sea_is_blue_with_some_foam() {
    let plane = Plane::matrix(32, 32);
    let mut effect = effect(Animation::Ocean, json!({}), &plane);
    let (mut foam, mut count) = (0, 0);
    for step in 0..40 {
        for light in render(&mut effect, f64::from(step), &Senses::default(), &plane) {
            assert!(light[2] >= light[0] && light[2] > 0.1, "{light:?}");
            foam += usize::from(light[0] > 0.5);
            count += 1;
        }
    }
    assert!(foam > 0 && foam * 8 < count, "{foam} of {count}");
}

#[test]
fn lightning_strikes_seldom_and_brightly() {
    let plane = matrix();
    let mut effect = effect(Animation::Lightning, json!({}), &plane);
    let (mut bright, mut dark) = (0, 0);
    for step in 0..2000 {
        let lights = render(&mut effect, f64::from(step) * 0.02, &Senses::default(), &plane);
        let top = level(&lights[brightest(&lights)]);
        bright += usize::from(top > 0.6);
        dark += usize::from(top < 0.05);
        if top > 0.6 {
            let lit = lights.iter().filter(|light| level(light) > 0.5).count();
            assert!((4..100).contains(&lit), "a bolt, not a flash of everything: {lit}");
        }
    }
    assert!(bright > 10 && dark > 800, "{bright} bright, {dark} dark");
    let quiet = frame(Animation::Lightning, json!({"density": 0.0, "color_secondary": "#000000"}), &plane, 0.3);
    assert_eq!(quiet, vec![BLACK; SIDE * SIDE]);
}

#[test]
fn rockets_rise_and_their_sparks_fall_and_go_out() {
    let plane = Plane::matrix(40, 40);
    let mut effect = effect(Animation::Fireworks, json!({"count": 1, "size": 0.3}), &plane);
    let mut at = |part: f64| render(&mut effect, part * 2.5, &Senses::default(), &plane);
    let middle_row = |lights: &[Rgb]| {
        let total: f32 = lights.iter().map(level).sum();
        lights.iter().enumerate().map(|(cell, light)| (cell / 40) as f32 * level(light)).sum::<f32>() / total
    };
    assert!(middle_row(&at(0.05)) > middle_row(&at(0.15)) + 3.0 && middle_row(&at(0.15)) > middle_row(&at(0.3)));
    assert!(middle_row(&at(0.9)) > middle_row(&at(0.5)) + 1.0);
    let lit = |lights: &[Rgb]| lights.iter().filter(|light| level(light) > 0.02).count();
    assert!(lit(&at(0.3)) < 20 && lit(&at(0.6)) > 40);
    let brightness = |lights: Vec<Rgb>| lights.iter().map(level).sum::<f32>();
    assert!(brightness(at(0.98)) < brightness(at(0.6)) / 3.0);
}
