//! Checkpoints: what was before, and the timer that brings it back.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use tokio::task::AbortHandle;
use zbus::{Message, OwnedObjectPath};

use super::{Answer, Core, DEVICE, Kept, NAME, ROOT, Refusal, path, unknown};

pub struct Checkpoint {
    pub path: String,
    /// Names of the profiles that there were; others are new.
    profiles: BTreeSet<String>,
    /// The profile in use is the only one that is kept as it was.
    in_use: Option<(String, Kept)>,
    timer: AbortHandle,
}

impl Drop for Checkpoint {
    fn drop(&mut self) {
        self.timer.abort();
    }
}

fn refused(_: zbus::Error) -> Refusal {
    unknown("signature")
}

impl Core {
    pub async fn checkpoint(&self, member: &str, message: &Message) -> Result<Answer, Refusal> {
        let body = message.body();
        match member {
            "CheckpointCreate" => {
                let (devices, seconds, flags): (Vec<OwnedObjectPath>, u32, u32) = body.deserialize().map_err(refused)?;
                assert_eq!((devices, flags), (vec![path(DEVICE)], 2));
                Ok(Answer::Path(self.create(seconds).await))
            }
            "CheckpointDestroy" => {
                let at: OwnedObjectPath = body.deserialize().map_err(refused)?;
                self.take(at.as_str()).await.map(|_| Answer::Nothing)
            }
            "CheckpointRollback" => {
                let at: OwnedObjectPath = body.deserialize().map_err(refused)?;
                self.roll_back(at.as_str()).await.map(Answer::Results)
            }
            _ => {
                let (at, seconds): (OwnedObjectPath, u32) = body.deserialize().map_err(refused)?;
                self.adjust(at.as_str(), seconds).map(|()| Answer::Nothing)
            }
        }
    }

    async fn create(&self, seconds: u32) -> OwnedObjectPath {
        let at = {
            let mut world = self.world();
            let at = world.fresh("Checkpoint");
            let timer = self.timer(&at, world.second * seconds);
            let profiles = world.profiles.keys().cloned().collect();
            let in_use = world.in_use.clone().and_then(|name| Some((name.clone(), world.profiles.get(&name)?.clone())));
            world.checkpoints.push(Checkpoint { path: at.clone(), profiles, in_use, timer });
            at
        };
        self.tell_checkpoints().await;
        path(&at)
    }

    fn timer(&self, at: &str, after: Duration) -> AbortHandle {
        let (core, at) = (self.clone(), at.to_owned());
        let timer = tokio::spawn(async move {
            tokio::time::sleep(after).await;
            // On its own: taking the checkpoint ends this timer.
            tokio::spawn(async move { core.roll_back(&at).await.ok() });
        });
        timer.abort_handle()
    }

    fn adjust(&self, at: &str, seconds: u32) -> Result<(), Refusal> {
        let mut world = self.world();
        let timer = self.timer(at, world.second * seconds);
        let mut all = world.checkpoints.iter_mut();
        let checkpoint = all.find(|checkpoint| checkpoint.path == at).ok_or_else(|| unknown(at))?;
        std::mem::replace(&mut checkpoint.timer, timer).abort();
        Ok(())
    }

    async fn take(&self, at: &str) -> Result<Checkpoint, Refusal> {
        let taken = {
            let mut world = self.world();
            let place = world.checkpoints.iter().position(|checkpoint| checkpoint.path == at);
            let not_there =
                || ("org.freedesktop.NetworkManager.InvalidArguments", format!("checkpoint {at} does not exist"));
            world.checkpoints.remove(place.ok_or_else(not_there)?)
        };
        self.tell_checkpoints().await;
        Ok(taken)
    }

    pub async fn roll_back(&self, at: &str) -> Result<HashMap<String, u32>, Refusal> {
        let checkpoint = self.take(at).await?;
        {
            let mut world = self.world();
            world.profiles.retain(|name, _| checkpoint.profiles.contains(name));
            match &checkpoint.in_use {
                Some((profile, before)) => {
                    world.profiles.insert(profile.clone(), before.clone());
                    world.use_now(profile);
                }
                None => {
                    world.in_use = None;
                    world.objects.device_state(30, 0, None, None);
                }
            }
        }
        self.changed(DEVICE, "org.freedesktop.NetworkManager.Device").await;
        Ok(HashMap::from([(DEVICE.to_owned(), 0)]))
    }

    async fn tell_checkpoints(&self) {
        {
            let mut world = self.world();
            let paths: Vec<_> = world.checkpoints.iter().map(|checkpoint| checkpoint.path.clone()).collect();
            world.objects.set_checkpoints(&paths);
        }
        self.changed(ROOT, NAME).await;
    }
}
