//! Checks: a measure of this moment, compared with what must hold.

use super::{Act, Runner};
use crate::base::Time;
use crate::measure::Measures;
use crate::sim::query::PartitionFacts;
use crate::story::command::{Check, Value};
use crate::story::measure::Measure;
use std::rc::Rc;

/// A check and its outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckResult {
    /// When it was judged.
    pub at: Time,
    /// Its canonical line.
    pub line: Rc<str>,
    /// What was found.
    pub found: Rc<str>,
    /// Whether it holds.
    pub holds: bool,
}

impl Runner {
    /// Judges a check now.
    pub(super) fn check(&mut self, check: &Check) {
        let (found, holds) = match self.measured(check) {
            Ok(value) => (value.to_string(), check.op.holds(&value, &check.value)),
            Err(why) => (why, false),
        };
        let line = check.to_string().into();
        let result = CheckResult { at: self.now(), line, found: found.into(), holds };
        self.checks.push(result.clone());
        self.push(Act::Check(result));
    }

    /// The value of a measure now, or why there is none.
    fn measured(&mut self, check: &Check) -> Result<Value, String> {
        let group = check.group.as_deref();
        if let Some(name) = group
            && !self.world.groups().iter().any(|facts| &*facts.name == name)
        {
            return Err(format!("there is no group {name}"));
        }
        Ok(match check.measure {
            Measure::Proof => Value::Text(self.proof().name().into()),
            Measure::State | Measure::Generation | Measure::Members => self.of_group(check)?,
            Measure::Owner | Measure::Committed | Measure::Position | Measure::Stable | Measure::End => {
                let facts = self.of_partition(check)?;
                let offset = |offset: Option<i64>| offset.map_or(Value::None, Value::Count);
                match check.measure {
                    Measure::Owner => facts.owner.map_or(Value::None, Value::Text),
                    Measure::Committed => offset(facts.committed),
                    Measure::Position => offset(facts.position),
                    Measure::Stable => Value::Count(facts.last_stable),
                    _ => Value::Count(facts.end),
                }
            }
            Measure::StartOffset => self.start_offset(check)?,
            Measure::Lag if check.partition.is_some() => {
                self.of_partition(check)?.lag.map_or(Value::None, Value::Count)
            }
            measure => {
                self.ledger.update(&self.world);
                value(measure, &self.ledger.measures(&self.world, group))
            }
        })
    }

    fn of_group(&self, check: &Check) -> Result<Value, String> {
        let groups = self.world.groups();
        let facts = match &check.group {
            Some(name) => groups.iter().find(|facts| facts.name == *name),
            None if groups.len() > 1 => return Err("there are several groups: name one".to_owned()),
            None => groups.first(),
        };
        let facts = facts.ok_or("there is no group")?;
        Ok(match check.measure {
            Measure::State => Value::Text(facts.state.name().into()),
            Measure::Generation => Value::Count(facts.generation.into()),
            _ => Value::Count(facts.members.into()),
        })
    }

    fn start_offset(&self, check: &Check) -> Result<Value, String> {
        let partition = check.partition.as_ref().ok_or("no partition is named")?;
        let groups = self.world.groups().into_iter().map(|facts| facts.name);
        let mut groups = groups.filter(|name| check.group.as_ref().is_none_or(|group| group == name));
        let shares =
            groups.find_map(|name| Some(self.world.share_partitions(&name)).filter(|of| !of.is_empty()));
        let of = shares
            .iter()
            .flatten()
            .find(|of| (&of.topic, of.partition) == (&partition.topic, partition.partition));
        Ok(of.map_or(Value::None, |of| Value::Count(of.start)))
    }

    fn of_partition(&self, check: &Check) -> Result<PartitionFacts, String> {
        let partition = check.partition.as_ref().ok_or("no partition is named")?;
        let groups = self.world.groups();
        let group = match &check.group {
            Some(name) => Some(name),
            None if matches!(check.measure, Measure::End | Measure::Stable) => None,
            None if groups.len() > 1 => return Err("there are several groups: name one".to_owned()),
            None => groups.first().map(|facts| &facts.name),
        };
        self.world
            .partition(&partition.topic, partition.partition, group.map(|name| &**name))
            .ok_or_else(|| format!("there is no partition {}:{}", partition.topic, partition.partition))
    }
}

/// A measure of the run as the language says it.
pub(in crate::story) fn value(measure: Measure, measures: &Measures) -> Value {
    let count = |count: u64| Value::Count(i64::try_from(count).unwrap_or(i64::MAX));
    match measure {
        Measure::Unowned => Value::Span(measures.unowned),
        Measure::PauseMedian => Value::Span(measures.pause_median),
        Measure::PauseMax => Value::Span(measures.pause_max),
        Measure::Moved => count(measures.moved),
        Measure::MovedNeedlessly => count(measures.moved_needlessly),
        Measure::Reread => count(measures.reread),
        Measure::Skipped => count(measures.skipped),
        Measure::Lag => measures.lag.map_or(Value::None, Value::Count),
        Measure::LagPeak => Value::Count(measures.lag_peak),
        Measure::Drain => measures.drain.map_or(Value::None, Value::Span),
        Measure::Rebalances => count(measures.rebalances),
        Measure::Messages => count(measures.messages),
        Measure::Acquired => count(measures.share.acquired),
        Measure::Acknowledged => count(measures.share.acknowledged),
        Measure::Archived => count(measures.share.archived),
        Measure::Redelivered => count(measures.share.redelivered),
        _ => Value::None,
    }
}
