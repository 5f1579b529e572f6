//! What is selected, and why it is as it is.

use super::Focus;
use crate::sim::World;
use crate::sim::query::{
    AcquiredFacts, ConsumerFacts, GroupFacts, LineFacts, MessageFacts, PartitionFacts, RangeFacts,
    SettingFacts,
};
use std::rc::Rc;

/// Newest records of a partition that are shown.
const RECORDS: u32 = 20;

/// Newest segments of a partition that are shown.
const SEGMENTS: usize = 12;

/// The details of what is selected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum InspectorView {
    /// Nothing is selected, or what was is gone.
    #[default]
    Nothing,
    /// A partition.
    Partition(Box<PartitionDetail>),
    /// A consumer.
    Consumer(Box<ConsumerDetail>),
    /// A group.
    Group(Box<GroupFacts>),
}

/// A partition: its offset ruler and its newest records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionDetail {
    /// What the stage shows of it.
    pub view: PartitionFacts,
    /// Ranges of offsets worth painting, in order.
    pub ranges: Vec<RangeFacts>,
    /// Backups of this partition: label and end offset.
    pub pins: Vec<(Rc<str>, i64)>,
    /// The newest records, oldest first, at most 20.
    pub records: Vec<LineFacts>,
    /// How many segments its log has.
    pub segment_count: u32,
    /// The newest of them, oldest first, at most 12: base offset and bytes. The last one is active.
    pub segments: Vec<(i64, u32)>,
    /// What its topic is set to, where that is not Kafka's default: Kafka's names and values; and in which racks its
    /// replicas lie, if they lie in some.
    pub configs: Vec<(&'static str, Rc<str>)>,
}

/// A consumer: settings, poll loop, messages with the coordinator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsumerDetail {
    /// What the stage shows of it.
    pub view: ConsumerFacts,
    /// All settings that matter.
    pub settings: Vec<SettingFacts>,
    /// The newest lines of its poll loop's output, oldest first, at most 40.
    pub output: Vec<LineFacts>,
    /// Of a share consumer: the records that its process has.
    pub acquired: Vec<AcquiredFacts>,
    /// The newest messages with the coordinator, oldest first, at most 40.
    pub messages: Vec<MessageFacts>,
}

impl InspectorView {
    /// The details of `focus`; `pins` says where backups of a partition end.
    pub(in crate::session) fn of(
        world: &World,
        focus: &Focus,
        pins: impl Fn(&str, i32) -> Vec<(Rc<str>, i64)>,
    ) -> InspectorView {
        let found = match focus {
            Focus::Partition(topic, number) => {
                PartitionDetail::of(world, topic, *number, pins).map(Box::new).map(InspectorView::Partition)
            }
            Focus::Consumer(name) => {
                ConsumerDetail::of(world, name).map(Box::new).map(InspectorView::Consumer)
            }
            Focus::Group(name) => {
                let group = world.groups().into_iter().find(|facts| facts.name == *name);
                group.map(Box::new).map(InspectorView::Group)
            }
        };
        found.unwrap_or_default()
    }
}

impl PartitionDetail {
    fn of(
        world: &World,
        topic: &str,
        number: i32,
        pins: impl Fn(&str, i32) -> Vec<(Rc<str>, i64)>,
    ) -> Option<PartitionDetail> {
        let groups = world.topics().into_iter().find(|facts| &*facts.name == topic)?.groups;
        let group = groups.first();
        let log = world.log(topic, number)?;
        let segment_count = log.segment_list().count();
        let newest = log.segment_list().skip(segment_count.saturating_sub(SEGMENTS));
        let mut configs = world.configs(topic);
        configs.extend(world.racks(topic, number).map(|racks| ("broker.rack", racks.join(", ").into())));
        Some(PartitionDetail {
            segment_count: segment_count as u32,
            segments: newest.map(|of| (of.base_offset, of.bytes)).collect(),
            configs,
            view: world.partition(topic, number, group.map(|name| &**name))?,
            ranges: group.map(|group| world.ranges(topic, number, group)).unwrap_or_default(),
            pins: pins(topic, number),
            records: world.records(topic, number, RECORDS),
        })
    }
}

impl ConsumerDetail {
    fn of(world: &World, name: &str) -> Option<ConsumerDetail> {
        Some(ConsumerDetail {
            view: world.consumer(name)?,
            settings: world.settings(name),
            output: world.output(name),
            acquired: world.acquired(name),
            messages: world.messages(name),
        })
    }
}
