//! How fast a log grows, reads, and becomes bytes. `cargo bench --no-default-features --bench log`
//!
//! The numbers of an hour of the default scene: 720,000 records of 64 bytes with 1,000 keys in six partitions.

use rejoin::log::partitioner::keyed;
use rejoin::log::{Partition, Policy, Recipe};
use std::hint::black_box;
use std::rc::Rc;
use std::time::Instant;

const RECORDS: u64 = 720_000;

fn main() {
    let recipe = Rc::new(Recipe { producer: "web".into(), seed: 7, keys: Some(1000), value_bytes: 64 });
    let mut logs = vec![Partition::new(); 6];

    measure("append to one partition", RECORDS, || {
        let mut log = Partition::new();
        (0..RECORDS).for_each(|i| {
            black_box(log.append_generated(i as i64, &recipe, i));
        });
    });
    measure("make the key, choose the partition, append", RECORDS, || {
        logs = vec![Partition::new(); 6];
        for i in 0..RECORDS {
            let key = recipe.key(i).expect("the recipe has keys");
            logs[keyed(&key, 6) as usize].append_generated(i as i64, &recipe, i);
        }
    });
    measure("fetch all, 500 records at a time", RECORDS, || {
        for log in &logs {
            let mut at = 0;
            while at < log.end() {
                at = black_box(log.read(at, 500, 1 << 20)).next;
            }
        }
    });
    measure("fetch all, one record at a time", RECORDS, || {
        logs.iter().for_each(|log| {
            (0..log.end()).for_each(|at| {
                black_box(log.read(at, 1, 1 << 20));
            })
        });
    });
    measure("make every record", RECORDS, || {
        logs.iter().for_each(|log| (0..log.end()).for_each(|at| drop(black_box(log.record_at(at)))));
    });
    measure("state digests", RECORDS, || {
        logs.iter().for_each(|log| {
            black_box(log.state_digest());
        })
    });
    let mut segments = Vec::new();
    measure("make the bytes of all segments", RECORDS, || {
        segments = logs.iter().map(|log| log.segments().remove(0).bytes.into()).collect::<Vec<Rc<[u8]>>>();
    });
    measure("restore all partitions from their bytes", RECORDS, || {
        for bytes in &segments {
            drop(black_box(Partition::restore(0, 0, std::slice::from_ref(bytes)).expect("our own segment")));
        }
    });
    let policy = Rc::new(Policy { compact: true, segment_bytes: 1 << 20, ..Policy::default() });
    let mut cut = logs.clone();
    cut.iter_mut().for_each(|log| log.reroll(policy.clone()));
    measure("compact all partitions", RECORDS, || {
        for log in &cut {
            let mut log = log.clone();
            let what = log.cleanable(0);
            black_box(log.clean(0, &what));
        }
    });
    let bytes: usize = segments.iter().map(|segment| segment.len()).sum();
    println!("{:44} {:>9.1} MB", "bytes of all segments", bytes as f64 / 1e6);
}

/// The best of five, as the machine may have other work.
fn measure(what: &str, times: u64, mut work: impl FnMut()) {
    let once = |work: &mut dyn FnMut()| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    let took = (0..5).map(|_| once(&mut work)).min().expect("five times");
    println!(
        "{what:44} {:>9.1} ms {:>8.1} ns each",
        took.as_secs_f64() * 1e3,
        took.as_nanos() as f64 / times as f64
    );
}
