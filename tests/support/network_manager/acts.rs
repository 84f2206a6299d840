//! What the pretended NetworkManager does when it is asked for something.

use std::time::Duration;

use zbus::{Message, Variant};

use super::{Answer, Core, DEVICE, NAME, ROOT, Refusal, path, unknown};

impl Core {
    pub async fn act(&self, member: &str, at: &str, message: &Message) -> Result<Answer, Refusal> {
        match member {
            "GetAll" => self.get_all(at, message),
            "Set" => self.set(message),
            "GetDevices" => Ok(Answer::Paths(self.world().objects.devices())),
            "GetAllAccessPoints" => Ok(Answer::Paths(self.world().objects.points())),
            "RequestScan" => self.scan(),
            "ListConnections" => Ok(Answer::Paths(self.world().profiles.keys().map(|key| path(key)).collect())),
            "GetSettings" => self.settings(at),
            "Delete" => self.delete(at),
            "Save" => self.save(at),
            "AddAndActivateConnection" => self.add(message),
            "AddAndActivateConnection2" => self.add_for(message),
            "ActivateConnection" => self.activate(message),
            "Disconnect" | "DeactivateConnection" => self.leave(),
            _ if member.starts_with("Checkpoint") => self.checkpoint(member, message).await,
            _ => Err(unknown(member)),
        }
    }

    fn leave(&self) -> Result<Answer, Refusal> {
        if self.world().objects.is_idle() {
            return Err(("org.freedesktop.NetworkManager.Device.NotActive", "This device is not active".to_owned()));
        }
        let core = self.clone();
        tokio::spawn(async move { core.go_idle(39).await });
        Ok(Answer::Nothing)
    }

    fn get_all(&self, at: &str, message: &Message) -> Result<Answer, Refusal> {
        let body = message.body();
        let interface: &str = body.deserialize().map_err(|_| unknown("interface"))?;
        let world = self.world();
        let all = world.objects.get(at, interface).or_else(|| world.told_of_profile(at, interface));
        let all = all.ok_or_else(|| unknown(at))?;
        Ok(Answer::Properties(all))
    }

    fn set(&self, message: &Message) -> Result<Answer, Refusal> {
        let body = message.body();
        let (_, name, value): (&str, &str, Variant<'_>) = body.deserialize().map_err(|_| unknown("property"))?;
        self.world().objects.set(ROOT, NAME, name, value);
        let core = self.clone();
        tokio::spawn(async move { core.changed(ROOT, NAME).await });
        Ok(Answer::Nothing)
    }

    fn scan(&self) -> Result<Answer, Refusal> {
        let core = self.clone();
        tokio::spawn(async move {
            while core.world().is_looking {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            core.world().objects.scanned();
            core.changed(DEVICE, "org.freedesktop.NetworkManager.Device.Wireless").await;
        });
        Ok(Answer::Nothing)
    }
}
