//! `configure orders retention=1m`: other settings for a topic that exists.

use super::{Command, Spec};
use crate::story::args::{Args, Name};
use crate::story::settings;
use crate::story::words::Words;
use std::fmt;
use std::rc::Rc;

pub(super) const SPEC: Spec = Spec {
    word: "configure",
    syntax: "configure TOPIC SETTING=VALUE|default…",
    help: "Sets a topic to something else while it lives (kafka-configs.sh --alter); default takes a setting back.",
    parse,
};

/// Sets a topic to something else.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Configure {
    /// The topic.
    pub topic: Name,
    /// Kafka's names and values; `None` is the default.
    pub changes: Vec<(&'static str, Option<Rc<str>>)>,
}

fn parse(args: &mut Args) -> Command {
    let topic = args.topic();
    let changes = settings::topic::take_changes(args, true);
    if changes.is_empty() && !args.has_errors() {
        args.missing("a setting such as retention=1h");
    }
    Command::Configure(Configure { topic, changes })
}

impl fmt::Display for Configure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = Words::new(f, "configure").name(&self.topic);
        settings::topic::write_changes(&self.changes, words).end()
    }
}
