//! Follows by way of Redis: the leader writes every change there, and how it is once a second.

use super::{Node, pause};
use crate::state::following::{Deliveries, Delivery};
use crate::state::store::redis::Target;
use crate::state::store::redis::reader::{Begun, Reader};

/// A leader that has not written how it is for so long is gone.
const SILENT_MS: i64 = 5_000;

pub async fn read(node: Node, target: Target, deliveries: Deliveries) {
    let mut tries = 0;
    loop {
        let mut was_well = false;
        let why = tokio::select! {
            () = node.closed() => return,
            why = read_on(&node, &target, &deliveries, &mut was_well) => why,
        };
        node.is_cut_off(&why);
        tries = if was_well { 1 } else { tries + 1 };
        tokio::select! {
            () = node.closed() => return,
            () = tokio::time::sleep(pause(tries)) => {}
        }
    }
}

async fn read_on(node: &Node, target: &Target, deliveries: &Deliveries, was_well: &mut bool) -> String {
    match try_to_read_on(node, target, deliveries, was_well).await {
        Ok(never) => match never {},
        Err(why) => why,
    }
}

async fn try_to_read_on(
    node: &Node,
    target: &Target,
    deliveries: &Deliveries,
    was_well: &mut bool,
) -> Result<std::convert::Infallible, String> {
    let own = node.state.snapshot();
    let mut reader = match target.read_from(own.epoch, own.seq).await.map_err(|error| error.to_string())? {
        Begun::On(reader) => reader,
        Begun::Anew(reader, snapshot) => {
            tracing::info!(seq = snapshot.seq.0, "the whole show comes from Redis");
            deliver(deliveries, Delivery::Snapshot(snapshot)).await?;
            reader
        }
    };
    loop {
        let changes = reader.next().await.map_err(|error| error.to_string())?;
        if changes.is_empty() {
            is_alive(&mut reader).await?;
        } else {
            deliver(deliveries, Delivery::Changes(changes)).await?;
        }
        *was_well = true;
        node.stands_at(node.state.snapshot().seq.0);
    }
}

async fn is_alive(reader: &mut Reader<'_>) -> Result<(), String> {
    match reader.silent_for().await.map_err(|error| error.to_string())? {
        Some(silent) if silent < SILENT_MS => Ok(()),
        _ => Err("the leader writes nothing any more".to_owned()),
    }
}

async fn deliver(deliveries: &Deliveries, delivery: Delivery) -> Result<(), String> {
    match deliveries.deliver(delivery).await {
        Some(taken) => taken.map_err(|error| format!("what it says can not be kept here: {error}")),
        None => Err("the server is going down".to_owned()),
    }
}
