//! The state digest: what two logs must agree on to hold the same batches, whatever files they lie in.
//!
//! A SHA-256 chain over the batches in order. It begins with 32 zero bytes; each step is the SHA-256 of 56 bytes:
//!
//! ```text
//!  0  32  the value before
//! 32   8  base offset            (big-endian, like all of them)
//! 40   8  last offset            base offset + last offset delta
//! 48   4  size of the batch      in bytes, header included
//! 52   4  CRC of the batch       as in its header
//! ```
//!
//! The CRC stands for the batch's content. What it does not cover is covered here (base offset) or left out on purpose
//! (leader epoch, which a copy made for another cluster changes).

use crate::log::batch::Header;
use sha2::{Digest, Sha256};

/// A state digest that grows batch by batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct StateDigest([u8; 32]);

impl StateDigest {
    /// The digest of a log without batches: 32 zero bytes.
    pub fn new() -> StateDigest {
        StateDigest::default()
    }

    /// A digest that goes on from where another one stood.
    pub fn from_value(value: [u8; 32]) -> StateDigest {
        StateDigest(value)
    }

    /// The next batch.
    pub fn add(&mut self, header: &Header) {
        let mut step = [0; 56];
        step[..32].copy_from_slice(&self.0);
        step[32..40].copy_from_slice(&header.base_offset.to_be_bytes());
        step[40..48].copy_from_slice(&header.last_offset().to_be_bytes());
        step[48..52].copy_from_slice(&header.size.to_be_bytes());
        step[52..].copy_from_slice(&header.crc.to_be_bytes());
        self.0 = Sha256::digest(step).into();
    }

    /// The digest of the batches so far.
    pub fn value(&self) -> [u8; 32] {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::batch::{BatchInfo, encode};
    use crate::log::record::Record;

    /// The layout in the module's text, spelled out: old archives are checked with it for ever.
    #[test]
    fn each_step_hashes_the_value_before_with_offsets_size_and_crc() {
        let batch = |base_offset, value: &[u8]| {
            let records = [Record::new(5, None, Some(value)), Record::new(6, None, None)];
            Header::read(&encode(&BatchInfo { base_offset, ..BatchInfo::default() }, &records))
                .expect("sound")
        };
        let (first, second) = (batch(0, b"one"), batch(2, b"three"));
        let mut digest = StateDigest::new();
        assert_eq!(digest.value(), [0; 32]);
        digest.add(&first);
        let sizes = [&[0, 0, 0, 78][..], &first.crc.to_be_bytes()].concat();
        let step = [&[0; 32][..], &0i64.to_be_bytes(), &1i64.to_be_bytes(), &sizes].concat();
        let before: [u8; 32] = Sha256::digest(step).into();
        assert_eq!(digest.value(), before);
        digest.add(&second);
        let sizes = [&[0, 0, 0, 80][..], &second.crc.to_be_bytes()].concat();
        let step = [&before[..], &2i64.to_be_bytes(), &3i64.to_be_bytes(), &sizes].concat();
        assert_eq!(digest.value()[..], Sha256::digest(step)[..]);
    }
}
