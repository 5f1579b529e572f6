//! Which partition a record goes to, as Kafka's Java producer decides.
//!
//! A record with a key goes by its hash ([`keyed`]); one without goes to the partition that the producer sticks to
//! ([`Sticky`], KIP-794).

use crate::base::Rng;

/// Kafka's `batch.size`: after so many bytes a sticky producer draws another partition, and a batch is closed.
pub const BATCH_SIZE: u32 = 16_384;

/// The partition of a record with this key, of `partitions` (at least 1). An empty key is a key.
/// Source: `BuiltInPartitioner.partitionForKey`.
pub fn keyed(key: &[u8], partitions: i32) -> i32 {
    ((murmur2(key) & 0x7fff_ffff) % partitions as u32) as i32
}

/// `org.apache.kafka.common.utils.Utils.murmur2`, as the bits of Java's `int`.
pub fn murmur2(data: &[u8]) -> u32 {
    const M: u32 = 0x5bd1_e995;
    let mut h = 0x9747_b28c ^ data.len() as u32;
    let (words, tail) = data.as_chunks::<4>();
    for word in words {
        let mut k = u32::from_le_bytes(*word).wrapping_mul(M);
        k ^= k >> 24;
        h = h.wrapping_mul(M) ^ k.wrapping_mul(M);
    }
    if !tail.is_empty() {
        for (i, &byte) in tail.iter().enumerate() {
            h ^= u32::from(byte) << (8 * i);
        }
        h = h.wrapping_mul(M);
    }
    h = (h ^ (h >> 13)).wrapping_mul(M);
    h ^ (h >> 15)
}

/// Kafka's `BuiltInPartitioner` for records without a key, of one producer and topic.
///
/// It keeps to a partition until at least [`BATCH_SIZE`] bytes went there and the batch is closed, then draws one at
/// random among all, the same one included. Queues are taken as equally long (all batches are sent at once), so the
/// draw is uniform.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Sticky {
    current: Option<i32>,
    produced: u32,
}

impl Sticky {
    /// The partition, of `partitions` (at least 1), of the next batch, which has `batch_bytes` bytes.
    pub fn next(&mut self, partitions: i32, batch_bytes: u32, rng: &mut Rng) -> i32 {
        let kept = self.current.filter(|&p| p < partitions && self.produced < BATCH_SIZE);
        let partition = kept.unwrap_or_else(|| {
            self.produced = 0;
            rng.below(partitions as u64) as i32
        });
        self.current = Some(partition);
        self.produced = self.produced.saturating_add(batch_bytes);
        partition
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn murmur2_is_kafkas() {
        let cases: [(&str, i32); 9] = [
            ("", 275_646_681),
            ("abc", 479_470_107),
            ("21", -973_932_308),
            ("foobar", -790_332_482),
            ("a-little-bit-long-string", -985_981_536),
            ("a-little-bit-longer-string", -1_486_304_829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
            ("key1", 28_543_940),
            ("user-42", 1_459_644_460),
        ];
        for (key, hash) in cases {
            assert_eq!(murmur2(key.as_bytes()) as i32, hash, "{key}");
        }
    }

    /// A real producer put 600 records with keys k0 to k49 into six partitions so.
    #[test]
    fn keyed_records_go_where_a_real_producer_sent_them() {
        let mut ends = [0; 6];
        for i in 0..600 {
            ends[keyed(format!("k{}", i % 50).as_bytes(), 6) as usize] += 1;
        }
        assert_eq!(ends, [96, 108, 120, 60, 132, 84]);
    }

    #[test]
    fn a_sticky_producer_changes_after_a_batch_size_and_reaches_every_partition() {
        let (mut sticky, mut rng) = (Sticky::default(), Rng::new(7));
        let chosen: Vec<i32> = (0..6000).map(|_| sticky.next(6, 1000, &mut rng)).collect();
        let mut seen = [0; 6];
        for run in chosen.chunks(17) {
            assert!(
                run.iter().all(|p| *p == run[0]),
                "17 batches of 1000 bytes are the first to reach 16384"
            );
            seen[run[0] as usize] += 1;
        }
        assert!(seen.iter().all(|&n| n > 30), "{seen:?}");
    }

    #[test]
    fn a_partition_that_is_no_more_is_left() {
        let (mut sticky, mut rng) = (Sticky { current: Some(5), produced: 0 }, Rng::new(1));
        assert!(sticky.next(2, 100, &mut rng) < 2);
    }
}
