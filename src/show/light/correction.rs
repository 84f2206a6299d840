//! What a fixture needs so that its light looks as it was meant: brightness, white, gamma, channels and power.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Carried out in this order: brightness, white and matrix on the coded values, then gamma, then the white channel on the
/// light that results. Power is limited and values are dithered after that, right before they are rounded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Correction {
    #[schemars(range(min = 0, max = 1))]
    pub brightness: f64,
    /// What red, green and blue are multiplied by, so that white looks white: gains of coded values, from 0 to 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub white: Option<[f64; 3]>,
    /// The same, said as the temperature of the white that is wanted; at 6600 nothing changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1_000, max = 40_000))]
    pub kelvin: Option<u16>,
    /// Calibration after the white: each row makes one channel out of coded red, green and blue; numbers from -4 to 4.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matrix: Option<[[f64; 3]; 3]>,
    /// From coded values to light; 1 for a fixture that does so itself.
    #[schemars(range(min = 1, max = 4))]
    pub gamma: f64,
    pub order: ColorOrder,
    /// What the white LED of an RGBW pixel is used for.
    pub white_channel: WhiteChannel,
    /// The colour of the white LED, where `white_channel` is `accurate`.
    #[schemars(range(min = 1_000, max = 40_000))]
    pub white_kelvin: u16,
    pub dither: Dither,
    pub power: PixelPower,
}

/// In which order a pixel wants its colours; white, if it has one, comes last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum ColorOrder {
    #[default]
    Rgb,
    Rbg,
    Grb,
    Gbr,
    Brg,
    Bgr,
}

/// How light is shared between the colours and the white LED.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhiteChannel {
    /// The white LED stays dark.
    None,
    /// What all three colours have in common is moved to it, as if it were as white as they are together.
    #[default]
    Min,
    /// As much is moved to it as its own colour, `white_kelvin`, allows: neither colour nor light changes.
    Accurate,
    /// The same with a white LED of 2700 K.
    Warm,
    /// The same with a white LED of 4000 K.
    Neutral,
    /// The same with a white LED of 6500 K.
    Cold,
    /// It follows the brightest colour: as bright as can be, and paler.
    Max,
}

/// Whether what lies between two steps is shown by changing between them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Dither {
    /// If the fixture is fast enough that nobody sees it flicker.
    #[default]
    Auto,
    Off,
    On,
}

/// What one pixel draws. What is set from the beginning is an ordinary 5 V pixel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PixelPower {
    #[schemars(range(min = 1, max = 60))]
    pub volts: f64,
    /// Of red, green, blue and white at full, each from 0 to 2000.
    pub full_ma: [f64; 4],
    /// Of a pixel that is dark.
    #[schemars(range(min = 0, max = 2_000))]
    pub idle_ma: f64,
}

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CorrectionError {
    #[error("{field} is {value}, but may be {allowed}")]
    OutOfRange { field: &'static str, value: f64, allowed: &'static str },
    #[error("white and kelvin say the same in two ways: give one of them")]
    TwoWhites,
}

impl Correction {
    pub fn check(&self) -> Result<(), CorrectionError> {
        let in_range = |field, value: f64, [least, most]: [f64; 2], allowed| {
            let fits = (least..=most).contains(&value);
            if fits { Ok(()) } else { Err(CorrectionError::OutOfRange { field, value, allowed }) }
        };
        let temperature = |field, kelvin: u16| in_range(field, f64::from(kelvin), [1e3, 4e4], "1000 to 40000");
        if self.white.is_some() && self.kelvin.is_some() {
            return Err(CorrectionError::TwoWhites);
        }
        in_range("brightness", self.brightness, [0.0, 1.0], "0 to 1")?;
        in_range("gamma", self.gamma, [1.0, 4.0], "1 to 4")?;
        self.white.iter().flatten().try_for_each(|gain| in_range("white", *gain, [0.0, 2.0], "0 to 2"))?;
        self.kelvin.map_or(Ok(()), |kelvin| temperature("kelvin", kelvin))?;
        temperature("white_kelvin", self.white_kelvin)?;
        self.matrix.iter().flatten().flatten().try_for_each(|part| in_range("matrix", *part, [-4.0, 4.0], "-4 to 4"))?;
        in_range("power.volts", self.power.volts, [1.0, 60.0], "1 to 60")?;
        in_range("power.idle_ma", self.power.idle_ma, [0.0, 2e3], "0 to 2000")?;
        self.power.full_ma.iter().try_for_each(|ma| in_range("power.full_ma", *ma, [0.0, 2e3], "0 to 2000"))
    }
}

impl ColorOrder {
    pub const ALL: [ColorOrder; 6] =
        [ColorOrder::Rgb, ColorOrder::Rbg, ColorOrder::Grb, ColorOrder::Gbr, ColorOrder::Brg, ColorOrder::Bgr];

