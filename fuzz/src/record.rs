//! Records inside a batch whose header and checksum are right, and what decoders make of keys and values.

use crate::batch::{again, seal};
use crate::corpus::Corpus;
use crate::mutate::{self, any, number};
use rejoin::backup::offsets::Commit;
use rejoin::base::Rng;
use rejoin::log::batch;
use rejoin::terminal::dump_log::{self, Files};
use std::io::{self, Cursor, ErrorKind, Read};

/// A plain batch whose records were changed; its count is now and then another one.
pub fn make(corpus: &Corpus, random: &mut Rng) -> Vec<u8> {
    let mut records = any(random, &corpus.records).clone();
    if random.below(5) > 0 {
        let other: &Vec<u8> = any(random, &corpus.records);
        mutate::bytes(random, &mut records, other);
    }
    let plain = corpus.batches.iter().filter(|batch| batch[22] & 7 == 0);
    let of = random.below(plain.clone().count() as u64) as usize;
    let mut bytes = plain.clone().nth(of).expect("plain batches")[..61].to_vec();
    // Most often the header of the records themselves.
    if let Some(own) = plain.clone().find(|batch| batch[61..] == records[..]) {
        bytes = own[..61].to_vec();
    } else if random.below(3) > 0
        && let Some(same) = plain.clone().find(|batch| batch.len() == records.len() + 61)
    {
        bytes = same[..61].to_vec();
    }
    bytes.extend(records);
    if random.below(8) == 0 {
        let count = number(random) as i32;
        bytes[57..61].copy_from_slice(&count.to_be_bytes());
    }
    seal(&mut bytes);
    bytes
}

/// The input as a file of its own.
struct One<'a>(&'a [u8]);

impl Files for One<'_> {
    fn open(&self, path: &str) -> io::Result<(Box<dyn Read>, u64)> {
        if path.ends_with(".log") {
            return Ok((Box::new(Cursor::new(self.0.to_vec())), self.0.len() as u64));
        }
        Err(ErrorKind::NotFound.into())
    }

    fn folder(&self) -> String {
        "/".to_owned()
    }
}

/// Every decoder of the tool takes it; what is decoded is the same once it is encoded and decoded again.
pub fn read(bytes: &[u8]) -> bool {
    for option in [
        "--print-data-log",
        "--offsets-decoder",
        "--transaction-log-decoder",
        "--share-group-state-decoder",
        "--cluster-metadata-decoder",
        "--json",
    ] {
        // Not all of them each time.
        if (bytes.len() + option.len()).is_multiple_of(3) {
            let arguments = [option, "--files", "00000000000000000000.log"].map(str::to_owned);
            let done = dump_log::run(&arguments, &One(bytes), &mut io::sink(), &mut io::sink());
            assert!(done.is_ok(), "a sink takes everything");
        }
    }
    let Ok((header, records)) = batch::decode(bytes) else { return false };
    for (_, record) in &records {
        let _ = Commit::parse(
            record.timestamp_ms,
            record.key.as_deref().unwrap_or_default(),
            record.value.as_deref(),
        );
    }
    again(&header, &records);
    true
}
