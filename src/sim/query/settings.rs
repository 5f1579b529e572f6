//! A consumer's settings as text, under Kafka's names.

use super::SettingFacts;
use crate::base::Span;
use crate::sim::spec::{Commit, Protocol, Reset, Resolved, Settings};
use std::rc::Rc;

impl Resolved {
    /// All settings that matter, with those marked that are not Kafka's defaults.
    pub(super) fn facts(&self) -> Vec<SettingFacts> {
        let spoken = Settings { protocol: Some(self.protocol), ..Settings::default() };
        let defaults = spoken.resolved().all();
        let facts = |(name, value): (&'static str, Rc<str>)| SettingFacts {
            changed: match name {
                "group.protocol" => self.protocol != Protocol::default(),
                _ => !defaults.contains(&(name, value.clone())),
            },
            name,
            value,
        };
        self.all().into_iter().map(facts).collect()
    }

    /// All settings that matter, under Kafka's names.
    fn all(&self) -> Vec<(&'static str, Rc<str>)> {
        let ms = |span: Span| -> Rc<str> { span.ms().to_string().into() };
        let mut all: Vec<(&'static str, Rc<str>)> = vec![("group.protocol", self.protocol.name().into())];
        // Of the consumer protocol the broker says how long a session is and how often a heartbeat is due.
        match self.protocol {
            Protocol::Classic => all.extend([
                ("partition.assignment.strategy", self.assignors.join(",").into()),
                ("session.timeout.ms", ms(self.session_timeout)),
                ("heartbeat.interval.ms", ms(self.heartbeat)),
            ]),
            Protocol::Consumer => {
                all.push(("group.remote.assignor", self.assignor.clone().unwrap_or_else(|| "null".into())));
            }
            Protocol::Share => {
                let share = &self.share;
                all.push((
                    "share.acknowledgement.mode",
                    share.acknowledgement.unwrap_or_default().name().into(),
                ));
                all.push(("share.acquire.mode", share.acquire.unwrap_or_default().name().into()));
            }
        }
        all.extend([
            ("max.poll.interval.ms", ms(self.max_poll_interval)),
            ("max.poll.records", self.max_poll_records.to_string().into()),
            ("metadata.max.age.ms", ms(self.metadata_max_age)),
        ]);
        all.extend(self.rack.clone().map(|rack| ("client.rack", rack)));
        let shared = self.protocol == Protocol::Share;
        let tuned = self.tuning.given().filter(|(of, value)| *value != of.default && (of.shared || !shared));
        all.extend(tuned.map(|(of, value)| (of.names[1], value.to_string().into())));
        if shared {
            return all;
        }
        all.extend([
            ("auto.offset.reset", self.reset.text()),
            ("isolation.level", self.isolation.name().into()),
            ("enable.auto.commit", (self.commit == Commit::Auto).to_string().into()),
            ("auto.commit.interval.ms", ms(self.auto_commit_interval)),
        ]);
        if let Some(instance) = &self.instance {
            all.push(("group.instance.id", instance.clone()));
        }
        all
    }
}

impl Protocol {
    /// Kafka's word.
    pub fn name(self) -> &'static str {
        match self {
            Protocol::Classic => "classic",
            Protocol::Consumer => "consumer",
            Protocol::Share => "share",
        }
    }
}

impl Reset {
    /// As Kafka writes it.
    pub fn text(self) -> Rc<str> {
        match self {
            Reset::Earliest => "earliest".into(),
            Reset::Latest => "latest".into(),
            Reset::Since(span) => format!("by_duration:{}", span.iso()).into(),
            Reset::None => "none".into(),
        }
    }
}

impl Commit {
    /// The story's word.
    pub fn name(self) -> &'static str {
        match self {
            Commit::Auto => "auto",
            Commit::Sync => "sync",
            Commit::Async => "async",
            Commit::Record => "record",
            Commit::None => "none",
        }
    }
}
