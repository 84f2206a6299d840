//! Confirming a change: what it needs to stay is done while there is still a way back, and only then that is given up.

use zbus::ObjectPath;

use crate::devices::bus::{is_forbidden, is_silence, is_unknown};

use super::change::Held;
use super::error::{Unavailable, WifiError};
use super::link::{Link, refused};
use super::protect::seconds;
use super::shared::Shared;
use super::status::Outcome;

/// Why a change is not confirmed.
enum Not {
    /// NetworkManager does not know the checkpoint any more.
    Gone,
    /// It can be tried again, until the change is taken back.
    Yet(WifiError),
}

pub async fn confirm(shared: &Shared, link: Result<Link, Unavailable>, held: Held) -> Result<(), WifiError> {
    let confirmed = match &link {
        Ok(link) if link.owner.as_str() == held.owner => stay(shared, link, &held).await,
        Ok(_) => Err(Not::Gone),
        Err(why) => Err(Not::Yet(why.clone().into())),
    };
    match confirmed {
        Ok(()) => {
            tracing::info!("the change of the network is confirmed");
            shared.over(&held.about, Outcome::Confirmed, None);
            Ok(())
        }
        Err(Not::Yet(error)) => {
            shared.change().not_confirmed();
            shared.asked.notify_one();
            Err(error)
        }
        Err(Not::Gone) => {
            shared.over(&held.about, Outcome::RolledBack, None);
            Err(WifiError::RolledBack)
        }
    }
}

async fn stay(shared: &Shared, link: &Link, held: &Held) -> Result<(), Not> {
    let yet = |error: zbus::Error| Not::Yet(refused(&error));
    let checkpoint = ObjectPath::try_from(held.checkpoint.as_str()).map_err(yet)?;
    let manager = link.manager().await.map_err(yet)?;
    // So that there is time for all of it, and that nothing is done for a change that was taken back already.
    let time = seconds(shared.settings.patience.confirming);
    match manager.checkpoint_adjust_rollback_timeout(&checkpoint, time).await {
        // before 1.12
        Err(error) if is_unknown(&error) => {}
        adjusted => adjusted.map_err(|error| judged(&error))?,
    }
    held.keep.settle(link).await.map_err(yet)?;
    manager.checkpoint_destroy(&checkpoint).await.map_err(|error| judged(&error))?;
    held.keep.tidy(link).await;
    Ok(())
}

fn judged(error: &zbus::Error) -> Not {
    if is_silence(error) || is_forbidden(error) { Not::Yet(refused(error)) } else { Not::Gone }
}
