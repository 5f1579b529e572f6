//! Restoring to a moment: the state is the one of that moment, or the moment is refused.

use crate::both::verify;
use crate::lab::{Lab, Plain, plain};
use rejoin::backup::{Catalog, Chain, Link, RestoreError, restored_at};
use rejoin::base::Rng;
use std::rc::Rc;

/// A run with backups of all kinds in which logs only grow; its chain's last backup.
fn run(seed: u64, skewed: bool) -> (Lab, Rc<str>) {
    let mut random = Rng::new(seed);
    let mut lab = Lab { watched: true, ..Lab::default() };
    lab.create("t", 2);
    lab.create("u", 1);
    for _ in 0..random.below(8) {
        grow(&mut lab, &mut random, skewed);
    }
    lab.tick(1);
    let mut label = lab.backup("full");
    for _ in 0..1 + random.below(3) {
        lab.tick(1);
        for _ in 0..random.below(12) {
            grow(&mut lab, &mut random, skewed);
        }
        lab.tick(1);
        label = lab.backup(["incremental", "incremental", "differential"][random.below(3) as usize]);
    }
    (lab, label)
}

fn grow(lab: &mut Lab, random: &mut Rng, skewed: bool) {
    lab.tick([0, 1, 7, 400, 1500][random.below(5) as usize]);
    let (topic, partition) = lab.any_partition(random).expect("topics");
    match random.below(8) {
        0..=3 => {
            let skew = if skewed { [0, -2000, 900][random.below(3) as usize] } else { 0 };
            lab.produce(&topic, partition, 1 + random.below(3) as usize, skew);
        }
        7 => lab.forget("g1", &topic, partition),
        _ => {
            let end = lab.log(&topic, partition).end();
            lab.commit(
                ["g1", "g2"][random.below(2) as usize],
                &topic,
                partition,
                random.below(end as u64 + 1) as i64,
            );
        }
    }
}

fn truth_at(lab: &Lab, moment_ms: i64) -> Plain {
    lab.moments.range(..=moment_ms).next_back().expect("the run began before").1.clone()
}

fn runs(short: u64, long: u64) -> u64 {
    if std::env::var_os("REJOIN_LONG").is_some() { long } else { short }
}

#[test]
fn every_moment_of_the_window_is_restored_as_it_was() {
    let mut checked = 0;
    for seed in 0..runs(350, 2500) {
        let (lab, label) = run(seed, false);
        let chain = Chain::load(&lab.store, &label).expect("sound");
        let windows = chain.windows();
        assert_eq!(windows.len(), 1, "seed {seed}: {windows:?}");
        let (from, to) = windows[0];
        let boundaries = lab.moments.keys().flat_map(|at| [at - 1, *at, at + 1]).chain([from, to]);
        for moment in boundaries.filter(|at| (from..=to).contains(at)) {
            let state = restored_at(&lab.store, &label, Some(moment)).expect("inside the window");
            assert_eq!(plain(&state), truth_at(&lab, moment), "seed {seed}, moment {moment}");
            assert!(state.moved.is_empty() && state.notes.is_empty(), "{:?}", state.notes);
            checked += 1;
        }
    }
    println!("{} logs, {checked} moments", 3 * runs(350, 2500));
    assert!(checked > 3500, "{checked} moments");
}

#[test]
fn timestamps_out_of_order_give_a_prefix_that_is_exact_at_the_points() {
    for seed in 0..runs(350, 2500) {
        let (lab, label) = run(seed, true);
        let catalog = Catalog::of(&lab.store).expect("sound");
        for link in Chain::load(&lab.store, &label).expect("sound").links {
            let points: Vec<i64> = link.manifest.timeline.iter().map(|point| point.clock_ms).collect();
            for pair in points.windows(2) {
                let mut before = None;
                for moment in [pair[0], pair[0] + 1, (pair[0] + pair[1]) / 2, pair[1] - 1, pair[1]] {
                    let state = restored_at(&lab.store, &link.manifest.label, Some(moment)).expect("inside");
                    let found = plain(&state);
                    if points.contains(&moment) {
                        assert_eq!(found, truth_at(&lab, moment), "seed {seed}, point {moment}");
                    }
                    let (least, most) = (truth_at(&lab, pair[0]), truth_at(&lab, pair[1]));
                    for (name, (_, _, end, _, bytes)) in &found.partitions {
                        let (low, high) = (&least.partitions[name], &most.partitions[name]);
                        assert!((low.2..=high.2).contains(end), "seed {seed}: {name:?} ends at {end}");
                        assert!(high.4.starts_with(bytes), "seed {seed}: {name:?} is a prefix");
                    }
                    let ends: Vec<i64> = found.partitions.values().map(|of| of.2).collect();
                    assert!(
                        before.is_none_or(|before: Vec<i64>| before.iter().zip(&ends).all(|(a, b)| a <= b))
                    );
                    before = Some(ends);
                }
            }
        }
        assert!(Link::load(&lab.store, &catalog, &label).is_some());
    }
}