    /// Red, green and blue as they go over the wire.
    pub fn arrange<T>(self, [red, green, blue]: [T; 3]) -> [T; 3] {
        match self {
            ColorOrder::Rgb => [red, green, blue],
            ColorOrder::Rbg => [red, blue, green],
            ColorOrder::Grb => [green, red, blue],
            ColorOrder::Gbr => [green, blue, red],
            ColorOrder::Brg => [blue, red, green],
            ColorOrder::Bgr => [blue, green, red],
        }
    }
}

impl Dither {
    /// From here on a step that comes and goes with every few frames is not seen.
    pub const FAST_ENOUGH: f64 = 200.0;

    /// Whether to do it at so many frames in a second.
    pub fn is_on_at(self, fps: f64) -> bool {
        match self {
            Dither::Auto => fps >= Self::FAST_ENOUGH,
            Dither::Off => false,
            Dither::On => true,
        }
    }
}

impl PixelPower {
    /// Of red, green, blue and white at full.
    pub fn full_mw(&self) -> [f64; 4] {
        self.full_ma.map(|ma| ma * self.volts)
    }

    pub fn idle_mw(&self) -> f64 {
        self.idle_ma * self.volts
    }
}

impl Default for Correction {
    fn default() -> Self {
        Self {
            brightness: 1.0,
            white: None,
            kelvin: None,
            matrix: None,
            gamma: 2.2,
            order: ColorOrder::default(),
            white_channel: WhiteChannel::default(),
            white_kelvin: 6_500,
            dither: Dither::default(),
            power: PixelPower::default(),
        }
    }
}

impl Default for PixelPower {
    fn default() -> Self {
        Self { volts: 5.0, full_ma: [16.0, 11.0, 15.0, 20.0], idle_ma: 1.0 }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nothing_need_be_said_about_a_fixture() {
        let read: Correction = serde_json::from_value(json!({})).unwrap();
        assert_eq!((&read, read.check()), (&Correction::default(), Ok(())));
        assert!(serde_json::from_value::<Correction>(json!({"gama": 2})).is_err());
    }

    #[test]
    fn a_correction_is_read_back_as_written() {
        let all = json!({
            "brightness": 0.5, "white": [1.0, 0.9, 0.8], "matrix": [[1.0, 0.0, 0.0], [-0.1, 1.0, 0.0], [0.0, 0.0, 1.0]],
            "gamma": 2.8, "order": "GRB", "white_channel": "accurate", "white_kelvin": 3000, "dither": "on",
            "power": {"volts": 12.0, "full_ma": [5.0, 5.0, 5.0, 0.0], "idle_ma": 0.5},
        });
        let read: Correction = serde_json::from_value(all.clone()).unwrap();
        assert_eq!(read.check(), Ok(()));
        assert_eq!(serde_json::to_value(&read).unwrap(), all);
    }

    #[test]
    fn what_is_out_of_range_is_told() {
        #[track_caller]
        fn check(field: &'static str, change: fn(&mut Correction)) {
            let mut correction = Correction::default();
            change(&mut correction);
            match correction.check() {
                Err(CorrectionError::OutOfRange { field: told, .. }) => assert_eq!(told, field),
                other => panic!("{other:?}"),
            }
        }
        check("brightness", |it| it.brightness = 1.1);
        check("brightness", |it| it.brightness = f64::NAN);
        check("gamma", |it| it.gamma = 0.9);
        check("white", |it| it.white = Some([1.0, -0.1, 1.0]));
        check("kelvin", |it| it.kelvin = Some(999));
        check("white_kelvin", |it| it.white_kelvin = 0);
        check("matrix", |it| it.matrix = Some([[1.0; 3], [1.0; 3], [1.0, 1.0, f64::INFINITY]]));
        check("power.volts", |it| it.power.volts = 0.0);
        check("power.idle_ma", |it| it.power.idle_ma = -1.0);
        check("power.full_ma", |it| it.power.full_ma = [1.0, 1.0, 1.0, 3_000.0]);
        let both = Correction { white: Some([1.0; 3]), kelvin: Some(2_700), ..Correction::default() };
        assert_eq!(both.check(), Err(CorrectionError::TwoWhites));
    }

    #[test]
    fn orders_are_what_their_names_say() {
        for order in ColorOrder::ALL {
            let name: String = order.arrange(['R', 'G', 'B']).into_iter().collect();
            assert_eq!(serde_json::to_value(order).unwrap(), name);
        }
    }

    #[test]
    fn dithering_is_left_to_what_is_fast_enough() {
        let on = |dither: Dither| [60.0, 200.0, f64::NAN].map(|fps| dither.is_on_at(fps));
        assert_eq!(on(Dither::Auto), [false, true, false]);
        assert_eq!(on(Dither::Off), [false; 3]);
        assert_eq!(on(Dither::On), [true; 3]);
    }

    #[test]
    fn an_ordinary_pixel_draws_what_was_measured() {
        let power = PixelPower::default();
        assert_eq!((power.full_mw(), power.idle_mw()), ([80.0, 55.0, 75.0, 100.0], 5.0));
    }
}
