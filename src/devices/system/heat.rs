//! How hot the machine is, and whether it slows down for that. Raspberry Pis say both; where nobody says anything, nothing is
//! told.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde::Serialize;

use crate::devices::command::answer;

/// A machine has a few.
const MOST_SENSORS: usize = 32;
const THROTTLED: &str = "devices/platform/soc/soc:firmware/get_throttled";
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Heat {
    pub sensors: Vec<Sensor>,
    pub throttling: Option<Throttling>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sensor {
    pub name: String,
    pub celsius: f64,
}

/// Of a Raspberry Pi's firmware: now, and at any time since it was started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Throttling {
    pub under_voltage: bool,
    pub capped: bool,
    pub throttled: bool,
    pub under_voltage_before: bool,
    pub capped_before: bool,
    pub throttled_before: bool,
}

impl Throttling {
    /// "throttled=0x50005", "50005" or "0x50005".
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix("throttled=").unwrap_or(text);
        let bits = u32::from_str_radix(text.strip_prefix("0x").unwrap_or(text), 16).ok()?;
        let has = |bit: u32| bits >> bit & 1 == 1;
        Some(Self {
            under_voltage: has(0),
            capped: has(1),
            throttled: has(2),
            under_voltage_before: has(16),
            capped_before: has(17),
            throttled_before: has(18),
        })
    }
}

/// `sys` is /sys. Blocks for a moment.
pub fn heat(sys: &Path) -> Option<Heat> {
    let mut zones: Vec<PathBuf> = fs::read_dir(sys.join("class/thermal"))
        .map(|entries| entries.flatten().map(|entry| entry.path()).take(4 * MOST_SENSORS).collect())
        .unwrap_or_default();
    zones.sort();
    let sensors: Vec<_> = zones.iter().filter_map(|zone| sensor(zone)).take(MOST_SENSORS).collect();
    let throttling = throttling(sys);
    (!sensors.is_empty() || throttling.is_some()).then_some(Heat { sensors, throttling })
}

fn sensor(zone: &Path) -> Option<Sensor> {
    let read = |name: &str| fs::read_to_string(zone.join(name)).ok();
    let milli: i32 = read("temp")?.trim().parse().ok()?;
    let name = read("type").map_or_else(|| "unknown".to_owned(), |name| crate::base::quote::quoted(name.trim()));
    // Sensors that are not connected tell of the absolute zero, or of the sun.
    (-60_000..200_000).contains(&milli).then(|| Sensor { name, celsius: f64::from(milli) / 1_000.0 })
}

/// The firmware tells it in a file, or through its own program on newer systems.
fn throttling(sys: &Path) -> Option<Throttling> {
    if let Ok(text) = fs::read_to_string(sys.join(THROTTLED)) {
        return Throttling::parse(&text);
    }
    let is_pi = sys.join("devices/platform/soc/soc:firmware").exists() || sys.join("class/vc-mem").exists();
    if !is_pi {
        return None;
    }
    let mut command = Command::new("vcgencmd");
    command.arg("get_throttled");
    let (status, text) = answer(command, PATIENCE, 100).ok()?;
    if status.success() { Throttling::parse(&text) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_raspberry_pi_is_understood_and_a_machine_without_sensors_tells_nothing() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(heat(dir.path()), None);
        for (zone, kind, temp) in [("thermal_zone0", "cpu-thermal\n", "48312\n"), ("thermal_zone1", "gone", "-273000")] {
            let zone = dir.path().join("class/thermal").join(zone);
            fs::create_dir_all(&zone).unwrap();
            fs::write(zone.join("type"), kind).unwrap();
            fs::write(zone.join("temp"), temp).unwrap();
        }
        let firmware = dir.path().join(THROTTLED);
        fs::create_dir_all(firmware.parent().unwrap()).unwrap();
        fs::write(firmware, "50005\n").unwrap();
        let heat = heat(dir.path()).unwrap();
        assert_eq!(heat.sensors, [Sensor { name: "cpu-thermal".to_owned(), celsius: 48.312 }]);
        let throttling = heat.throttling.unwrap();
        assert!(throttling.under_voltage && throttling.throttled && throttling.throttled_before && !throttling.capped);
    }

    #[test]
    fn the_firmwares_answer_is_read_in_each_form() {
        let none = Some(Throttling::default());
        assert_eq!([Throttling::parse("throttled=0x0\n"), Throttling::parse("0"), Throttling::parse("0x0")], [none; 3]);
        assert_eq!([Throttling::parse(""), Throttling::parse("throttled=error")], [None; 2]);
    }
}
