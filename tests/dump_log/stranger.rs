//! Random logs between us and the crate `kafka-protocol`, which has its own reader and writer of batches and the usual
//! libraries of the codecs: each reads what the other wrote.

use crate::random::{self, record};
use bytes::{Bytes, BytesMut};
use kafka_protocol::protocol::StrBytes;
use kafka_protocol::records as theirs;
use kafka_protocol::records::{RecordBatchDecoder, RecordBatchEncoder, RecordEncodeOptions};
use rejoin::base::Rng;
use rejoin::log::batch::{self, BatchInfo, Compression, Producer, TimestampType};
use rejoin::log::segment::{self, SegmentBatch};
use rejoin::log::{Header, Record};

/// Batches of one to twelve records, of producers with and without numbers, and what is in them.
fn log(random: &mut Rng) -> Vec<(BatchInfo, Vec<Record>)> {
    let (mut base_offset, mut batches) = (random.below(1 << 40) as i64, Vec::new());
    for _ in 0..1 + random.below(8) {
        let records: Vec<Record> = (0..1 + random.below(12)).map(|_| told_apart(record(random))).collect();
        let numbered = random.below(2) == 0;
        let producer = Producer {
            id: random.below(1 << 50) as i64,
            epoch: random.below(1 << 15) as i16,
            base_sequence: random.below(1 << 30) as i32,
        };
        let info = BatchInfo {
            base_offset,
            leader_epoch: random.below(1 << 31) as i32,
            producer: if numbered { producer } else { Producer::NONE },
            transactional: numbered && random.below(2) == 0,
            ..BatchInfo::default()
        };
        // Compaction leaves gaps between batches.
        base_offset += records.len() as i64 + random.below(3) as i64;
        batches.push((info, records));
    }
    batches
}

/// That crate keeps headers by their names, which are texts: each has one of its own.
fn told_apart(record: Record) -> Record {
    let named = record.headers.iter().enumerate().map(|(i, header)| Header {
        key: format!("{i}ä{}", header.key.len()).into_bytes().into(),
        value: header.value.clone(),
    });
    Record { headers: named.collect(), ..record.clone() }
}

fn codec(of: Compression) -> theirs::Compression {
    match of {
        Compression::None => theirs::Compression::None,
        Compression::Gzip => theirs::Compression::Gzip,
        Compression::Snappy => theirs::Compression::Snappy,
        Compression::Lz4 => theirs::Compression::Lz4,
        Compression::Zstd => theirs::Compression::Zstd,
    }
}

/// A batch's records as that crate says them.
fn as_theirs(info: &BatchInfo, records: &[Record]) -> Vec<theirs::Record> {
    let bytes =
        |bytes: &Option<_>| bytes.as_ref().map(|bytes: &std::rc::Rc<[u8]>| Bytes::copy_from_slice(bytes));
    let one = |(i, record): (i32, &Record)| theirs::Record {
        transactional: info.transactional,
        control: false,
        delete_horizon: false,
        partition_leader_epoch: info.leader_epoch,
        producer_id: info.producer.id,
        producer_epoch: info.producer.epoch,
        timestamp_type: theirs::TimestampType::Creation,
        offset: info.base_offset + i64::from(i),
        sequence: info.producer.base_sequence.wrapping_add(i),
        timestamp: record.timestamp_ms,
        key: bytes(&record.key),
        value: bytes(&record.value),
        headers: record
            .headers
            .iter()
            .map(|header| {
                let key = String::from_utf8(header.key.to_vec()).expect("a text");
                (StrBytes::from_string(key), bytes(&header.value))
            })
            .collect(),
    };
    (0..).zip(records).map(one).collect()
}

fn check(batches: &[(BatchInfo, Vec<Record>)], of: Compression, case: &str) {
    // Ours, read by them.
    let plain = batches.iter().map(|(info, records)| batch::encode(info, records));
    let packed: Vec<u8> = plain.flat_map(|batch| batch::packed(&batch, of)).collect();
    let read = RecordBatchDecoder::decode_all(&mut Bytes::from(packed));
    let read = read.unwrap_or_else(|error| panic!("{case}: they refuse it: {error}"));
    assert_eq!(read.len(), batches.len(), "{case}");
    let mut all = Vec::new();
    for (set, (info, records)) in read.into_iter().zip(batches) {
        assert_eq!((set.compression, set.version), (codec(of), 2), "{case}");
        let mut expected = as_theirs(info, records);
        if info.producer == Producer::NONE {
            // What stands for none is counted on there.
            expected.iter_mut().zip(&set.records).for_each(|(ours, theirs)| ours.sequence = theirs.sequence);
        }
        assert_eq!(set.records, expected, "{case}: they read other records");
        all.push(set.records);
    }
    // Theirs, read by us: a batch at a time, since they would make one of several.
    let options = RecordEncodeOptions { version: 2, compression: codec(of) };
    for (theirs, (info, records)) in all.iter().zip(batches) {
        let mut written = BytesMut::new();
        RecordBatchEncoder::encode(&mut written, theirs, &options).expect("their own records");
        let found: Result<Vec<SegmentBatch<'_>>, _> = segment::batches(&written).collect();
        let found = found.unwrap_or_else(|error| panic!("{case}: we refuse theirs: {error}"));
        let mut offset = info.base_offset;
        let mut rest = &records[..];
        for batch in found {
            let header = &batch.header;
            assert_eq!(header.attributes.compression(), Ok(of), "{case}");
            assert_eq!(header.attributes.timestamp_type(), TimestampType::CreateTime, "{case}");
            assert_eq!(header.attributes.is_transactional(), info.transactional, "{case}");
            assert_eq!((header.producer_id, header.producer_epoch), (info.producer.id, info.producer.epoch));
            assert_eq!(header.leader_epoch, info.leader_epoch, "{case}");
            for (at, record) in batch::decode(batch.bytes).expect("sound").1 {
                assert_eq!((at, Some(&record)), (offset, rest.first()), "{case}: we read other records");
                (offset, rest) = (offset + 1, &rest[1..]);
            }
        }
        assert!(rest.is_empty(), "{case}: {} records are missing", rest.len());
    }
}

#[test]
fn five_hundred_random_logs_in_every_codec_go_both_ways_between_us_and_another_implementation() {
    for seed in 0..random::cases() {
        let batches = log(&mut Rng::new(seed).fork("stranger"));
        for of in Compression::ALL {
            check(&batches, of, &format!("seed {seed}, {of}"));
        }
    }
}
