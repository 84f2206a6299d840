//! A passphrase arrives where it is meant to, and nowhere else.

use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};

use super::*;

/// Everything that is logged by anyone in this process, at every level.
#[derive(Clone, Default)]
struct Logged(Arc<Mutex<Vec<u8>>>);

impl Write for Logged {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn logged() -> Logged {
    static LOGGED: OnceLock<Logged> = OnceLock::new();
    let start = || {
        let logged = Logged::default();
        let writer = logged.clone();
        let all = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone());
        all.try_init().ok();
        logged
    };
    LOGGED.get_or_init(start).clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_passphrase_arrives_and_is_nowhere_else() {
    let logged = logged();
    let bus = PrivateBus::start();
    let manager = NetworkManager::start_with(&bus, |world| {
        world.fates.insert(b"secret stage".to_vec(), Fate::Joins(Some("zebra zebra zebra")));
        world.network(b"secret stage", 50, WPA2, Fate::Joins(Some("zebra zebra zebra")));
    })
    .await;
    let wifi = wifi(&bus);
    let mut seen = String::new();
    for passphrase in ["zebra zebra wrong", "zebra zebra zebra"] {
        let asked = request(&format!(r#"{{"ssid":"secret stage","passphrase":"{passphrase}"}}"#));
        seen += &format!("{asked:?}");
        let result = wifi.join(asked).await;
        seen += &format!("{result:?} {:?}", result.as_ref().map_err(ToString::to_string));
        seen += &serde_json::to_string(&wifi.status().await).unwrap();
        if let Ok(Changed { confirm: Some((token, _)), .. }) = result {
            wifi.confirm(token.reveal()).await.unwrap();
            assert!(!seen.contains(token.reveal()));
        }
    }
    seen += &serde_json::to_string(&wifi.networks().await.unwrap()).unwrap();
    let arrived: Vec<_> = manager.world().secrets.clone();
    let add = "AddAndActivateConnection2".to_owned();
    assert_eq!(arrived, [(add.clone(), "zebra zebra wrong".to_owned()), (add, "zebra zebra zebra".to_owned())]);
    assert_eq!(manager.world().called("GetSecrets"), 0);
    seen += &String::from_utf8_lossy(&logged.0.lock().unwrap());
    assert!(seen.contains("secret stage"), "it was logged that the network is joined");
    assert!(!seen.contains("zebra"), "{seen}");
}
