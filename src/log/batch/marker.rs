//! Markers: the control records by which a transaction coordinator ends a transaction in a partition.
//!
//! ```text
//! key    int16 version = 0   int16 type: 0 ABORT, 1 COMMIT
//! value  int16 version = 0   int32 epoch of the coordinator
//! ```
//! A marker is alone in its batch, which is transactional, a control batch, and without sequence numbers.

use super::encode::{BatchInfo, Parts, Producer, encode_into};

/// Bytes of a marker's batch.
pub const MARKER_BYTES: u32 = 78;

/// How a transaction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Marker {
    /// Committed, or else aborted.
    pub commit: bool,
    /// The epoch of the coordinator that wrote it.
    pub coordinator_epoch: i32,
}

impl Marker {
    /// What a control record says; `None` when it is of another kind.
    pub fn parse(key: Option<&[u8]>, value: Option<&[u8]>) -> Option<Marker> {
        let commit = match key?.first_chunk::<4>()? {
            [_, _, 0, 0] => false,
            [_, _, 0, 1] => true,
            _ => return None,
        };
        let epoch = value?.get(2..6)?.first_chunk().copied()?;
        Some(Marker { commit, coordinator_epoch: i32::from_be_bytes(epoch) })
    }

    /// The control record's key.
    pub fn key(&self) -> [u8; 4] {
        [0, 0, 0, u8::from(self.commit)]
    }

    /// The control record's value.
    pub fn value(&self) -> [u8; 6] {
        let [a, b, c, d] = self.coordinator_epoch.to_be_bytes();
        [0, 0, a, b, c, d]
    }

    /// Appends its batch to `out`. Of `info` offset, leader epoch and the producer's id and epoch count.
    pub fn write(&self, out: &mut Vec<u8>, info: &BatchInfo, timestamp_ms: i64) {
        let producer = Producer { base_sequence: -1, ..info.producer };
        let info = BatchInfo { producer, transactional: true, control: true, ..*info };
        let (key, value) = (self.key(), self.value());
        let parts =
            Parts { offset_delta: 0, timestamp_ms, key: Some(&key), value: Some(&value), headers: &[] };
        encode_into(out, &info, std::iter::once(parts));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The marker that a real broker (4.3.1) wrote behind the first transaction of a producer.
    #[test]
    fn a_marker_is_kafkas_to_the_byte() {
        let producer = Producer { id: 1, epoch: 1, base_sequence: 7 };
        let info = BatchInfo { base_offset: 2, producer, ..BatchInfo::default() };
        let marker = Marker { commit: true, coordinator_epoch: 0 };
        let mut bytes = Vec::new();
        marker.write(&mut bytes, &info, 0x01a2_20bb_9602);
        let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
        let expected = "0000000000000002 00000042 00000000 02 1b52f6d6 0030 00000000 000001a220bb9602 000001a220bb9602 \
                        0000000000000001 0001 ffffffff 00000001 20000000080000 00010c00000000000000";
        assert_eq!((hex, bytes.len() as u32), (expected.replace(' ', ""), MARKER_BYTES));
        assert_eq!(Marker::parse(Some(&marker.key()), Some(&marker.value())), Some(marker));
        assert_eq!(Marker::parse(Some(&[0, 0, 0, 2]), Some(&marker.value())), None);
    }
}
