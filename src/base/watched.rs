//! Threads that the whole depends on: one that fails takes what it makes with it, and health must say so.

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;

use super::status::Condition;
use super::tasks::spawn_thread;
use super::vitals::Vitals;

/// Who is told, and what it means to the whole when the thread fails.
pub struct Failing {
    vitals: Arc<Vitals>,
    component: &'static str,
    condition: Condition,
}

impl Failing {
    pub fn of(component: &'static str, vitals: &Arc<Vitals>, condition: Condition) -> Self {
        Self { vitals: vitals.clone(), component, condition }
    }
}

impl Drop for Failing {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.vitals.status.report(self.component, self.condition.clone());
        }
    }
}

/// A named thread whose failing is told.
pub fn spawn_watched<T: Send + 'static>(
    name: &str,
    failing: Failing,
    body: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    spawn_thread(name, move || {
        let _failing = failing;
        body()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_fails_is_told_and_one_that_ends_is_not() {
        let vitals = Arc::new(Vitals::default());
        let failing = |component| Failing::of(component, &vitals, Condition::degraded("it has failed"));
        let good = spawn_watched("good", failing("good"), || ()).unwrap();
        let bad = spawn_watched("bad", failing("bad"), || panic!("as it should")).unwrap();
        assert!(good.join().is_ok() && bad.join().is_err());
        let told = vitals.status.conditions();
        assert!(!told.contains_key("good"));
        assert_eq!(told.get("bad"), Some(&Condition::degraded("it has failed")));
    }
}
