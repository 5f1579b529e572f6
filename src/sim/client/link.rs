//! Connections, the coordinator, and topic metadata.
//!
//! `ApiVersions(1) · Metadata ∥ FindCoordinator(1) · ApiVersions(2)` and then the coordinator may be asked. The third
//! connection, to the leader of the partitions, begins with ApiVersions as well.

use super::{Consumer, Phase};
use crate::base::{Map, Time, small};
use crate::sim::core::Core;
use crate::sim::network::{Answer, Call, Found};
use crate::sim::spec::Tune;
use std::rc::Rc;

/// The way to the coordinator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(in crate::sim) enum Link {
    /// Nothing asked yet.
    #[default]
    Cold,
    /// The first request on the bootstrap connection is under way.
    Bootstrap(u64),
    /// FindCoordinator is under way.
    Finding(u64),
    /// The coordinator was lost sight of: FindCoordinator is asked (again) at this time.
    Backoff(Time),
    /// The first request on the connection to the coordinator is under way.
    Connecting(u64),
    /// The coordinator can be asked.
    Ready,
}

/// All connections of a process, and what it knows of topics.
#[derive(Clone, Debug, Default, Hash)]
pub(in crate::sim) struct Connections {
    pub coordinator: Link,
    /// Whether the connection to the partitions' leader is open.
    pub leader: Leader,
    /// What it last heard of topics; empty before the first answer.
    pub topics: Map<Rc<str>, Found>,
    /// The metadata request under way.
    pub asking: Option<u64>,
    /// When metadata is asked next.
    pub refresh: Time,
    /// When it last came.
    pub heard: Time,
    /// How often it was asked in vain.
    pub vain: u32,
    /// Until when no new connection to the coordinator may be opened.
    blocked: Time,
}

/// The connection to the leader of the partitions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(in crate::sim) enum Leader {
    /// Not connected.
    #[default]
    Cold,
    /// Its first request is under way.
    Connecting(u64),
    /// Open.
    Ready,
}

impl Consumer {
    /// The metadata timer of a new process.
    pub(super) fn start_metadata(&mut self, now: Time) {
        self.client.link.refresh = now + self.settings.metadata_max_age;
    }

    /// Whether the coordinator can be asked; does what has to be done until it can.
    pub(super) fn coordinator_ready(&mut self, core: &mut Core) -> bool {
        let from = self.address();
        let link = &mut self.client.link;
        match link.coordinator {
            Link::Ready => return true,
            Link::Cold => link.coordinator = Link::Bootstrap(core.send(from, Call::ApiVersions)),
            Link::Backoff(at) if at <= core.now => {
                link.coordinator = Link::Finding(core.send(from, Call::FindCoordinator));
            }
            _ => {}
        }
        false
    }

    /// The coordinator does not answer: it has to be found again.
    pub(super) fn coordinator_lost(&mut self, at: Time) {
        if self.client.link.coordinator == Link::Ready {
            self.client.link.coordinator = Link::Backoff(at);
        }
    }

    /// The client closes the connection to a coordinator that is silent: what is under way on it fails.
    pub(super) fn coordinator_closed(&mut self, core: &mut Core) {
        self.coordinator_lost(core.now);
        self.client.link.blocked = core.now + self.settings.tuning.span(Tune::ReconnectBackoff);
        core.network.drop_held(self.address());
        self.client.beats.cut();
        self.client.late.clear();
        self.commits_failed(core);
        if let Phase::Joining(_) | Phase::Syncing(_) = self.client.member.phase {
            self.client.member.phase = Phase::Unjoined;
            self.client.member.rejoin = Some("rebalance failed due to DisconnectException".into());
        }
    }

    /// Whether the leader of the partitions can be asked; connects when it cannot.
    pub(super) fn leader_ready(&mut self, core: &mut Core) -> bool {
        if self.client.link.leader == Leader::Cold {
            let token = core.send(self.address(), Call::ApiVersions);
            self.client.link.leader = Leader::Connecting(token);
        }
        self.client.link.leader == Leader::Ready
    }

    /// Asks for metadata when it is old or wanted.
    pub(super) fn refresh_metadata(&mut self, core: &mut Core) {
        if core.now >= self.client.link.refresh && self.client.link.asking.is_none() {
            self.ask_metadata(core, Vec::new());
        }
    }

    /// Asks how many partitions its topics, and these, have.
    pub(super) fn ask_metadata(&mut self, core: &mut Core, more: Vec<Rc<str>>) {
        let mut topics = self
            .matched(core)
            .unwrap_or_else(|| Some(self.client.link.topics.keys().chain(&self.topics).cloned().collect()));
        if let Some(topics) = &mut topics {
            topics.extend(more);
            small::sort(topics);
            topics.dedup();
        }
        self.client.link.asking = Some(core.send(self.address(), Call::Metadata(topics)));
        self.client.link.refresh = Time::MAX;
    }

    /// Metadata is wanted: something about a topic looks wrong. It is asked for at once, but not sooner after the last
    /// answer than the backoff allows.
    pub(super) fn doubt_metadata(&mut self, core: &mut Core) {
        if self.client.link.asking.is_some() {
            return;
        }
        let tuning = &self.settings.tuning;
        let backoff = tuning.retry() * (1 << self.client.link.vain.min(20));
        let soon = self.client.link.heard + backoff.min(tuning.span(Tune::RetryBackoffMax));
        if soon <= core.now {
            return self.ask_metadata(core, Vec::new());
        }
        self.client.link.refresh = self.client.link.refresh.min(soon);
    }

    /// An answer that is about connections or topics.
    pub(super) fn linked(&mut self, core: &mut Core, token: u64, answer: Answer) {
        let (from, retry) = (self.address(), self.settings.tuning.retry());
        let link = &mut self.client.link;
        if let Answer::Metadata(topics) = answer {
            if link.asking == Some(token) {
                self.metadata_came(core, topics);
            }
            return;
        }
        if link.leader == Leader::Connecting(token) {
            link.leader = Leader::Ready;
        }
        if link.coordinator == Link::Finding(token) {
            // A coordinator that is found has not been silent yet.
            self.client.beats.heard = core.now;
        }
        let link = &mut self.client.link;
        match link.coordinator {
            Link::Bootstrap(of) if of == token => {
                self.ask_metadata(core, Vec::new());
                self.client.link.coordinator = Link::Finding(core.send(from, Call::FindCoordinator));
            }
            Link::Finding(of) if of == token && core.now < link.blocked => {
                link.coordinator = Link::Backoff(core.now + retry);
            }
            Link::Finding(of) if of == token => {
                link.coordinator = Link::Connecting(core.send(from, Call::ApiVersions));
            }
            Link::Connecting(of) if of == token => link.coordinator = Link::Ready,
            _ => {}
        }
    }

    fn metadata_came(&mut self, core: &mut Core, topics: Vec<(Rc<str>, Found)>) {
        let link = &mut self.client.link;
        link.asking = None;
        link.heard = core.now;
        link.refresh = core.now + self.settings.metadata_max_age;
        let missing = topics.iter().any(|(_, found)| found.partitions == 0);
        link.topics = topics.into_iter().collect();
        link.vain = if missing { link.vain + 1 } else { 0 };
        if missing {
            self.doubt_metadata(core);
        }
        self.match_known();
        self.follow_names(core);
        self.metadata_known(core);
    }
}
