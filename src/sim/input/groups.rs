//! Groups: their settings, and what an administrator does to their offsets.

use super::group_named;
use crate::group::{self, CommitPartition, ErrorCode, Reply, Request, TopicRef};
use crate::sim::broker::error_of;
use crate::sim::spec::{Commit, GroupSpec, Protocol, Reset, ResetTo, Settings};
use crate::sim::trace::Happening;
use crate::sim::{Refusal, World};
use std::rc::Rc;

impl World {
    /// Makes the settings of a group known. The coordinator learns of it with the first member.
    ///
    /// # Errors
    /// A name that is taken or not allowed, a setting that Kafka refuses.
    pub fn add_group(&mut self, spec: GroupSpec) -> Result<(), Refusal> {
        group_named(&spec.name)?;
        self.takes(&spec.settings)?;
        if self.core.group_of(&spec.name).is_some() {
            return Err(Refusal::GroupExists(spec.name));
        }
        let dynamic = dynamic(&spec.settings);
        if let Some(settings) = &dynamic {
            settings.check(&self.core.config.coordinator).map_err(|said| Refusal::BadConfig(said.into()))?;
        }
        let place = self.core.group_or_new(&spec.name);
        if dynamic.is_some() {
            self.core.coordinator.set_group_settings(&spec.name, dynamic);
        }
        self.core.groups[place as usize].settings = spec.settings;
        Ok(())
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
        self.administer(Request::DeleteGroups(group::DeleteGroups { groups: vec![name] }))?;
        self.core.forget_shares(|of, _| of == place);
        Ok(())
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

/// Session and heartbeat of the consumer protocol and of share groups are the broker's settings for the group
/// (`consumer.session.timeout.ms`, `share.heartbeat.interval.ms` and so on).
fn dynamic(of: &Settings) -> Option<group::DynamicSettings> {
    if of.session_timeout.is_none() && of.heartbeat.is_none() {
        return None;
    }
    let mut settings = group::DynamicSettings::default();
    let set = match of.protocol.unwrap_or_default() {
        Protocol::Classic => return None,
        Protocol::Consumer => &mut settings.consumer,
        Protocol::Share => &mut settings.share,
    };
    set.session_timeout_ms = of.session_timeout.map(|session| session.ms() as i32);
    set.heartbeat_interval_ms = of.heartbeat.map(|heartbeat| heartbeat.ms() as i32);
    Some(settings)
}

/// What Kafka's ConsumerConfig refuses.
fn fits(settings: &Settings) -> Result<(), Refusal> {
    let bad = |name, reason: &str| Err(Refusal::BadSetting(name, reason.into()));
    let protocol = settings.protocol.unwrap_or_default();
    if protocol == Protocol::Share {
        fits_share(settings)?;
    } else if !settings.share.is_empty() {
        return bad(
            "lock-duration, delivery-limit, acknowledgement and the like",
            "only with protocol=share",
        );
    }
    for name in settings.assignors.iter().flatten() {
        // An assignor of the broker's that it does not have is refused by the broker.
        if protocol == Protocol::Classic && crate::assign::by_name(name).is_none() {
            return Err(Refusal::NoAssignor(name.clone()));
        }
    }
    if settings.assignors.as_ref().is_some_and(Vec::is_empty) {
        return bad("assignor", "at least one");
    }
    let set = settings.resolved();
    let ms = |span: crate::base::Span| span.us() >= 1000 && span.ms() <= i32::MAX as u64;
    if !ms(set.session_timeout) {
        return bad("session-timeout", "at least 1ms");
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

/// What Kafka's ShareConsumerConfig refuses.
fn fits_share(settings: &Settings) -> Result<(), Refusal> {
    let bad = |name, reason: &str| Err(Refusal::BadSetting(name, reason.into()));
    if settings.assignors.is_some() {
        return bad("assignor", "a share group has no other than simple");
    }
    if settings.instance.is_some() {
        return bad("instance", "a share group has no static members");
    }
    if let Some((of, _)) = settings.tuning.given().find(|(of, _)| !of.shared) {
        return bad(of.names[0], "a share consumer of the lab does not look at it");
    }
    if settings.auto_commit_interval.is_some() || settings.commit_on_revoke.is_some() {
        return bad("auto-commit-interval, commit-on-revoke", "a share consumer commits no offsets");
    }
    if settings.reset == Some(Reset::None) {
        return bad("reset", "earliest, latest or by_duration: share.auto.offset.reset knows no other");
    }
    match settings.commit {
        Some(Commit::None) => return bad("commit", "a share consumer's next poll() always acknowledges"),
        Some(Commit::Record) if !settings.share.is_explicit() => {
            return bad(
                "commit",
                "record only with acknowledgement=explicit: else a commit accepts all that poll() returned",
            );
        }
        _ => {}
    }
    settings.share.fit().or_else(|(name, reason)| bad(name, reason))
}

impl World {
    /// What a consumer or the broker refuses. Where an operator has set how long a session may be, the coordinator answers
    /// for that; the consumer then fails.
    fn takes(&self, settings: &Settings) -> Result<(), Refusal> {
        fits(settings)?;
        let kafkas = group::Config::default().max_session_timeout_ms;
        let longest = self.core.config.coordinator.max_session_timeout_ms;
        if longest == kafkas && settings.session_timeout.is_some_and(|of| of.ms() > kafkas as u64) {
            let reason = "from 1ms to 1800s, as the broker allows".into();
            return Err(Refusal::BadSetting("session-timeout", reason));
        }
        Ok(())
    }

    /// The settings of a consumer that would start in this group with its own.
    pub(in crate::sim) fn settle(&self, group: &Rc<str>, own: &Settings) -> Result<(), Refusal> {
        let below = self.core.group_of(group).map(|place| &self.core.groups[place as usize].settings);
        let settings = own.over(below.unwrap_or(&Settings::default()));
        if settings.protocol == Some(Protocol::Share) && own.of_share_group() {
            let reason = "settings of a share group: they stand on its group line";
            return Err(Refusal::BadSetting(
                "reset, session-timeout, heartbeat, lock-duration, delivery-limit, max-locks",
                reason.into(),
            ));
        }
        if settings.protocol == Some(Protocol::Consumer) {
            let kafkas = match (own.heartbeat.is_some(), own.session_timeout.is_some()) {
                (true, true) => {
                    "heartbeat.interval.ms, session.timeout.ms cannot be set when group.protocol=CONSUMER"
                }
                (true, false) => "heartbeat.interval.ms cannot be set when group.protocol=CONSUMER",
                (false, true) => "session.timeout.ms cannot be set when group.protocol=CONSUMER",
                (false, false) => return self.takes(&settings),
            };
            let reason = format!("{kafkas}: they are the group's, on its group line");
            return Err(Refusal::BadSetting("session-timeout, heartbeat", reason.into()));
        }
        self.takes(&settings)
    }
}
