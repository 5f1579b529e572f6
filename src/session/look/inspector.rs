//! The inspector: what is selected, in detail.

use super::stage;
use crate::session::view::{
    ConsumerDetail, Focus, InspectorView, Message, PartitionDetail, PollLine, Range, RangeKind,
};
use crate::sim::World;
use crate::sim::query::{self, LineFacts, MessageFacts, RangeFacts};
use std::rc::Rc;

/// Newest records of a partition that are shown.
const RECORDS: u32 = 20;

/// The details of `focus`; `pins` says where backups of a partition end.
pub fn inspector(
    world: &World,
    focus: &Focus,
    pins: impl Fn(&str, i32) -> Vec<(Rc<str>, i64)>,
) -> InspectorView {
    match focus {
        Focus::Partition(topic, number) => partition(world, topic, *number, pins).unwrap_or_default(),
        Focus::Consumer(name) => consumer(world, name).unwrap_or_default(),
    }
}

fn partition(
    world: &World,
    topic: &Rc<str>,
    number: i32,
    pins: impl Fn(&str, i32) -> Vec<(Rc<str>, i64)>,
) -> Option<InspectorView> {
    let groups = world.topics().into_iter().find(|facts| facts.name == *topic)?.groups;
    let group = groups.first();
    let facts = world.partition(topic, number, group.map(|name| &**name))?;
    let ranges = group.map(|group| world.ranges(topic, number, group)).unwrap_or_default();
    Some(InspectorView::Partition(Box::new(PartitionDetail {
        view: stage::partition(world, topic, number, group)?,
        leader_epoch: facts.leader_epoch,
        ranges: ranges.into_iter().map(range).collect(),
        pins: pins(topic, number),
        records: world.records(topic, number, RECORDS).into_iter().map(line).collect(),
        bytes: facts.bytes,
        batches: facts.batches,
    })))
}

fn consumer(world: &World, name: &str) -> Option<InspectorView> {
    let facts = world.consumer(name)?;
    Some(InspectorView::Consumer(Box::new(ConsumerDetail {
        settings: facts.all_settings.clone(),
        processed: facts.processed,
        output: world.output(name).into_iter().map(line).collect(),
        messages: world.messages(name).into_iter().map(message).collect(),
        view: stage::consumer(facts),
    })))
}

fn range(facts: RangeFacts) -> Range {
    let kind = match facts.kind {
        query::RangeKind::Read => RangeKind::Read,
        query::RangeKind::AtRisk => RangeKind::AtRisk,
        query::RangeKind::Reread => RangeKind::Reread,
        query::RangeKind::Skipped => RangeKind::Skipped,
        query::RangeKind::Unread => RangeKind::Unread,
    };
    Range { from: facts.from, to: facts.to, kind }
}

fn line(facts: LineFacts) -> PollLine {
    PollLine {
        at: facts.at,
        topic: facts.topic,
        partition: facts.partition,
        offset: facts.offset,
        key: facts.key,
        value: facts.value,
        again: facts.again,
    }
}

fn message(facts: MessageFacts) -> Message {
    Message {
        sent: facts.sent,
        answered: facts.answered,
        api: facts.api,
        error: facts.error,
        note: facts.note,
    }
}
