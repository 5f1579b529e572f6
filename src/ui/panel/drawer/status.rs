//! The status: what the person did last, and one sentence on what happened, at most one every one and a half seconds.

use crate::base::Time;
use crate::session::view::{Happened, HappenedView, What};
use crate::ui::i18n::{fill, sentence, t};
use crate::ui::widget::icon;
use gloo::timers::callback::Interval;
use std::rc::Rc;
use yew::prelude::*;

/// The time between two sentences, in milliseconds of the page's clock.
const SENTENCE_MS: u32 = 1500;

/// Props of [`Status`].
#[derive(Clone, PartialEq, Properties)]
pub struct StatusProps {
    /// What happened.
    pub happened: Rc<HappenedView>,
    /// What the person did last, and when.
    pub last_act: Option<(Time, Rc<str>)>,
}

/// What was said, so that the next sentence speaks of what is newer.
#[derive(Default)]
struct Said {
    newest: Rc<HappenedView>,
    number: Option<u64>,
    acted: bool,
}

/// The status.
#[component]
pub fn Status(props: &StatusProps) -> Html {
    let shown = use_state(|| (AttrValue::from(""), "ok"));
    let said = use_mut_ref(Said::default);
    {
        let mut said = said.borrow_mut();
        said.newest = props.happened.clone();
        said.acted = props.last_act.is_some();
    }
    {
        let (shown, said) = (shown.setter(), said.clone());
        use_effect_with((), move |()| {
            let timer = Interval::new(SENTENCE_MS, move || {
                let mut said = said.borrow_mut();
                let newest = said.newest.clone();
                if let Some(event) = most_important(&newest.events, said.number, said.acted) {
                    shown.set((short(&event.what).into(), icon_of(&event.what)));
                }
                // A new run counts from the beginning again.
                said.number = newest.events.last().map(|event| event.number);
            });
            move || drop(timer)
        });
    }
    let (text, sign) = &*shown;
    html! {
        <div class="status-line">
            if let Some((at, line)) = &props.last_act {
                <p class="act" title={line.to_string()}><code>{ fill(t().acted, &[at, line]) }</code></p>
            }
            <p class="status" role="status">
                if !text.is_empty() { { icon(sign) }<span>{ text }</span> }
            </p>
        </div>
    }
}

/// The sentence as the status has room for it: without the coordinator's reason, which the list of events has.
fn short(what: &What) -> String {
    match what {
        What::RebalanceBegan(group, _) => fill(t().ev_rebalance_short, &[group]),
        other => sentence(other),
    }
}

/// Of what happened after `number`, what matters most; of equals the newest.
/// After the person `acted`, the story's checks no longer speak of this run, and of what is refused an alert tells.
fn most_important(events: &[Happened], number: Option<u64>, acted: bool) -> Option<&Happened> {
    let last = events.last()?.number;
    // Numbers that went back belong to another run.
    let after = number.filter(|number| *number <= last);
    let new = events.iter().rev().take_while(|event| after.is_none_or(|number| event.number > number));
    let mut best: Option<&Happened> = None;
    let worth = |event: &&Happened| {
        importance(&event.what) > 0 && !(acted && matches!(event.what, What::Check(..) | What::Refused(..)))
    };
    for event in new.filter(worth) {
        if best.is_none_or(|best| importance(&event.what) > importance(&best.what)) {
            best = Some(event);
        }
    }
    best
}

/// How much a thing matters; 0 is never said.
fn importance(what: &What) -> u8 {
    match what {
        What::Check(_, _, false) | What::Failed(..) | What::Skipped(..) | What::RestoreDisproven(..) => 9,
        What::Refused(..) => 9,
        What::RestoreProven(_) | What::BackedUp(..) | What::Restored(..) | What::Loaded(..) => 8,
        What::Imported(..) | What::Exported(..) | What::Verified(..) => 8,
        What::Killed(..) | What::Removed(..) | What::Lost(..) => 7,
        What::ProducerKilled(_) | What::TransactionFenced(_) | What::TransactionTimedOut(..) => 7,
        What::Stable(..) | What::Reconciled(..) | What::BackupDeleted(_) | What::TopicDeleted(_) => 6,
        What::Closed(_) | What::Left(..) | What::Paused(..) | What::Slowed(..) => 5,
        What::CommitFailed(..) | What::GroupDeleted(_) | What::Emptied(_) | What::WentOn(_) => 5,
        What::SegmentsDeleted(..) | What::RecordsDeleted(..) | What::Compacted(..) => 5,
        What::TopicGrown(..) | What::Produced(..) | What::OffsetsReset(..) => 5,
        What::RebalanceBegan(..) | What::Reread(..) => 4,
        What::Archived(..) | What::LockExpired(..) => 6,
        What::Redelivered(..) | What::Released(..) | What::Rejected(..) => 4,
        What::Assigned(..) | What::Revoked(..) | What::TopicCreated(..) | What::Check(..) => 3,
        What::Joined(..) | What::Started(_) => 2,
        // The person hears of his own acts elsewhere, of single lines in the load's summary.
        What::Command(_) | What::LineRefused(..) => 0,
        What::LoadRemark(..) | What::BackupRemark(..) => 0,
    }
}

fn icon_of(what: &What) -> &'static str {
    match what {
        What::Killed(..) | What::Removed(..) | What::Lost(..) | What::ProducerKilled(_) => "dead",
        What::Check(_, _, false) | What::Failed(..) | What::Skipped(..) | What::Refused(..) => "warn",
        What::RebalanceBegan(..) | What::Revoked(..) => "change",
        What::Reread(..) | What::Redelivered(..) => "again",
        What::BackedUp(..) | What::BackupDeleted(_) => "backup",
        What::Restored(..) => "restore",
        What::Closed(_) | What::Left(..) => "close",
        What::Paused(..) => "pause",
        What::Slowed(..) => "slow",
        _ => "ok",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Span;

    fn event(number: u64, what: What) -> Happened {
        Happened { number, at: Time::ZERO, what }
    }

    #[test]
    fn a_removal_is_said_rather_than_what_follows_it() {
        let events = [
            event(3, What::Joined("c1".into(), "g".into())),
            event(4, What::Removed("c2".into(), Span::from_secs(10))),
            event(5, What::RebalanceBegan("g".into(), "r".into())),
        ];
        assert_eq!(most_important(&events, Some(3), false).map(|e| e.number), Some(4));
        assert_eq!(most_important(&events, Some(5), false).map(|e| e.number), None);
        assert_eq!(most_important(&events, None, false).map(|e| e.number), Some(4));
    }

    #[test]
    fn a_new_run_is_heard_from_its_beginning() {
        let events = [event(0, What::Started("c1".into()))];
        assert_eq!(most_important(&events, Some(900), false).map(|e| e.number), Some(0));
    }
}
