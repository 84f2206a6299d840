//! Begins with the show that Redis holds, where there is nothing else to begin with.

use std::sync::Arc;

use super::{Target, Trouble};
use crate::show::Show;
use crate::show::destination::Target as Way;
use crate::state::format::{SnapshotRecord, VERSION};
use crate::state::{Epoch, Snapshot};

impl Target {
    /// The snapshot in Redis; None if there is none. Destinations whose key was left out are switched off, because without it they
    /// would knock at a wrong door.
    pub async fn held(&self) -> Result<Option<Snapshot>, Trouble> {
        let mut connection = self.connect().await?;
        let text: Option<String> = redis::cmd("GET")
            .arg(&self.keys.snapshot)
            .query_async(&mut connection)
            .await
            .map_err(|error| self.trouble(&error))?;
        text.map(|text| read(&text)).transpose()
    }
}

fn read(text: &str) -> Result<Snapshot, Trouble> {
    let unreadable = |why: String| Trouble(format!("the snapshot in it can not be read: {why}"));
    let record: SnapshotRecord = serde_json::from_str(text).map_err(|error| unreadable(error.to_string()))?;
    let SnapshotRecord { v, seq, at, rooms, show } = record;
    if v > VERSION {
        return Err(unreadable(format!("it was written by a newer marquee (format {v}, this one knows {VERSION})")));
    }
    let mut show = Show::clone(&show);
    for destination in Arc::make_mut(&mut show.destinations).values_mut() {
        if matches!(&destination.target, Way::Rtmp { key, .. } if key.is_empty()) {
            Arc::make_mut(destination).enabled = false;
        }
    }
    // Other changes than the ones that Redis saw may follow: these are other numbers.
    Ok(Snapshot { epoch: Epoch::new(), seq, rooms, at, show: Arc::new(show) })
}
