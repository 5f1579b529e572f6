//! The numbers of producers in a segment: a broker takes a producer's batches one after the other, and no older epoch.

use crate::base::Map;
use crate::log::batch::{Header, Marker};

/// What a segment told of its producers so far.
#[derive(Default)]
pub struct Sequences {
    known: Map<i64, Known>,
    /// Whether a producer is one of transactions, and the newest coordinator's epoch of its markers.
    transactions: Map<i64, (bool, i32)>,
    /// The offset that comes next when none is missing.
    next_offset: Option<i64>,
    /// How often offsets were missing: what compaction took may have been anybody's.
    holes: u32,
}

struct Known {
    epoch: i16,
    /// The sequence number that comes next, where that is known.
    next: Option<i32>,
    /// The holes so far when that was said.
    holes: u32,
}

impl Sequences {
    /// Takes the next batch. What is wrong with its producer's numbers, if anything is.
    pub fn take(&mut self, header: &Header) -> Option<String> {
        let follows = self.next_offset.is_none_or(|next| next == header.base_offset);
        self.holes += u32::from(!follows || !header.is_contiguous());
        self.next_offset = Some(header.last_offset() + 1);
        let (id, epoch, sequence) = (header.producer_id, header.producer_epoch, header.base_sequence);
        if id < 0 {
            // Some clients write 0 for what is not there.
            let none = (-1..=0).contains(&epoch) && (-1..=0).contains(&sequence);
            return (!none).then(|| format!("epoch {epoch} and sequence {sequence} are of no producer"));
        }
        let holes = self.holes;
        let known = self.known.or_insert_with(id, || Known { epoch, next: None, holes });
        if epoch < known.epoch {
            return Some(format!("producer {id} has epoch {epoch} after {}", known.epoch));
        }
        if epoch > known.epoch {
            *known = Known { epoch, next: Some(0), holes };
        }
        if header.attributes.is_control() {
            return None;
        }
        let expected = known.next.filter(|_| holes == known.holes).unwrap_or(sequence);
        let next = header.last_sequence().checked_add(1).unwrap_or(0);
        *known = Known { epoch, next: Some(next), holes };
        // Clients before 2.5 began again at 0 once the broker had forgotten them, and coordinators always say 0.
        let wrong = sequence < 0 || sequence != expected && sequence != 0;
        wrong.then(|| format!("producer {id} has sequence {sequence}, where {expected} comes next"))
    }
}

impl Sequences {
    /// Takes the next batch once more, with the marker that is in it. What is wrong with its transaction, if anything is:
    /// a producer has a transactional id or has none, and a marker of an older coordinator is refused.
    pub fn transaction(&mut self, header: &Header, marker: Option<Marker>) -> Option<String> {
        let id = header.producer_id;
        if id < 0 {
            return None;
        }
        let is = header.attributes.is_transactional();
        let epoch = marker.map_or(-1, |marker| marker.coordinator_epoch);
        let known = self.transactions.or_insert_with(id, || (is, epoch));
        if known.0 != is {
            let (now, before) = if is { ("a transaction", "none") } else { ("no transaction", "one") };
            return Some(format!("producer {id} writes in {now}, after it wrote in {before}"));
        }
        let newest = known.1;
        known.1 = newest.max(epoch);
        (marker.is_some() && epoch < newest)
            .then(|| format!("the marker of producer {id} has coordinator epoch {epoch} after {newest}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::Record;
    use crate::log::batch::{BatchInfo, Producer, encode};

    /// Offset, producer, epoch, sequence and records of a batch.
    type Batch = (i64, i64, i16, i32, usize);

    fn told(batches: &[Batch]) -> Vec<String> {
        let mut sequences = Sequences::default();
        let batches = batches.iter().filter_map(|&(base_offset, id, epoch, base_sequence, records)| {
            let producer = Producer { id, epoch, base_sequence };
            let info = BatchInfo { base_offset, producer, ..BatchInfo::default() };
            let bytes = encode(&info, &vec![Record::new(1, None, None); records]);
            sequences.take(&Header::read(&bytes).expect("sound"))
        });
        batches.collect()
    }

    #[test]
    fn a_producer_counts_on_from_batch_to_batch() {
        let cases: [(&str, &[Batch], &[&str]); 9] = [
            ("nobody's", &[(0, -1, -1, -1, 1), (1, -1, -1, 0, 2)], &[]),
            (
                "nobody's with a number",
                &[(0, -1, -1, 70, 1)],
                &["epoch -1 and sequence 70 are of no producer"],
            ),
            ("one after the other", &[(0, 5, 0, 9, 2), (2, 6, 0, 0, 1), (3, 5, 0, 11, 1)], &[]),
            ("past the largest", &[(0, 5, 0, i32::MAX, 2), (2, 5, 0, 1, 1)], &[]),
            (
                "a jump",
                &[(0, 5, 0, 9, 2), (2, 5, 0, 12, 1)],
                &["producer 5 has sequence 12, where 11 comes next"],
            ),
            ("a hole that may have been its", &[(0, 5, 0, 9, 2), (4, 5, 0, 12, 1)], &[]),
            ("a new epoch begins at 0", &[(0, 5, 0, 9, 2), (2, 5, 1, 0, 1), (3, 5, 1, 1, 1)], &[]),
            (
                "a new epoch that does not",
                &[(0, 5, 0, 9, 2), (2, 5, 1, 11, 1)],
                &["producer 5 has sequence 11, where 0 comes next"],
            ),
            ("an old epoch", &[(0, 5, 3, 9, 2), (2, 5, 2, 11, 1)], &["producer 5 has epoch 2 after 3"]),
        ];
        for (name, batches, expected) in cases {
            assert_eq!(told(batches), expected, "{name}");
        }
    }
}
