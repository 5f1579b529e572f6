//! The states of consumers: an icon, a word and a tone, the hue being only the third voice.

use super::format::{moment, span};
use super::{fill, plural, t};
use crate::base::{Span, Time};
use crate::session::view::{ConsumerFacts, ConsumerState};

/// How a state is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// What is well has no colour.
    Plain,
    /// Paused, unknown.
    Still,
    /// Waiting, joining, read again.
    Change,
    /// Unowned, dead, violated.
    Harm,
    /// A check that holds.
    Ok,
}

impl Tone {
    /// The classes of a `state` in this tone.
    pub fn class(self) -> &'static str {
        match self {
            Tone::Plain => "state",
            Tone::Still => "state still",
            Tone::Change => "state change",
            Tone::Harm => "state harm",
            Tone::Ok => "state ok",
        }
    }
}

/// A state as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateWord {
    /// The icon's name.
    pub icon: &'static str,
    /// How it is coloured.
    pub tone: Tone,
    /// The word, without anything that counts by the frame.
    pub word: String,
    /// What follows the word where there is room: of what, since when.
    pub tail: String,
}

/// What a consumer is doing, as it is shown at `now`.
pub fn state_word(consumer: &ConsumerFacts, now: Time) -> StateWord {
    let t = t();
    let until = moment(consumer.until.unwrap_or(now));
    let (icon, tone, word) = match consumer.state {
        ConsumerState::Joining => ("change", Tone::Change, t.state_joining.to_string()),
        ConsumerState::Syncing => ("wait", Tone::Change, t.state_syncing.to_string()),
        ConsumerState::Running if consumer.owns.is_empty() => ("ok", Tone::Still, t.state_idle.to_string()),
        ConsumerState::Running => ("ok", Tone::Plain, fill(t.state_reads, &[&consumer.owns.len()])),
        ConsumerState::NotTold => ("slow", Tone::Still, t.state_not_told.to_string()),
        ConsumerState::Told => ("wait", Tone::Change, t.state_told.to_string()),
        ConsumerState::Paused => ("pause", Tone::Still, fill(t.state_paused, &[&until])),
        ConsumerState::Slow => ("slow", Tone::Change, fill(t.state_slow, &[&until])),
        ConsumerState::Zombie => ("unowned", Tone::Harm, t.state_zombie.to_string()),
        ConsumerState::Killed => ("dead", Tone::Harm, t.state_killed.to_string()),
        ConsumerState::Closed => ("close", Tone::Still, t.state_closed.to_string()),
        ConsumerState::Failed => ("warn", Tone::Harm, t.state_failed.to_string()),
    };
    let tail = match consumer.state {
        ConsumerState::Killed | ConsumerState::Closed | ConsumerState::Failed | ConsumerState::Zombie => {
            ago(now.since(consumer.since))
        }
        ConsumerState::Running if !consumer.owns.is_empty() => {
            plural(t.state_reads_tail, consumer.owns.len() as u64, &[])
        }
        ConsumerState::Running => t.state_idle_tail.to_string(),
        _ => String::new(),
    };
    StateWord { icon, tone, word, tail }
}

/// The state's name alone, for tables.
pub fn state_name(state: ConsumerState) -> &'static str {
    let t = t();
    match state {
        ConsumerState::Joining => t.state_joining,
        ConsumerState::Syncing => t.state_syncing,
        ConsumerState::Running => t.state_running,
        ConsumerState::NotTold => t.state_not_told,
        ConsumerState::Told => t.state_told,
        ConsumerState::Paused => t.name_paused,
        ConsumerState::Slow => t.name_slow,
        ConsumerState::Zombie => t.state_zombie,
        ConsumerState::Killed => t.state_killed,
        ConsumerState::Closed => t.state_closed,
        ConsumerState::Failed => t.state_failed,
    }
}

/// ` 9.640 s ago`, to follow a word.
fn ago(since: Span) -> String {
    fill(t().ago, &[&"", &span(since)])
}
