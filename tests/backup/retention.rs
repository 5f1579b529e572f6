//! Retention by pgBackRest's rules. A catalog is written as its backups in order: `F1 I2 D3 F4` are a full of hour 1, an
//! incremental of hour 2, a differential of hour 3 and a full of hour 4. An incremental builds on the backup before it, a
//! differential on the full before it.

use crate::both::verify;
use crate::lab::Lab;
use rejoin::backup::digest::Digest;
use rejoin::backup::manifest::KindName;
use rejoin::backup::{Catalog, CatalogEntry, Expiry, Label, Refusal, Rules, delete, garbage};
use rejoin::base::Span;
use std::rc::Rc;

const HOUR: u64 = 3600;

fn catalog(text: &str) -> (Catalog, Vec<(Rc<str>, String)>) {
    let (mut catalog, mut names) = (Catalog::default(), Vec::new());
    let (mut full, mut last): (Option<Rc<str>>, Option<Rc<str>>) = (None, None);
    for word in text.split_whitespace() {
        let (letter, hour) = word.split_at(1);
        let hour: i64 = hour.parse().expect("an hour");
        let kind = match letter {
            "F" => KindName::Full,
            "D" => KindName::Differential,
            _ => KindName::Incremental,
        };
        let second = 1_767_225_600 + hour * HOUR as i64;
        let base_full = full.clone().filter(|_| kind != KindName::Full);
        let letter = letter.chars().next().expect("a letter");
        let label: Rc<str> = Label { second, letter, full: base_full.clone() }.to_string().into();
        let prior = match kind {
            KindName::Full => None,
            KindName::Differential => full.clone(),
            KindName::Incremental => last.clone(),
        };
        catalog.backups.push(CatalogEntry {
            label: label.clone(),
            kind,
            prior,
            base_full,
            manifest_sha256: Digest([0; 32]),
            status: rejoin::backup::catalog::Status::Complete,
            bytes_own: 0,
            bytes_total: 0,
        });
        if kind == KindName::Full {
            full = Some(label.clone());
        }
        last = Some(label.clone());
        names.push((label, word.to_owned()));
    }
    (catalog, names)
}

fn rules(text: &str) -> Rules {
    let mut rules = Rules::default();
    for word in text.split_whitespace() {
        let (key, value) = word.split_once('=').expect("a rule");
        let number: u64 = value.trim_end_matches('h').parse().expect("a number");
        match key {
            "full" => rules.full = Some(number as u32),
            "diff" => rules.diff = Some(number as u32),
            _ => rules.time = Some(Span::from_secs(number * HOUR)),
        }
    }
    rules
}

fn plan(text: &str, by: &str, now: i64, in_use: &str) -> Result<(Expiry, Vec<(Rc<str>, String)>), Refusal> {
    let (catalog, names) = catalog(text);
    let used: Vec<Rc<str>> =
        names.iter().filter(|(_, word)| *word == in_use).map(|(label, _)| label.clone()).collect();
    let now_ms = 1_767_225_600_000 + now * HOUR as i64 * 1000;
    Expiry::plan(&catalog, &rules(by), now_ms, &used).map(|expiry| (expiry, names))
}

