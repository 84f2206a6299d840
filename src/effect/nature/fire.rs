//! Flames: noise that rises, and cools on its way.

use crate::effect::Paint;
use crate::effect::course::Lie;
use crate::effect::curve::mix;
use crate::effect::moment::Moment;
use crate::effect::noise::Sheet;
use crate::effect::ramp::Ramp;
use crate::effect::senses::Senses;
use crate::effect::setting::Setting;
use crate::effect::shade::BLACK;
use crate::show::light::Rgb;

pub struct Fire {
    /// Across the flames, and how high above their foot; 0 to 1.
    places: Vec<[f32; 2]>,
    /// How high flames reach.
    height: f32,
    /// Flames side by side, and from the foot to the top.
    cells: [f32; 2],
    coarse: Sheet,
    fine: Sheet,
    glow: Box<Ramp>,
}

impl Fire {
    /// Cells that the hot air rises in a second.
    const RISE: f64 = 2.4;

    pub fn new(setting: &Setting) -> Fire {
        let course = setting.course_or(Lie::Up);
        let aside = course.beside.iter().copied().chain(std::iter::repeat(0.5));
        let places = aside.zip(&course.places).map(|(aside, &height)| [aside, height]).collect();
        let [columns, rows] = setting.plane.size().map(|side| side.max(1) as f32);
        let up = mix(6.0, 2.0, setting.number("size"));
        // Flames are narrower than they are high.
        let across = (1.6 * up * columns / rows).min(40.0);
        Fire {
            places,
            height: mix(0.25, 1.0, setting.number("intensity")),
            cells: [across, up],
            coarse: Sheet::new(setting.seed, across, up),
            fine: Sheet::new(setting.seed ^ 1, 2.0 * across, 2.0 * up),
            glow: setting.palette_or(glow),
        }
    }
}

/// What heat looks like, from cold to white-hot.
fn glow() -> Ramp {
    Ramp::through(&[
        (0.0, BLACK),
        (0.2, [0.28, 0.0, 0.0]),
        (0.45, [0.9, 0.16, 0.0]),
        (0.7, [1.0, 0.5, 0.04]),
        (0.88, [1.0, 0.8, 0.25]),
        (1.0, [1.0, 0.95, 0.7]),
    ])
}

impl Paint for Fire {
    fn paint(&mut self, t: f64, _: &Senses, out: &mut [Rgb]) {
        // What rises comes from below: the sheet is read with its rows from the foot up, and moves against them.
        let (rise, fine_rise) = (Moment::of(t * -Fire::RISE), Moment::of(t * -2.0 * 1.4 * Fire::RISE));
        let (sway, still) = (Moment::of(t * 0.25), Moment::of(0.0));
        self.coarse.drift(sway, rise, Moment::of(t * 0.9));
        self.fine.drift(still, fine_rise, Moment::of(t * 1.3));
        let [across, up] = self.cells;
        for (light, &[aside, height]) in out.iter_mut().zip(&self.places) {
            let (x, y) = (aside * across, height * up);
            let coarse = self.coarse.at(x + sway.part, y + rise.part);
            let fine = self.fine.at(2.0 * x, 2.0 * y + fine_rise.part);
            let turbulence = 0.65 * coarse + 0.35 * fine - 0.5;
            let cooled = height / self.height;
            // At its foot it burns steadily; the higher, the more the air decides.
            let heat = 0.95 - 0.95 * cooled + turbulence * (0.6 + 1.2 * cooled);
            *light = self.glow.along(heat);
        }
    }
}
