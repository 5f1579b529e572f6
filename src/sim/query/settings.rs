//! A consumer's settings as text: those that were changed in the story's words, all of them under Kafka's names.

use crate::base::Span;
use crate::sim::spec::{Commit, Protocol, Reset, Resolved, Settings};
use std::rc::Rc;

impl Settings {
    /// What is set here, in the story's words, in the order in which stories write them.
    pub(super) fn changed(&self) -> Vec<(Rc<str>, Rc<str>)> {
        let span = |value: Option<Span>| value.map(|span| span.to_string());
        let list = [
            ("protocol", self.protocol.map(|protocol| protocol.name().into())),
            ("assignor", self.assignors.as_ref().map(|names| names.join(","))),
            ("session-timeout", span(self.session_timeout)),
            ("heartbeat", span(self.heartbeat)),
            ("max-poll-interval", span(self.max_poll_interval)),
            ("max-poll-records", self.max_poll_records.map(|count| count.to_string())),
            ("metadata-max-age", span(self.metadata_max_age)),
            ("reset", self.reset.map(|reset| reset.name().into())),
            ("commit", self.commit.map(|commit| commit.name().into())),
            ("auto-commit-interval", span(self.auto_commit_interval)),
            ("commit-on-revoke", self.commit_on_revoke.map(|yes| if yes { "yes" } else { "no" }.into())),
            ("instance", self.instance.as_ref().map(|id| id.to_string())),
            ("poll", span(self.poll)),
            ("process", span(self.process)),
        ];
        list.into_iter().filter_map(|(name, value)| Some((name.into(), value?.into()))).collect()
    }
}

impl Resolved {
    /// All settings that matter, under Kafka's names.
    pub(super) fn all(&self) -> Vec<(&'static str, Rc<str>)> {
        let ms = |span: Span| -> Rc<str> { span.ms().to_string().into() };
        // Of the consumer protocol the broker says how long a session is and how often a heartbeat is due.
        let mut all: Vec<(&'static str, Rc<str>)> = match self.protocol {
            Protocol::Classic => vec![
                ("partition.assignment.strategy", self.assignors.join(",").into()),
                ("session.timeout.ms", ms(self.session_timeout)),
                ("heartbeat.interval.ms", ms(self.heartbeat)),
            ],
            Protocol::Consumer => vec![
                ("group.protocol", self.protocol.name().into()),
                ("group.remote.assignor", self.assignor.clone().unwrap_or_else(|| "null".into())),
            ],
        };
        all.extend([
            ("max.poll.interval.ms", ms(self.max_poll_interval)),
            ("max.poll.records", self.max_poll_records.to_string().into()),
            ("metadata.max.age.ms", ms(self.metadata_max_age)),
            ("auto.offset.reset", self.reset.name().into()),
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
        }
    }
}

impl Reset {
    /// Kafka's word.
    pub fn name(self) -> &'static str {
        match self {
            Reset::Earliest => "earliest",
            Reset::Latest => "latest",
            Reset::None => "none",
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
