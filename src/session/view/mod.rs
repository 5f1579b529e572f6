//! Views: plain data, one file a panel, from which the page draws. The page computes no fact of its own.
//!
//! Every view is `Eq` and sits behind an `Rc`, so that a panel whose view did not change is not drawn again. Times are
//! [`Time`] and `Span` (microseconds), offsets and counts `i64` and `u64`; there are no floats.

mod backups;
mod happened;
mod inspector;
mod plan;
mod stage;
mod story;
mod time;

pub(super) use backups::restore;
pub use backups::{BackupView, BackupsView, ProofRow, RestorePlace, RestoreStep, RestoreView, Verdict};
pub use happened::{Happened, HappenedView, What};
pub use inspector::{ConsumerDetail, InspectorView, PartitionDetail};
pub use plan::{DryRun, PlanLine, PlanTable, PlanView};
pub use stage::{Move, StageView, TopicView};
pub use story::StoryView;
pub(super) use story::title;
pub(super) use time::time;
pub use time::{Mark, MarkKind, Tenure, TimeRow, TimeView};

// What the lower layers say of a run is plain data already.
pub use crate::measure::{LagPoint, Measures};
pub use crate::sim::query::{
    AcquiredFacts, ConsumerFacts, ConsumerGroupFacts, ConsumerGroupMemberFacts, ConsumerState, GroupFacts,
    GroupState, LineFacts, MembershipFacts, MessageFacts, PartitionFacts, RangeFacts, RangeKind,
    SettingFacts, SharePartitionFacts, ShareRangeFacts, ShareState, TransactionFacts,
};
pub use crate::story::ParseError;
pub use crate::story::run::CheckResult;

use crate::base::Time;
use std::rc::Rc;

/// What is selected: whose details the inspector shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Focus {
    /// A partition, by topic and number.
    Partition(Rc<str>, i32),
    /// A consumer, by its name in the story.
    Consumer(Rc<str>),
    /// A group, by its name.
    Group(Rc<str>),
}

/// Everything that the page shows at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabView {
    /// The clock and the identity of the run.
    pub run: Rc<RunView>,
    /// The measures, always the same eight.
    pub measures: Rc<Measures>,
    /// Topics, partitions and consumers now.
    pub stage: Rc<StageView>,
    /// Who owned what when, and the lag.
    pub time: Rc<TimeView>,
    /// What is selected, in detail.
    pub inspector: Rc<InspectorView>,
    /// Backups and the restore under way.
    pub backups: Rc<BackupsView>,
    /// The run as text.
    pub story: Rc<StoryView>,
    /// What happened, newest last.
    pub happened: Rc<HappenedView>,
}

impl LabView {
    /// What is selected when nothing was chosen: the first partition, or where there is none the first consumer.
    pub fn first_focus(&self) -> Option<Focus> {
        let partition = self.stage.topics.first().and_then(|topic| topic.partitions.first());
        match partition {
            Some(partition) => Some(Focus::Partition(partition.topic.clone(), partition.partition)),
            None => self.stage.consumers.first().map(|consumer| Focus::Consumer(consumer.name.clone())),
        }
    }
}

/// The clock and the identity of the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunView {
    /// Virtual time: all events up to and including this moment have happened.
    pub now: Time,
    /// The seed of the run.
    pub seed: u64,
    /// The state hash at `now`, 16 hexadecimal digits.
    pub hash: Rc<str>,
    /// The engine's version.
    pub engine: &'static str,
    /// The story's title: its first comment line.
    pub title: Rc<str>,
    /// Where the story's `end` line stands, if it has one.
    pub end: Option<Time>,
}