#[test]
fn a_moment_outside_the_window_is_refused_with_the_window() {
    let (lab, labels) = crate::chain::chain();
    let last = &labels[3];
    let (from, to) = Chain::load(&lab.store, last).expect("sound").windows()[0];
    for moment_ms in [0, from - 1, to + 1, i64::MAX / 2_000] {
        let refused = restored_at(&lab.store, last, Some(moment_ms)).err().expect("never a fall-back");
        assert!(matches!(&refused, RestoreError::OutsideWindow { windows, .. } if *windows == [(from, to)]));
    }
    let words = restored_at(&lab.store, last, Some(to + 1)).err().expect("refused").to_string();
    assert_eq!(words, "7201ms cannot be restored, nothing was changed: this chain reaches 1800ms to 7200ms.");
    // A full alone reaches its own moment.
    assert!(restored_at(&lab.store, &labels[0], Some(from)).is_ok());
    assert!(restored_at(&lab.store, &labels[0], Some(from + 1)).is_err());
}

#[test]
fn a_restore_begins_a_new_past() {
    let (mut lab, labels) = crate::chain::chain();
    let state = restored_at(&lab.store, &labels[0], None).expect("sound");
    lab.tick(5000);
    lab.restore(&state);
    lab.tick(1000);
    lab.produce("t", 0, 1, 0);
    lab.tick(1000);
    let first = lab.backup("incremental");
    lab.tick(1000);
    lab.commit("g", "t", 0, 2);
    lab.tick(1000);
    let second = lab.backup("incremental");
    assert!(verify(&lab.store, &first).ok() && verify(&lab.store, &second).ok());
    let windows = Chain::load(&lab.store, &second).expect("sound").windows();
    assert_eq!(
        windows.len(),
        2,
        "what lies between the backup before and the first one after is not reached"
    );
    assert_eq!(windows[1], (lab.now.timestamp_ms() - 2000, lab.now.timestamp_ms()));
    assert_eq!(plain(&restored_at(&lab.store, &second, None).expect("sound")), lab.truths[&second]);
}

#[test]
fn what_the_moment_had_and_the_backup_lacks_is_said() {
    let mut lab = Lab::default();
    lab.create("t", 1);
    lab.create("gone", 1);
    lab.produce("t", 0, 3, 0);
    lab.tick(1000);
    lab.backup("full");
    lab.tick(1000);
    lab.commit("g", "t", 0, 3);
    lab.tick(1000);
    let moment = lab.now.timestamp_ms();
    lab.tick(1000);
    lab.drop_topic("gone");
    lab.create("later", 1);
    lab.produce("t", 0, 2, -9000);
    lab.tick(10);
    lab.log("t", 0).delete_before(4);
    lab.tick(1000);
    let label = lab.backup("incremental");
    let state = restored_at(&lab.store, &label, Some(moment)).expect("inside");
    assert_eq!(state.topics.iter().map(|topic| &*topic.name).collect::<Vec<_>>(), ["t"]);
    let notes: Vec<&str> = state.notes.iter().map(|note| &**note).collect();
    assert_eq!(notes.len(), 4, "{notes:?}");
    assert!(notes[0].starts_with("Topic later was created after that moment"));
    assert!(notes[1].starts_with("Topic gone ("));
    assert_eq!(notes[2], "t-0: records before offset 4 were deleted after that moment.");
    assert_eq!(notes[3], "t-0: 1 record beyond offset 4, with a timestamp up to that moment, came later.");
    assert_eq!(state.moved, ["g, t-0: 3 becomes 4, the log goes from 4 to 4.".into()] as [Rc<str>; 1]);
}
