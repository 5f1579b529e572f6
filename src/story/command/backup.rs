//! `backup full`: takes a backup, or lets one be taken again and again; also verifies, deletes and expires them.

use super::{Command, Spec};
use crate::backup::Rules;
use crate::backup::manifest::KindName;
use crate::base::Span;
use crate::story::args::{Args, Name};
use crate::story::words::Words;
use std::fmt;

pub(super) const SPEC: Spec = Spec {
    word: "backup",
    syntax: "backup full [TOPIC…] | backup incremental | backup differential | \
             backup schedule every=TIME [type=full|incremental|differential] | backup schedule off | \
             backup verify LABEL | backup delete LABEL | backup retain [full=N] [time=TIME] [diff=N] [dry-run=yes]",
    help: "Takes a backup of all topics (or those named), groups and offsets: everything, what changed since the last \
           backup of any kind, or what changed since the last full; without a full, both become one. A schedule takes \
           one again and again from now on; of several that are due, the most complete is taken. Verifies or deletes a \
           backup (LABEL may be latest), or all that no rule keeps: the newest N fulls, the fulls that reach TIME back, \
           the newest N differentials (fulls counted). What others build on is never deleted before them. dry-run only \
           says what would go.",
    parse,
};

/// The shortest time between two backups of a schedule: labels have seconds.
const EVERY_MIN: Span = Span::from_secs(1);
/// The most backups that a rule keeps.
const KEPT_MAX: u64 = 10_000;

/// Takes, schedules, verifies, deletes or expires backups.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Backup {
    /// A backup of this kind of these topics, with every group; no name means all topics.
    Take(KindName, Vec<Name>),
    /// A backup of this kind again and again.
    Schedule(KindName, Span),
    /// No schedule any more.
    ScheduleOff,
    /// Reads every byte of the backup with this label (or `latest`).
    Verify(Name),
    /// Deletes the backup with this label (or `latest`).
    Delete(Name),
    /// Deletes what these rules do not keep.
    Retain(Rules),
    /// Says what [`Backup::Retain`] would delete.
    RetainDry(Rules),
}

/// What is wanted of a backup.
#[derive(Clone, Copy)]
enum Verb {
    Take(KindName),
    Schedule,
    Verify,
    Delete,
    Retain,
}

const KINDS: [(&str, KindName); 3] = [
    ("full", KindName::Full),
    ("incremental", KindName::Incremental),
    ("differential", KindName::Differential),
];

fn parse(args: &mut Args) -> Command {
    let verbs = [
        ("full", Verb::Take(KindName::Full)),
        ("incremental", Verb::Take(KindName::Incremental)),
        ("differential", Verb::Take(KindName::Differential)),
        ("schedule", Verb::Schedule),
        ("verify", Verb::Verify),
        ("delete", Verb::Delete),
        ("retain", Verb::Retain),
    ];
    Command::Backup(match args.choice(&verbs) {
        Verb::Take(kind) => {
            let mut topics = Vec::new();
            while kind == KindName::Full
                && let Some(word) = args.maybe_word()
            {
                topics.push(args.as_topic(&word));
            }
            Backup::Take(kind, topics)
        }
        Verb::Schedule => schedule(args),
        Verb::Verify => Backup::Verify(args.name("a backup's label or latest")),
        Verb::Delete => Backup::Delete(args.name("a backup's label or latest")),
        Verb::Retain => retain(args),
    })
}

fn schedule(args: &mut Args) -> Backup {
    if let Some(word) = args.maybe_word() {
        args.as_choice(&word, &[("off", ())]);
        return Backup::ScheduleOff;
    }
    let every = match args.required("every", "every=TIME or off") {
        Some(word) => {
            let every = args.as_span(&word);
            if every < EVERY_MIN {
                args.error(word.column, word.shown(), "a second at least");
            }
            every
        }
        None => EVERY_MIN,
    };
    let kind = args.value("type").map_or(KindName::Incremental, |word| args.as_choice(&word, &KINDS));
    Backup::Schedule(kind, every)
}

fn retain(args: &mut Args) -> Backup {
    let count = |args: &mut Args, key| args.number(key, (1, KEPT_MAX)).map(|count| count as u32);
    let (full, time, diff) = (count(args, "full"), args.span("time"), count(args, "diff"));
    let rules = Rules { full, time, diff };
    if rules == Rules::default() {
        args.missing("full=N, time=TIME or diff=N");
    }
    let dry =
        args.value("dry-run").is_some_and(|word| args.as_choice(&word, &[("yes", true), ("no", false)]));
    if dry { Backup::RetainDry(rules) } else { Backup::Retain(rules) }
}

impl fmt::Display for Backup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let retain = |f, rules: &Rules| {
            let words = Words::new(f, "backup retain").maybe("full", rules.full);
            words.maybe("time", rules.time).maybe("diff", rules.diff)
        };
        match self {
            Backup::Take(kind, topics) => Words::new(f, "backup").word(kind).names(topics).end(),
            Backup::Schedule(kind, every) => Words::new(f, "backup schedule")
                .pair("every", every)
                .unless(KindName::Incremental, "type", *kind)
                .end(),
            Backup::ScheduleOff => Words::new(f, "backup schedule off").end(),
            Backup::Verify(label) => Words::new(f, "backup verify").name(label).end(),
            Backup::Delete(label) => Words::new(f, "backup delete").name(label).end(),
            Backup::Retain(rules) => retain(f, rules).end(),
            Backup::RetainDry(rules) => retain(f, rules).pair("dry-run", "yes").end(),
        }
    }
}