/// Backups, rules, hour, what is in use, what goes.
const CASES: &[(&str, &str, i64, &str, &str)] = &[
    // Full by count: N + 1 complete fulls must exist before one goes.
    ("", "full=1", 9, "", ""),
    ("F1", "full=1", 9, "", ""),
    ("F1", "full=2", 9, "", ""),
    ("F1 F2", "full=2", 9, "", ""),
    ("F1 F2", "full=1", 9, "", "F1"),
    ("F1 F2 F3", "full=1", 9, "", "F1 F2"),
    ("F1 F2 F3", "full=2", 9, "", "F1"),
    ("F1 F2 F3", "full=3", 9, "", ""),
    ("F1 F2 F3", "full=9999", 9, "", ""),
    ("F1 F2 F3 F4 F5", "full=2", 9, "", "F1 F2 F3"),
    // A full takes along what builds on it.
    ("F1 I2 F3", "full=1", 9, "", "F1 I2"),
    ("F1 D2 F3", "full=1", 9, "", "F1 D2"),
    ("F1 D2 I3 I4 F5", "full=1", 9, "", "F1 D2 I3 I4"),
    ("F1 I2 I3 D4 F5 I6", "full=1", 9, "", "F1 I2 I3 D4"),
    ("F1 I2 F3 I4 F5 I6", "full=2", 9, "", "F1 I2"),
    ("F1 I2 F3 I4 F5 I6", "full=1", 9, "", "F1 I2 F3 I4"),
    ("F1 I2 I3 I4", "full=1", 9, "", ""),
    ("F1 D2 D3 D4", "full=1", 9, "", ""),
    // Differentials by count; fulls count as differentials, and never go by this rule.
    ("F1 D2", "diff=1", 9, "", ""),
    ("F1 D2 D3", "diff=1", 9, "", "D2"),
    ("F1 D2 D3 D4", "diff=1", 9, "", "D2 D3"),
    ("F1 D2 D3 D4", "diff=2", 9, "", "D2"),
    ("F1 D2 D3 D4", "diff=3", 9, "", ""),
    ("F1 D2 D3 D4", "diff=4", 9, "", ""),
    ("F1 D2 F3", "diff=1", 9, "", "D2"),
    ("F1 D2 F3", "diff=2", 9, "", ""),
    ("F1 D2 F3 D4", "diff=2", 9, "", "D2"),
    ("F1 D2 F3 D4", "diff=1", 9, "", "D2"),
    ("F1 D2 D3 F4 F5", "diff=2", 9, "", "D2 D3"),
    ("F1 D2 D3 F4 F5", "diff=3", 9, "", "D2"),
    ("F1 F2 F3", "diff=1", 9, "", ""),
    ("", "diff=1", 9, "", ""),
    // A differential takes along the incrementals that build on it, and only those.
    ("F1 D2 I3 D4", "diff=1", 9, "", "D2 I3"),
    ("F1 I2 D3 I4 D5", "diff=1", 9, "", "D3 I4"),
    ("F1 I2 I3 D4 D5 I6", "diff=1", 9, "", "D4"),
    ("F1 D2 I3 I4 I5 D6 I7", "diff=1", 9, "", "D2 I3 I4 I5"),
    ("F1 D2 I3 I4 I5 D6 I7", "diff=2", 9, "", ""),
    ("F1 D2 I3 F4 I5", "diff=1", 9, "", "D2 I3"),
    // Incrementals never go alone.
    ("F1 I2 I3 I4", "diff=1", 9, "", ""),
    ("F1 I2 I3 I4", "full=1 diff=1 time=1h", 99, "", ""),
    // By time: a full goes only when another one is that old too.
    ("F1", "time=2h", 9, "", ""),
    ("F1 F2", "time=2h", 9, "", "F1"),
    ("F1 F8", "time=2h", 9, "", ""),
    ("F1 F7", "time=2h", 9, "", "F1"),
    ("F1 F6 F8", "time=2h", 9, "", "F1"),
    ("F1 F6 F7 F8", "time=2h", 9, "", "F1 F6"),
    ("F1 F6 F7 F8", "time=3h", 9, "", "F1"),
    ("F1 F6 F7 F8", "time=4h", 9, "", ""),
    ("F1 F6 F7 F8", "time=8h", 9, "", ""),
    ("F1 F6 F7 F8", "time=0h", 9, "", "F1 F6 F7"),
    ("F1 F2 F3", "time=100h", 9, "", ""),
    ("F1 I2 F3 I4 F8", "time=5h", 9, "", "F1 I2"),
    ("F1 I2 F3 I4 F8", "time=6h", 9, "", "F1 I2"),
    ("F1 I2 F3 I4 F8", "time=7h", 9, "", ""),
    ("F1 D2 I3 F4", "time=5h", 9, "", "F1 D2 I3"),
    ("", "time=1h", 9, "", ""),
    // Several rules: a full goes only when count and time both let it.
    ("F1 F2 F3", "full=1 time=2h", 9, "", "F1 F2"),
    ("F1 F2 F8", "full=1 time=2h", 9, "", "F1"),
    ("F1 F2 F3", "full=2 time=2h", 9, "", "F1"),
    ("F1 F7 F8", "full=2 time=100h", 9, "", ""),
    ("F1 D2 D3 F4 D5 D6", "full=2 diff=1", 9, "", "D2 D3 D5"),
    ("F1 D2 D3 F4 D5 D6", "full=1 diff=1", 9, "", "F1 D2 D3 D5"),
    ("F1 D2 D3 F4 D5 D6", "full=1 diff=9", 9, "", "F1 D2 D3"),
    ("F1 D2 D3 F4 D5 D6", "full=1 time=9h diff=2", 9, "", "D2 D3"),
    // In use: it stays, with all that it builds on; and what goes only with those stays too.
    ("F1 F2", "full=1", 9, "F1", ""),
    ("F1 I2 F3", "full=1", 9, "F1", ""),
    ("F1 I2 F3", "full=1", 9, "I2", ""),
    ("F1 I2 I3 I4 F5", "full=1", 9, "I3", ""),
    ("F1 D2 I3 D4 F5", "full=1", 9, "I3", ""),
    ("F1 D2 I3 D4 F5", "full=1 diff=2", 9, "D4", "D2 I3"),
    ("F1 F2 F3", "full=1", 9, "F1", "F2"),
    ("F1 F2 F3", "full=1", 9, "F3", "F1 F2"),
    ("F1 D2 D3", "diff=1", 9, "D2", ""),
    ("F1 D2 I3 D4", "diff=1", 9, "I3", ""),
    ("F1 D2 I3 D4", "diff=1", 9, "D2", ""),
    ("F1 F2", "time=1h", 9, "F1", ""),
    // Long chains and many fulls.
    ("F1 I2 I3 I4 I5 I6 I7 I8 F9", "full=1", 9, "", "F1 I2 I3 I4 I5 I6 I7 I8"),
    ("F1 I2 D3 I4 D5 I6 D7 I8 F9", "diff=3", 9, "", "D3 I4"),
    ("F1 I2 D3 I4 D5 I6 D7 I8 F9", "diff=2", 9, "", "D3 I4 D5 I6"),
    ("F1 F2 F3 F4 F5 F6 F7 F8 F9", "full=4", 9, "", "F1 F2 F3 F4 F5"),
];

