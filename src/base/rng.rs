//! The seeded generator: xoshiro256++ with SplitMix64 seeding (Blackman and Vigna), forked by name so that one more
//! draw in one subsystem shifts nothing in another.

use super::hash::StateHasher;
use std::hash::{Hash, Hasher};

/// A stream of pseudo-random numbers. The same seed and name give the same stream everywhere.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rng {
    state: [u64; 4],
}

impl Rng {
    /// The stream of a seed.
    pub fn new(seed: u64) -> Rng {
        let mut x = seed;
        let state = std::array::from_fn(|_| {
            x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = x;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        });
        Rng { state }
    }

    /// A stream of its own for `name`, which takes nothing from this one.
    pub fn fork(&self, name: &str) -> Rng {
        let mut hasher = StateHasher::new();
        self.state.hash(&mut hasher);
        name.hash(&mut hasher);
        Rng::new(hasher.finish())
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        let s = &mut self.state;
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// A number in `0..bound`, even to within 2⁻⁶⁴ × `bound`. A bound of 0 is answered with 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next_u64()) * u128::from(bound)) >> 64) as u64
    }

    /// 16 bytes that look like a random UUID (version 4).
    pub fn uuid(&mut self) -> [u8; 16] {
        let bits = (u128::from(self.next_u64()) << 64) | u128::from(self.next_u64());
        let mut bytes = bits.to_be_bytes();
        bytes[6] = (bytes[6] & 0x0f) | 0x40;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fork_depends_on_its_name_and_takes_nothing_from_its_parent() {
        let parent = Rng::new(7);
        let mut again = parent.clone();
        let (mut a, mut b) = (parent.fork("network"), parent.fork("producer web"));
        assert_ne!(a.next_u64(), b.next_u64());
        assert_eq!(parent.fork("network"), Rng::new(7).fork("network"));
        assert_eq!(Rng::new(7).next_u64(), again.next_u64());
    }

    #[test]
    fn below_stays_below_and_reaches_every_value() {
        let mut rng = Rng::new(1);
        let mut seen = [0u32; 6];
        for _ in 0..6000 {
            seen[rng.below(6) as usize] += 1;
        }
        assert!(seen.iter().all(|&n| (850..1150).contains(&n)), "{seen:?}");
    }
}
