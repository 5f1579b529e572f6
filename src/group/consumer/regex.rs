//! Regular expressions as subscriptions: RE2 syntax, matched against whole topic names, in the background.
//!
//! A heartbeat only notes that an expression is new; what it means is found out after the reply (here: at once), for all
//! expressions of the group together, and comes as records of their own. So members get their topics with a later
//! heartbeat. It is found out again, at most every ten seconds, when an expression is new or has no result yet, when topics
//! were made since, and every `group.consumer.regex.refresh.interval.ms`.

use super::expression::compile;
use super::member::Member;
use super::record::{ConsumerGroupValue, RegexKey, RegexValue};
use super::scene::{Change, Scene};
use super::subscription::Subscriptions;
use crate::base::{Set, Time};
use crate::group::coordinator::Coordinator;
use crate::group::event::{Batch, Checked, Outcome};
use crate::group::record::Record;
use std::rc::Rc;

/// Expressions are not resolved again sooner (`REGEX_BATCH_REFRESH_MIN_INTERVAL_MS`).
const MIN_INTERVAL_MS: i64 = 10_000;

/// What a request of a member says that it did not say before.
pub(super) struct Said {
    pub change: Change,
    /// All expressions are to be resolved.
    pub resolve: bool,
}

/// Writes what a member says of itself, if that is new, and notes what its expression is now.
pub(super) fn said(
    scene: &Scene,
    version: TopicsVersion,
    before: &Member,
    after: &Member,
    records: &mut Vec<Record>,
) -> Checked<Said> {
    let renamed = scene.note(before, after, records);
    let noted = note(scene, version, before, after, records)?;
    let change = Change { any: renamed || noted.changed, bumps: renamed || noted.resolved };
    Ok(Said { change, resolve: noted.resolve })
}

/// What a request means for the expressions of its group.
struct Noted {
    /// The member has another expression than before, or none any more.
    changed: bool,
    /// And what that means is known already.
    resolved: bool,
    /// All expressions are to be resolved.
    resolve: bool,
}

/// Which metadata there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(in crate::group) struct TopicsVersion {
    /// How many changes there have been; `None` before the first topics are known.
    pub changes: Option<i64>,
    /// The newest that brought topics.
    pub with_new_topics: i64,
}

/// Notes what a member's expression is now.
fn note(
    scene: &Scene,
    version: TopicsVersion,
    before: &Member,
    after: &Member,
    records: &mut Vec<Record>,
) -> Checked<Noted> {
    let group = scene.group;
    let (old, new) = (&before.about.regex, &after.about.regex);
    let mut noted = Noted { changed: old != new, resolved: false, resolve: false };
    if noted.changed {
        if let Some(old) = old.as_ref().filter(|old| group.subscribers_of(old) == 1) {
            let key = RegexKey { group: group.id.clone(), regex: old.clone() };
            records.push(Record::ConsumerRegex(key, None));
        }
        match new {
            None => noted.resolved = true,
            Some(new) if group.subscribers_of(new) == 0 => {
                compile(new)?;
                noted.resolve = true;
            }
            Some(new) => noted.resolved = group.regexes.contains_key(new),
        }
    }
    let expressions = Subscriptions::with(group, after).regexes.len();
    let last = group.regexes.values().next();
    let since = |ms: i64| last.is_none_or(|last| scene.clock_ms > last.timestamp_ms + ms);
    noted.resolve |= expressions != group.regexes.len()
        || last.is_some_and(|last| last.version < version.with_new_topics)
        || since(i64::from(scene.config.consumer_regex_refresh_interval_ms));
    noted.resolve &= expressions > 0 && since(MIN_INTERVAL_MS);
    Ok(noted)
}

impl Coordinator {
    /// Finds out what all expressions of a group mean.
    pub(super) fn resolve_expressions(&mut self, now: Time, id: &Rc<str>, out: &mut Outcome) {
        let clock_ms = self.clock_ms(now);
        let version = self.topics_version.changes.unwrap_or(0);
        let Some(group) = self.consumer(id) else { return };
        let mut resolved = group.clone();
        let mut records = Vec::new();
        let mut changed = false;
        let expressions: Set<&Rc<str>> =
            group.members.values().filter_map(|member| member.about.regex.as_ref()).collect();
        for regex in expressions {
            let Ok(compiled) = compile(regex) else { continue };
            let topics =
                self.metadata.topics.keys().filter(|name| compiled.is_match(name)).cloned().collect();
            let value = RegexValue { topics, version, timestamp_ms: clock_ms };
            let old = resolved.regexes.insert(regex.clone(), value.clone());
            changed |= old.map(|old| old.topics).unwrap_or_default() != value.topics;
            records.push(Record::ConsumerRegex(
                RegexKey { group: id.clone(), regex: regex.clone() },
                Some(value),
            ));
        }
        let metadata_hash =
            Subscriptions::without(&resolved, &Default::default()).metadata_hash(&self.metadata);
        if changed || metadata_hash != group.metadata_hash {
            let value = ConsumerGroupValue { epoch: group.epoch + 1, metadata_hash };
            records.push(Record::ConsumerGroup(id.clone(), Some(value)));
            self.consumer_mut(id).expect("it is there").looked_at(clock_ms);
        }
        self.append(Batch { producer: None, records }, out);
    }
}