#[test]
fn what_goes_is_what_pgbackrest_would_expire() {
    assert!(CASES.len() >= 75, "{} cases", CASES.len());
    for &(text, by, now, in_use, expected) in CASES {
        let name = format!("{text} by {by} at {now}, {in_use:?} in use");
        let (expiry, names) = plan(text, by, now, in_use).expect(&name);
        let going = expiry.going();
        let gone: Vec<&str> =
            names.iter().filter(|(label, _)| going.contains(label)).map(|(_, word)| word.as_str()).collect();
        assert_eq!(gone.join(" "), expected, "{name}");
        // Whatever stays has its whole chain.
        let (catalog, _) = catalog(text);
        for entry in catalog.backups.iter().filter(|entry| !going.contains(&entry.label)) {
            for on in [&entry.prior, &entry.base_full].into_iter().flatten() {
                assert!(!going.contains(on), "{name}: {} loses {on}", entry.label);
            }
        }
        let full_left = catalog.backups.iter().any(|e| e.kind == KindName::Full && !going.contains(&e.label));
        assert!(full_left || text.is_empty(), "{name}: no full is left");
    }
}

#[test]
fn a_dry_run_says_of_each_backup_why() {
    let (expiry, _) = plan("F1 I2 D3 I4 F5 F6", "full=1 time=2h", 9, "F5").expect("rules");
    assert_eq!(
        expiry.to_string(),
        "20260101-010000F goes: 2 newer fulls are there and 1 are kept, and 20260101-050000F is 14400 s old already\n\
         20260101-010000F_20260101-020000I goes: it builds on 20260101-010000F\n\
         20260101-010000F_20260101-030000D goes: it builds on 20260101-010000F\n\
         20260101-010000F_20260101-040000I goes: it builds on 20260101-010000F_20260101-030000D\n\
         20260101-050000F stays: 20260101-050000F is being restored\n\
         20260101-060000F stays"
    );
}

#[test]
fn rules_that_keep_nothing_or_say_nothing_are_refused_in_words() {
    for (by, words) in [
        ("", "No rule says what is kept: give full=N, time=T or diff=N. Nothing was deleted."),
        ("full=0", "full=0 would keep nothing, and at least one is kept: give full=1 or more."),
        ("diff=0", "diff=0 would keep nothing, and at least one is kept: give diff=1 or more."),
    ] {
        assert_eq!(plan("F1 F2", by, 9, "").expect_err(by).to_string(), words);
    }
}

#[test]
fn what_goes_is_gone_at_once_and_the_rest_is_whole() {
    let mut lab = Lab::default();
    lab.create("t", 2);
    let mut labels = Vec::new();
    for kind in ["full", "incremental", "full", "incremental", "full"] {
        lab.produce("t", 0, 3, 0);
        lab.commit("g", "t", 0, 1);
        lab.tick(2000);
        labels.push(lab.backup(kind));
    }
    let catalog = Catalog::of(&lab.store).expect("sound");
    let by = Rules { full: Some(2), ..Rules::default() };
    let expiry = Expiry::plan(&catalog, &by, lab.now.timestamp_ms(), &[]).expect("rules");
    assert_eq!(expiry.going(), labels[..2]);
    let transaction = expiry.transaction(&lab.store).expect("whole chains");
    assert!(!transaction.deletes.is_empty());
    lab.store.apply(&transaction).expect("nobody else writes");
    for label in &labels[2..] {
        assert!(verify(&lab.store, label).ok());
    }
    assert!(garbage(lab.store.contents()).is_empty());
    let again = Expiry::plan(&Catalog::of(&lab.store).expect("sound"), &by, lab.now.timestamp_ms(), &[]);
    assert!(again.expect("rules").transaction(&lab.store).expect("nothing").is_empty());
}

#[test]
fn a_backup_that_others_need_is_not_deleted_and_they_are_named() {
    let (lab, labels) = crate::chain::chain();
    let refused = delete(&labels[0], &lab.store).expect_err("all build on it");
    assert_eq!(refused, Refusal::Needed { label: labels[0].clone(), by: labels[1..].to_vec() });
    let refused = delete(&labels[2], &lab.store).expect_err("one builds on it").to_string();
    assert_eq!(
        refused,
        format!("{} is not deleted: {} builds on it. Delete that first.", labels[2], labels[3])
    );
    assert!(delete(&labels[1], &lab.store).is_ok(), "nothing builds on it");
}
