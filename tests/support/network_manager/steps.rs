//! What the pretended device goes through when a network is joined, and how it is told.

use std::time::Duration;

use super::{Core, DEVICE, Fate, World};

const INTERFACE: &str = "org.freedesktop.NetworkManager.Device";
/// Real ones take longer.
const STEP: Duration = Duration::from_millis(3);

impl World {
    /// An active connection that begins.
    pub fn activating(&mut self, profile: &str) -> String {
        let active = self.fresh("ActiveConnection");
        let point = self.objects.point_of(&self.ssid_of(profile));
        self.objects.active(&active, profile, &point, 1);
        active
    }

    /// The right passphrase of a network, and what was given.
    fn fate(&self, profile: &str) -> Fate {
        let fate = self.fates.get(&self.ssid_of(profile)).cloned().unwrap_or(Fate::Fails(53));
        let given = self.profiles[profile].psk.as_deref();
        match fate {
            Fate::Joins(right) if right != given => Fate::Fails(if given.is_some() { 8 } else { 7 }),
            other => other,
        }
    }
}

impl Core {
    pub async fn join(self, profile: String, active: String) {
        let (fate, point) = {
            let world = self.world();
            let point = world.objects.point_of(&world.ssid_of(&profile));
            (world.fate(&profile), point)
        };
        for (state, reason) in [(110, 60), (30, 60), (40, 0), (50, 0)] {
            self.step(state, reason, &active, &point).await;
        }
        match fate {
            Fate::Joins(_) => {
                self.step(70, 0, &active, &point).await;
                {
                    let mut world = self.world();
                    // It may have been taken back meanwhile.
                    if !world.profiles.contains_key(&profile) {
                        return;
                    }
                    world.objects.active(&active, &profile, &point, 2);
                    world.is_used(&profile);
                }
                self.step(100, 0, &active, &point).await;
            }
            Fate::Fails(reason) => {
                self.step(120, reason, &active, &point).await;
                self.go_idle(0).await;
                self.world().objects.remove(&active);
            }
            Fate::Vanishes => {
                self.world().objects.remove(&point);
                self.world().objects.device_state(30, 53, None, None);
                self.world().objects.remove(&active);
            }
            Fate::Hangs => {}
        }
    }

    pub async fn go_idle(&self, reason: u32) {
        self.world().in_use = None;
        self.world().objects.device_state(30, reason, None, None);
        self.told(30, reason).await;
    }

    async fn step(&self, state: u32, reason: u32, active: &str, point: &str) {
        tokio::time::sleep(STEP).await;
        self.world().objects.device_state(state, reason, Some(active), Some(point));
        self.told(state, reason).await;
    }

    async fn told(&self, state: u32, reason: u32) {
        let core = self.clone();
        let late = self.world().late;
        let tell = async move {
            tokio::time::sleep(late).await;
            let body = (state, 0_u32, reason);
            core.connection.emit_signal(None::<&str>, DEVICE, INTERFACE, "StateChanged", &body).await.ok();
            core.changed(DEVICE, INTERFACE).await;
        };
        if late.is_zero() {
            tell.await;
        } else {
            tokio::spawn(tell);
        }
    }

    pub async fn changed(&self, at: &str, interface: &str) {
        let all = self.world().objects.get(at, interface).unwrap_or_default();
        let body = (interface, all, Vec::<String>::new());
        let properties = "org.freedesktop.DBus.Properties";
        self.connection.emit_signal(None::<&str>, at, properties, "PropertiesChanged", &body).await.ok();
    }
}
