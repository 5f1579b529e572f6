//! `start c2`: a new process with the settings of the old one.

use super::{Command, Spec};
use crate::story::args::{Args, Name};
use crate::story::settings::Settings;
use crate::story::words::Words;
use std::fmt;

pub(super) const SPEC: Spec = Spec {
    word: "start",
    syntax: "start CONSUMER|PRODUCER… [instance=ID] [SETTING=VALUE…]",
    help: "Starts consumers again that were killed or closed, with their settings and those given instead; producers go \
           on with their next record.",
    parse,
};

/// Starts consumers again.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Start {
    /// Their names.
    pub consumers: Vec<Name>,
    /// Settings that replace theirs.
    pub settings: Settings,
}

fn parse(args: &mut Args) -> Command {
    let consumers = args.names("a consumer's name");
    let settings = Settings::take_own(args, &consumers);
    Command::Start(Start { consumers, settings })
}

impl fmt::Display for Start {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.settings.write(Words::new(f, "start").names(&self.consumers)).end()
    }
}
