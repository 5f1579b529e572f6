//! `close c2`: the consumer finishes its record, commits and leaves.

use super::{Command, Spec};
use crate::story::args::{Args, Name};
use crate::story::words::Words;
use std::fmt;

pub(super) const SPEC: Spec = Spec {
    word: "close",
    syntax: "close CONSUMER… [option=leave|remain]",
    help: "Closes consumers. Without option= a dynamic member leaves the group and a static one remains.",
    parse,
};

/// Closes consumers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Close {
    /// Their names.
    pub consumers: Vec<Name>,
    /// Kafka's `CloseOptions.groupMembershipOperation`; `None`: the default of the membership.
    pub option: Option<CloseOption>,
}

/// What a consumer does about its membership when it closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CloseOption {
    /// It leaves, even when static.
    Leave,
    /// It stays a member until its session ends, even when dynamic.
    Remain,
}

const OPTIONS: [(&str, CloseOption); 2] = [("leave", CloseOption::Leave), ("remain", CloseOption::Remain)];

fn parse(args: &mut Args) -> Command {
    let consumers = args.names("a consumer's name");
    let option = args.value("option").map(|word| args.as_choice(&word, &OPTIONS));
    Command::Close(Close { consumers, option })
}

impl fmt::Display for Close {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let option = self.option.map(|o| if o == CloseOption::Leave { "leave" } else { "remain" });
        Words::new(f, "close").names(&self.consumers).maybe("option", option).end()
    }
}
