//! Retention: which backups are kept, by pgBackRest's rules.
//!
//! | rule | keeps |
//! |---|---|
//! | `full=N` | the newest N fulls; one goes only when N newer ones are complete |
//! | `time=T` | every full younger than T, and the newest that is at least T old: every moment of the last T stays within reach |
//! | `diff=N` | the newest N of differentials and fulls together; a full never goes by this rule |
//!
//! An incremental never goes alone: it goes with what it builds on. Whatever goes takes along all that builds on it. The
//! last full stays whatever the rules say, and so does the chain of a backup that is in use.

use super::capture::Refusal;
use super::catalog::{Catalog, CatalogEntry};
use super::delete::delete_all;
use super::label::Label;
use super::manifest::KindName;
use super::store::{Store, Transaction};
use crate::base::{Map, Set, Span};
use std::fmt;
use std::rc::Rc;

/// What is kept; a rule that is `None` lets nothing go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Rules {
    /// So many fulls.
    pub full: Option<u32>,
    /// Fulls of so long.
    pub time: Option<Span>,
    /// So many differentials, fulls counted among them.
    pub diff: Option<u32>,
}

/// What retention does with one backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fate {
    /// The backup.
    pub label: Rc<str>,
    /// Whether it goes.
    pub goes: bool,
    /// Why it goes, or why it stays although a rule lets it go; `None`: every rule keeps it.
    pub why: Option<Rc<str>>,
}

/// What retention would do, oldest backup first. Nothing is changed by it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expiry {
    /// Every backup.
    pub fates: Vec<Fate>,
}

impl Expiry {
    /// What these rules come to at a moment, while the backups `in_use` are being restored.
    ///
    /// # Errors
    /// [`Refusal::KeepNothing`] for a rule that would keep none, [`Refusal::NoRule`] without any.
    pub fn plan(
        catalog: &Catalog,
        rules: &Rules,
        now_ms: i64,
        in_use: &[Rc<str>],
    ) -> Result<Expiry, Refusal> {
        if *rules == Rules::default() {
            return Err(Refusal::NoRule);
        }
        if rules.full == Some(0) || rules.diff == Some(0) {
            return Err(Refusal::KeepNothing(if rules.full == Some(0) { "full" } else { "diff" }));
        }
        let mut expired: Map<Rc<str>, Rc<str>> = Map::new();
        let fulls: Vec<&CatalogEntry> = of_kinds(catalog, &[KindName::Full]);
        for (newer, full) in fulls.iter().rev().enumerate() {
            if let Some(why) = full_goes(rules, newer, full, &fulls, now_ms) {
                expired.insert(full.label.clone(), why.into());
            }
        }
        if let Some(most) = rules.diff {
            let counted = of_kinds(catalog, &[KindName::Full, KindName::Differential]);
            let beyond = counted.iter().rev().skip(most as usize);
            for entry in beyond.filter(|entry| entry.kind == KindName::Differential) {
                let why = format!("{most} newer differentials and fulls are there");
                expired.or_insert_with(entry.label.clone(), || why.into());
            }
        }
        Ok(Expiry { fates: fates(catalog, &expired, in_use) })
    }

    /// The labels that go, oldest first.
    pub fn going(&self) -> Vec<Rc<str>> {
        self.fates.iter().filter(|fate| fate.goes).map(|fate| fate.label.clone()).collect()
    }

    /// The transaction that lets them go; empty when none goes.
    ///
    /// # Errors
    /// As [`delete`](super::delete()).
    pub fn transaction(&self, store: &dyn Store) -> Result<Transaction, Refusal> {
        delete_all(&self.going(), store)
    }
}

/// A backup a line: what becomes of it, and why.
impl fmt::Display for Expiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, fate) in self.fates.iter().enumerate() {
            let verdict = if fate.goes { "goes" } else { "stays" };
            write!(f, "{}{} {verdict}", if i == 0 { "" } else { "\n" }, fate.label)?;
            if let Some(why) = &fate.why {
                write!(f, ": {why}")?;
            }
        }
        Ok(())
    }
}

fn of_kinds<'a>(catalog: &'a Catalog, kinds: &[KindName]) -> Vec<&'a CatalogEntry> {
    catalog.backups.iter().filter(|entry| kinds.contains(&entry.kind)).collect()
}

/// Why a full goes that has so many newer ones; every rule that is set must let it go.
fn full_goes(
    rules: &Rules,
    newer: usize,
    full: &CatalogEntry,
    fulls: &[&CatalogEntry],
    now_ms: i64,
) -> Option<String> {
    let mut why = Vec::new();
    if let Some(most) = rules.full {
        if newer < most as usize {
            return None;
        }
        why.push(format!("{newer} newer fulls are there and {most} are kept"));
    }
    if let Some(time) = rules.time {
        let is_old = |entry: &CatalogEntry| moment_ms(entry) <= now_ms - time.ms() as i64;
        let next = fulls.iter().find(|other| moment_ms(other) > moment_ms(full))?;
        if !is_old(full) || !is_old(next) {
            return None;
        }
        why.push(format!("{} is {} s old already", next.label, (now_ms - moment_ms(next)) / 1000));
    }
    (!why.is_empty()).then(|| why.join(", and "))
}

/// The moment in a label, in milliseconds since 1970.
fn moment_ms(entry: &CatalogEntry) -> i64 {
    Label::parse(&entry.label).map_or(0, |label| label.second * 1000)
}

fn fates(catalog: &Catalog, expired: &Map<Rc<str>, Rc<str>>, in_use: &[Rc<str>]) -> Vec<Fate> {
    let mut stays: Map<Rc<str>, Rc<str>> = Map::new();
    // What is in use stays, with all that it builds on.
    for used in in_use {
        let why: Rc<str> = format!("{used} is being restored").into();
        let needed = |entry: &&CatalogEntry| {
            entry.label == *used || catalog.dependants(&entry.label).iter().any(|on| on.label == *used)
        };
        for entry in catalog.backups.iter().filter(needed) {
            stays.insert(entry.label.clone(), why.clone());
        }
    }
    let last_full = catalog.backups.iter().rev().find(|entry| entry.kind == KindName::Full);
    if let Some(last) = last_full {
        stays.or_insert_with(last.label.clone(), || "it is the last full".into());
    }
    let mut gone: Set<Rc<str>> = Set::new();
    let mut fates: Vec<Fate> = Vec::new();
    for entry in &catalog.backups {
        let with = [&entry.prior, &entry.base_full].into_iter().flatten().find(|on| gone.contains(&***on));
        let rule = expired.get(&entry.label).cloned();
        let why = with.map(|on| Rc::from(format!("it builds on {on}"))).or(rule);
        let kept = stays.get(&entry.label).filter(|_| why.is_some());
        let goes = why.is_some() && kept.is_none();
        if goes {
            gone.insert(entry.label.clone());
        }
        fates.push(Fate { label: entry.label.clone(), goes, why: kept.cloned().or(why) });
    }
    fates
}
