//! `group checkout session-timeout=10s`: a consumer group and the settings of its consumers.

use super::{Command, Spec};
use crate::story::args::{Args, Name};
use crate::story::settings::Settings;
use crate::story::words::Words;
use std::fmt;

pub(super) const SPEC: Spec = Spec {
    word: "group",
    syntax: "group NAME [SETTING=VALUE…]",
    help: "Names a consumer group and the settings that its consumers share.",
    parse,
};

/// A consumer group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Group {
    /// Its name.
    pub name: Name,
    /// Settings of its consumers; those that are Kafka's defaults are left out.
    pub settings: Settings,
}

fn parse(args: &mut Args) -> Command {
    let name = args.name("a group name");
    let settings = Settings::take(args);
    Command::Group(Group { name, settings: settings.beyond(&settings.defaults()) })
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.settings.write(Words::new(f, "group").name(&self.name)).end()
    }
}
