//! Random lives of a small cluster with backups of all kinds, deletions, retention and restores, against plain copies.

use crate::both::verify;
use crate::chain::check_equal;
use crate::lab::Lab;
use rejoin::backup::{Catalog, Expiry, Refusal, Rules, delete, garbage, restored};
use rejoin::base::Rng;
use std::rc::Rc;

const KINDS: [&str; 4] = ["full", "incremental", "incremental", "differential"];

/// Says which life a panic is of.
struct Said(u64);

impl Drop for Said {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("seed {}", self.0);
        }
    }
}

/// One life; how many restores were compared.
fn live(seed: u64, steps: u64) -> u64 {
    let _said = Said(seed);
    let mut random = Rng::new(seed);
    let mut lab = Lab { upkept: seed % 2 == 1, ..Lab::default() };
    let mut restores = 0;
    for _ in 0..steps {
        match random.below(12) {
            0..=6 => lab.live(&mut random),
            7 | 8 => drop(lab.backup(KINDS[random.below(4) as usize])),
            9 => forget(&mut lab, &mut random, seed),
            _ => restores += u64::from(restore(&mut lab, &mut random, seed)),
        }
    }
    let catalog = Catalog::of(&lab.store).expect("sound");
    if let Some(newest) = catalog.backups.last() {
        let report = verify(&lab.store, &newest.label);
        assert!(report.ok(), "seed {seed}: {report}");
    }
    assert!(garbage(lab.store.contents()).is_empty(), "seed {seed}: chunks that nobody names");
    restores
}

/// Deletes one backup, or lets some go by a rule.
fn forget(lab: &mut Lab, random: &mut Rng, seed: u64) {
    let catalog = Catalog::of(&lab.store).expect("sound");
    let labels: Vec<Rc<str>> = catalog.backups.iter().map(|entry| entry.label.clone()).collect();
    if labels.is_empty() {
        return;
    }
    if random.below(2) == 0 {
        let label = &labels[random.below(labels.len() as u64) as usize];
        match delete(label, &lab.store) {
            Ok(transaction) => lab.store.apply(&transaction).expect("nobody else writes"),
            Err(Refusal::Needed { by, .. }) => {
                assert!(!by.is_empty() && by.iter().all(|on| labels.contains(on)))
            }
            Err(other) => panic!("seed {seed}: {other}"),
        }
        return;
    }
    let rule = Some(1 + random.below(3) as u32);
    let by = match random.below(2) {
        0 => Rules { full: rule, ..Rules::default() },
        _ => Rules { diff: rule, ..Rules::default() },
    };
    let expiry = Expiry::plan(&catalog, &by, lab.now.timestamp_ms(), &[]).expect("rules");
    let transaction = expiry.transaction(&lab.store).expect("whole chains go");
    lab.store.apply(&transaction).expect("nobody else writes");
}

/// Restores any backup, and half of the time goes on from there.
fn restore(lab: &mut Lab, random: &mut Rng, seed: u64) -> bool {
    let catalog = Catalog::of(&lab.store).expect("sound");
    if catalog.backups.is_empty() {
        return false;
    }
    let label = catalog.backups[random.below(catalog.backups.len() as u64) as usize].label.clone();
    let state = restored(&lab.store, &label).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    check_equal(&state, &lab.truths[&label], &format!("seed {seed}, {label}"));
    if random.below(2) == 0 {
        lab.restore(&state);
    }
    true
}

fn lives(from: u64, short: u64, long: u64) {
    let (count, steps) = if std::env::var_os("REJOIN_LONG").is_some() { (long, 60) } else { (short, 14) };
    let restores: u64 = (from..from + count).map(|seed| live(seed, steps)).sum();
    println!("{count} lives of {steps} steps, {restores} restores");
    assert!(restores > count / 2, "{restores} restores");
}

#[test]
fn whatever_happens_every_backup_restores_its_moment_1() {
    lives(0, 5000, 20_000);
}

#[test]
fn whatever_happens_every_backup_restores_its_moment_2() {
    lives(1_000_000, 5000, 20_000);
}
