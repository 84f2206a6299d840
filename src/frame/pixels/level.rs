//! Which instructions this machine has, found out once.

/// What the kernels are compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// What every machine of this architecture has.
    Native,
    #[cfg(target_arch = "x86_64")]
    Avx2,
}

impl Level {
    /// The best one here. The detection behind it is cached by the standard library.
    #[inline]
    pub fn best() -> Level {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            return Level::Avx2;
        }
        Level::Native
    }

    /// Every one that can run here.
    pub fn available() -> impl Iterator<Item = Level> {
        let best = Level::best();
        std::iter::once(Level::Native).chain((best != Level::Native).then_some(best))
    }
}
