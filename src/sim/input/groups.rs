//! Groups: their settings, and what an administrator does to their offsets.

use super::named;
use crate::group::{self, CommitPartition, ErrorCode, Reply, Request, TopicRef};
use crate::sim::broker::error_of;
use crate::sim::spec::{GroupSpec, Protocol, ResetTo, Settings};
use crate::sim::trace::Happening;
use crate::sim::{Refusal, World};
use std::rc::Rc;

impl World {
    /// Makes the settings of a group known. The coordinator learns of it with the first member.
    ///
    /// # Errors
    /// A name that is taken or not allowed, a setting that Kafka refuses.
    pub fn add_group(&mut self, spec: GroupSpec) -> Result<(), Refusal> {
        named("group", &spec.name)?;
        fits(&spec.settings)?;
        if self.core.group_of(&spec.name).is_some() {
            return Err(Refusal::GroupExists(spec.name));
        }
        let place = self.core.group_or_new(&spec.name);
        if spec.settings.protocol == Some(Protocol::Consumer) {
            self.set_on_broker(&spec);
        }
        self.core.groups[place as usize].settings = spec.settings;
        Ok(())
    }

    /// Session and heartbeat of the consumer protocol are the broker's settings for the group
    /// (`consumer.session.timeout.ms`, `consumer.heartbeat.interval.ms`).
    fn set_on_broker(&mut self, spec: &GroupSpec) {
        let mut settings = group::DynamicSettings::default();
        if let Some(session) = spec.settings.session_timeout {
            settings.consumer.session_timeout_ms = session.ms() as i32;
        }
        if let Some(heartbeat) = spec.settings.heartbeat {
            settings.consumer.heartbeat_interval_ms = heartbeat.ms() as i32;
        }
        self.core.coordinator.set_group_settings(&spec.name, settings);
    }

    /// Sets the committed offsets of a group, as `kafka-consumer-groups --reset-offsets` does: refused while it lives.
    ///
    /// # Errors
    /// No such group or topic; Kafka's error when the group has members.
    pub fn reset_offsets(&mut self, group: &str, topic: &str, to: ResetTo) -> Result<(), Refusal> {
        let place = self.core.group_of(group).ok_or_else(|| Refusal::NoGroup(group.into()))?;
        let group_id = self.core.groups[place as usize].name.clone();
        let (topic, of) =
            self.core.topics.get_key_value(topic).ok_or_else(|| Refusal::NoTopic(topic.into()))?;
        let topic = topic.clone();
        let offsets: Vec<(i32, i64)> = of
            .logs
            .iter()
            .enumerate()
            .map(|(partition, log)| (partition as i32, self.target(*log, to)))
            .collect();
        let commit = |&(partition, offset): &(i32, i64)| CommitPartition {
            partition,
            offset,
            leader_epoch: -1,
            metadata: Some("".into()),
        };
        let request = Request::OffsetCommit(group::OffsetCommit {
            group_id: group_id.clone(),
            generation_id: -1,
            member_id: "".into(),
            group_instance_id: None,
            retention_time_ms: None,
            topics: vec![(TopicRef::Name(topic.clone()), offsets.iter().map(commit).collect())],
        });
        self.administer(request)?;
        for (partition, offset) in &offsets {
            let log = self.core.topics[&topic].logs[*partition as usize];
            self.core.progress(place, log).begin = *offset;
        }
        self.core.note(Happening::OffsetsReset(group_id, topic, offsets));
        Ok(())
    }

    fn target(&self, log: u32, to: ResetTo) -> i64 {
        let data = &self.core.logs[log as usize].data;
        match to {
            ResetTo::Earliest => data.log_start(),
            ResetTo::Latest => data.high_watermark(),
            ResetTo::Offset(offset) => offset.clamp(data.log_start(), data.high_watermark()),
            ResetTo::Time(time) => {
                data.offset_for_timestamp(time.timestamp_ms()).map_or(data.high_watermark(), |found| found.0)
            }
        }
    }

    /// Deletes an empty group with its offsets.
    ///
    /// # Errors
    /// No such group; Kafka's error when it has members.
    pub fn delete_group(&mut self, group: &str) -> Result<(), Refusal> {
        let place = self.core.group_of(group).ok_or_else(|| Refusal::NoGroup(group.into()))?;
        let name = self.core.groups[place as usize].name.clone();
        self.administer(Request::DeleteGroups(group::DeleteGroups { groups: vec![name] }))
    }

    /// A request of an administrator; its error is the refusal.
    fn administer(&mut self, request: Request) -> Result<(), Refusal> {
        let reply: Option<Reply> = self.core.administer(request);
        match reply.as_ref().map_or(ErrorCode::NONE, error_of) {
            ErrorCode::NONE => Ok(()),
            error => Err(Refusal::Kafka(error.name())),
        }
    }
}

/// What Kafka's ConsumerConfig and the coordinator refuse.
pub(super) fn fits(settings: &Settings) -> Result<(), Refusal> {
    let bad = |name, reason: &str| Err(Refusal::BadSetting(name, reason.into()));
    let consumer = settings.protocol == Some(Protocol::Consumer);
    for name in settings.assignors.iter().flatten() {
        // An assignor of the broker's that it does not have is refused by the broker.
        if !consumer && crate::assign::by_name(name).is_none() {
            return Err(Refusal::NoAssignor(name.clone()));
        }
    }
    if settings.assignors.as_ref().is_some_and(Vec::is_empty) {
        return bad("assignor", "at least one");
    }
    let set = settings.resolved();
    let ms = |span: crate::base::Span| span.us() >= 1000 && span.ms() <= i32::MAX as u64;
    if !ms(set.session_timeout) || set.session_timeout.ms() > 1_800_000 {
        return bad("session-timeout", "from 1ms to 1800s, as the broker allows");
    }
    if !ms(set.heartbeat) || set.heartbeat >= set.session_timeout {
        return bad("heartbeat", "at least 1ms, and shorter than the session timeout");
    }
    if !ms(set.max_poll_interval) {
        return bad("max-poll-interval", "at least 1ms");
    }
    if set.max_poll_records == 0 {
        return bad("max-poll-records", "at least 1");
    }
    if !ms(set.auto_commit_interval) || !ms(set.metadata_max_age) || !ms(set.poll) {
        return bad("auto-commit-interval, metadata-max-age, poll", "at least 1ms");
    }
    Ok(())
}

impl World {
    /// The settings of a consumer that would start in this group with its own.
    pub(in crate::sim) fn settle(&self, group: &Rc<str>, own: &Settings) -> Result<(), Refusal> {
        let below = self.core.group_of(group).map(|place| &self.core.groups[place as usize].settings);
        fits(&own.over(below.unwrap_or(&Settings::default())))
    }
}
