//! The state hash: XXH3-64 over whatever implements [`Hash`], the same on 64-bit machines and in 32-bit WebAssembly.
//!
//! `derive(Hash)` writes lengths as `usize` and enum discriminants as `isize`; both are widened to 64 bits here, which
//! is all that differs between the two.

use std::hash::Hasher;
use xxhash_rust::xxh3::Xxh3;

/// A [`Hasher`] whose result does not depend on the width of a pointer.
#[derive(Clone, Default)]
pub struct StateHasher(Xxh3);

impl StateHasher {
    /// An empty hasher (seed 0).
    pub fn new() -> StateHasher {
        StateHasher(Xxh3::new())
    }
}

impl Hasher for StateHasher {
    fn finish(&self) -> u64 {
        self.0.digest()
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn write_usize(&mut self, i: usize) {
        self.write_u64(i as u64);
    }

    fn write_isize(&mut self, i: isize) {
        self.write_i64(i as i64);
    }
}

/// A state hash as people read it: 16 hexadecimal digits.
pub fn hex(hash: u64) -> String {
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hash::Hash;

    #[test]
    fn lengths_and_discriminants_are_64_bits_wide() {
        #[derive(Hash)]
        enum Shape {
            #[allow(dead_code)]
            Round,
            Square(u8),
        }
        let mut derived = StateHasher::new();
        (vec![1u8, 2], Shape::Square(3)).hash(&mut derived);
        let mut spelled = StateHasher::new();
        spelled.write(&[2, 0, 0, 0, 0, 0, 0, 0, 1, 2, 1, 0, 0, 0, 0, 0, 0, 0, 3]);
        assert_eq!(derived.finish(), spelled.finish());
        assert_eq!(hex(10), "000000000000000a");
    }
}
