//! A thread that fails takes what it makes with it; health must say so.

use std::sync::Arc;

use crate::base::status::Condition;
use crate::base::vitals::Vitals;

/// Held by a thread for as long as it runs.
pub struct Alarm {
    vitals: Arc<Vitals>,
    component: &'static str,
    condition: Condition,
}

impl Alarm {
    /// The condition is what its failing means to the whole.
    pub fn new(vitals: &Arc<Vitals>, component: &'static str, condition: Condition) -> Self {
        Self { vitals: vitals.clone(), component, condition }
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.vitals.status.report(self.component, self.condition.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_fails_is_told_and_one_that_ends_is_not() {
        let vitals = Arc::new(Vitals::default());
        let failed = || Condition::degraded("it has failed");
        let (good, bad) = (Alarm::new(&vitals, "good", failed()), Alarm::new(&vitals, "bad", failed()));
        std::thread::spawn(move || drop(good)).join().unwrap();
        let ended = std::thread::spawn(move || {
            let _bad = bad;
            panic!("as it should");
        });
        assert!(ended.join().is_err());
        let told = vitals.status.conditions();
        assert!(!told.contains_key("good"));
        assert_eq!(told.get("bad"), Some(&failed()));
    }
}
