//! The system's own service for restarting it and switching it off.

use crate::devices::Bus;
use crate::devices::bus::{is_forbidden, told};

use super::power::{PowerAction, PowerError};

#[zbus::proxy(
    interface = "org.freedesktop.login1.Manager",
    default_service = "org.freedesktop.login1",
    default_path = "/org/freedesktop/login1"
)]
trait Login {
    fn can_reboot(&self) -> zbus::Result<String>;
    fn can_power_off(&self) -> zbus::Result<String>;
    fn reboot(&self, interactive: bool) -> zbus::Result<()>;
    fn power_off(&self, interactive: bool) -> zbus::Result<()>;
}

fn refused(error: zbus::Error) -> PowerError {
    if is_forbidden(&error) { PowerError::NotPermitted } else { PowerError::Unavailable(told(&error)) }
}

async fn login(bus: &Bus) -> Result<LoginProxy<'static>, PowerError> {
    let connection = bus.open().await.map_err(refused)?;
    LoginProxy::new(&connection).await.map_err(refused)
}

/// Whether it would be done without anyone at the machine being asked.
pub async fn may(bus: &Bus, action: PowerAction) -> Result<(), PowerError> {
    let login = login(bus).await?;
    let answer = match action {
        PowerAction::Reboot => login.can_reboot().await,
        PowerAction::PowerOff => login.can_power_off().await,
    };
    match answer.map_err(refused)?.as_str() {
        "yes" => Ok(()),
        "na" => Err(PowerError::Unavailable("this machine can not do that".to_owned())),
        _ => Err(PowerError::NotPermitted),
    }
}

pub async fn act(bus: &Bus, action: PowerAction) -> Result<(), PowerError> {
    let login = login(bus).await?;
    let done = match action {
        PowerAction::Reboot => login.reboot(false).await,
        PowerAction::PowerOff => login.power_off(false).await,
    };
    done.map_err(refused)
}
