//! The loop of `native`, compiled for 32-byte registers.

use super::native;

#[target_feature(enable = "avx2")]
pub fn halve(target: &mut [u8], above: &[u8], below: &[u8]) {
    native::halve(target, above, below);
}
