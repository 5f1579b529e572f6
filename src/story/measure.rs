//! The measures that `check` and `rejoin run --json` speak of, under one list of names.

/// Something that can be measured of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Measure {
    Unowned,
    PauseMedian,
    PauseMax,
    Moved,
    MovedNeedlessly,
    Reread,
    Skipped,
    Lag,
    LagPeak,
    Drain,
    Rebalances,
    Messages,
    State,
    Generation,
    Members,
    Owner,
    Committed,
    Position,
    End,
    Stable,
    StartOffset,
    Acquired,
    Acknowledged,
    Archived,
    Redelivered,
    Proof,
}

/// What a measure speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The whole run, or one group of it.
    Run,
    /// One group.
    Group,
    /// One partition, as one group sees it.
    Partition,
    /// The records of all share groups, or of one.
    Share,
    /// The restore of the run.
    Restore,
}

/// What a measure gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A whole number.
    Count,
    /// A length of time.
    Span,
    /// A word; `none` when there is none.
    Text,
}

/// What there is to know of a measure.
pub struct MeasureSpec {
    /// The measure.
    pub measure: Measure,
    /// Its name.
    pub name: &'static str,
    /// What it speaks of.
    pub subject: Subject,
    /// What it gives.
    pub kind: Kind,
    /// What it is.
    pub help: &'static str,
}

const fn spec(
    measure: Measure,
    name: &'static str,
    subject: Subject,
    kind: Kind,
    help: &'static str,
) -> MeasureSpec {
    MeasureSpec { measure, name, subject, kind, help }
}

/// All measures, in the order in which help lists them.
pub const MEASURES: &[MeasureSpec] = &[
    spec(
        Measure::Unowned,
        "unowned",
        Subject::Run,
        Kind::Span,
        "time without an owner, summed over partitions",
    ),
    spec(
        Measure::PauseMedian,
        "pause-median",
        Subject::Run,
        Kind::Span,
        "median of the partitions' longest pauses",
    ),
    spec(
        Measure::PauseMax,
        "pause-max",
        Subject::Run,
        Kind::Span,
        "the longest time that a partition had no owner",
    ),
    spec(
        Measure::Moved,
        "moved",
        Subject::Run,
        Kind::Count,
        "partitions that went from one owner to another",
    ),
    spec(
        Measure::MovedNeedlessly,
        "moved-needlessly",
        Subject::Run,
        Kind::Count,
        "those of moved that a best assignment would have left in place",
    ),
    spec(Measure::Reread, "reread", Subject::Run, Kind::Count, "records that a group read again"),
    spec(
        Measure::Skipped,
        "skipped",
        Subject::Run,
        Kind::Count,
        "records that a group passed without processing",
    ),
    spec(Measure::Lag, "lag", Subject::Run, Kind::Count, "end minus committed, summed over partitions"),
    spec(Measure::LagPeak, "lag-peak", Subject::Run, Kind::Count, "the largest lag so far"),
    spec(
        Measure::Drain,
        "drain",
        Subject::Run,
        Kind::Span,
        "time from the peak of the lag until it was drained",
    ),
    spec(Measure::Rebalances, "rebalances", Subject::Run, Kind::Count, "rebalances that began"),
    spec(
        Measure::Messages,
        "messages",
        Subject::Run,
        Kind::Count,
        "requests and answers of the group protocol",
    ),
    spec(Measure::State, "state", Subject::Group, Kind::Text, "the group's state, as Kafka prints it"),
    spec(Measure::Generation, "generation", Subject::Group, Kind::Count, "the group's generation"),
    spec(Measure::Members, "members", Subject::Group, Kind::Count, "the group's living members"),
    spec(
        Measure::Owner,
        "owner",
        Subject::Partition,
        Kind::Text,
        "the consumer that owns the partition, or none",
    ),
    spec(
        Measure::Committed,
        "committed",
        Subject::Partition,
        Kind::Count,
        "the committed offset: next to be read",
    ),
    spec(
        Measure::Position,
        "position",
        Subject::Partition,
        Kind::Count,
        "the next offset that the owner reads",
    ),
    spec(Measure::End, "end", Subject::Partition, Kind::Count, "the next offset to be written"),
    spec(
        Measure::Stable,
        "stable",
        Subject::Partition,
        Kind::Count,
        "the last stable offset: readers of committed records stop there",
    ),
    spec(
        Measure::StartOffset,
        "start-offset",
        Subject::Partition,
        Kind::Count,
        "of a share group: all below is acknowledged or archived",
    ),
    spec(Measure::Acquired, "acquired", Subject::Share, Kind::Count, "records that share consumers have now"),
    spec(Measure::Acknowledged, "acknowledged", Subject::Share, Kind::Count, "records acknowledged"),
    spec(
        Measure::Archived,
        "archived",
        Subject::Share,
        Kind::Count,
        "records rejected, or delivered as often as they may be",
    ),
    spec(
        Measure::Redelivered,
        "redelivered",
        Subject::Share,
        Kind::Count,
        "deliveries of records that had been delivered before",
    ),
    spec(
        Measure::Proof,
        "proof",
        Subject::Restore,
        Kind::Text,
        "of the last restore: holds, fails, open (not all is seen yet) or none",
    ),
];

impl Measure {
    /// What there is to know of it.
    pub fn spec(self) -> &'static MeasureSpec {
        MEASURES.iter().find(|spec| spec.measure == self).expect("every measure is listed")
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.spec().name
    }
}
