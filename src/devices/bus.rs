//! Opening the system's message bus.

use std::time::Duration;

use zbus::Connection;
use zbus::connection::Builder;

use super::Bus;

/// Whoever has not answered by then hangs. Giving back what was before a change of the network takes some seconds.
const PATIENCE: Duration = Duration::from_secs(20);

/// A second that a bus on the same machine does not need.
const PATIENCE_WITH_OPENING: Duration = Duration::from_secs(5);

impl Bus {
    pub async fn open(&self) -> zbus::Result<Connection> {
        let builder = match self {
            Bus::System => Builder::system(),
            Bus::At(address) => Builder::address(address.as_str()),
        };
        let opening = builder.method_timeout(PATIENCE).build();
        let late = |_| zbus::Error::Failure("the bus does not answer".to_owned());
        tokio::time::timeout(PATIENCE_WITH_OPENING, opening).await.map_err(late)?
    }
}

/// Whether it was said that there is no such method, object, interface or property: what is asked is older than it, or gone.
pub fn is_unknown(error: &zbus::Error) -> bool {
    let zbus::Error::FDO(error) = error else { return false };
    matches!(
        **error,
        zbus::fdo::Error::UnknownMethod(_)
            | zbus::fdo::Error::UnknownInterface(_)
            | zbus::fdo::Error::UnknownObject(_)
            | zbus::fdo::Error::UnknownProperty(_)
            | zbus::fdo::Error::NotSupported(_)
    )
}

/// Whether the system's rules (polkit's, or the bus's own) are against it.
pub fn is_forbidden(error: &zbus::Error) -> bool {
    match error {
        zbus::Error::FDO(error) => {
            matches!(**error, zbus::fdo::Error::AccessDenied(_) | zbus::fdo::Error::InteractiveAuthorizationRequired(_))
        }
        zbus::Error::MethodError(name, ..) => name.as_str().ends_with(".PermissionDenied"),
        _ => false,
    }
}

/// Whether nobody answered at all, so that nothing is known.
pub fn is_silence(error: &zbus::Error) -> bool {
    match error {
        zbus::Error::FDO(error) => matches!(
            **error,
            zbus::fdo::Error::ServiceUnknown(_)
                | zbus::fdo::Error::NameHasNoOwner(_)
                | zbus::fdo::Error::NoReply(_)
                | zbus::fdo::Error::Disconnected(_)
                | zbus::fdo::Error::TimedOut(_)
                | zbus::fdo::Error::Timeout(_)
        ),
        zbus::Error::InputOutput(_) => true,
        _ => false,
    }
}

/// What was said, in one line.
pub fn told(error: &zbus::Error) -> String {
    let text = match error {
        zbus::Error::MethodError(name, None, _) => name.as_str().to_owned(),
        zbus::Error::MethodError(_, Some(text), _) => text.clone(),
        zbus::Error::FDO(error) => error.to_string(),
        error => error.to_string(),
    };
    crate::base::quote::quoted(&text)
}
