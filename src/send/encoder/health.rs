//! How the encoders are: the main one speaks for itself, the others with one voice.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::base::status::{Condition, Health};
use crate::base::vitals::Vitals;
use crate::show::ids::RenditionId;

/// What is wrong with renditions other than `main`, by name.
#[derive(Clone, Default)]
pub struct Troubles(Arc<Mutex<BTreeMap<RenditionId, Condition>>>);

impl Troubles {
    pub fn report(&self, vitals: &Vitals, rendition: &RenditionId, condition: Condition) {
        if rendition.is_main() {
            return vitals.status.report("encoder", condition);
        }
        let all = {
            let mut troubles = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            match condition.state {
                Health::Ok => drop(troubles.remove(rendition)),
                Health::Degraded | Health::Down => drop(troubles.insert(rendition.clone(), condition)),
            }
            together(&troubles)
        };
        vitals.status.report("renditions", all);
    }
}

/// A rendition that is down leaves the stream on air, so all of it is never more than degraded.
fn together(troubles: &BTreeMap<RenditionId, Condition>) -> Condition {
    if troubles.is_empty() {
        return Condition::ok();
    }
    let told = troubles.iter().map(|(id, condition)| format!("{id}: {}", condition.reason.as_deref().unwrap_or("down")));
    Condition::degraded(told.collect::<Vec<_>>().join("; "))
}
