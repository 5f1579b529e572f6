//! `restore stop latest`, `restore data latest`, `restore restart`: the steps of a restore, one after the other; its plan
//! before, its undo after.

use super::{Command, Spec};
use crate::backup::{Ending, Place, Request, Selection, Strategy};
use crate::base::Time;
use crate::story::args::{Args, Name};
use crate::story::words::{Words, join};
use std::fmt;

pub(super) const SPEC: Spec = Spec {
    word: "restore",
    syntax: "restore plan|stop|apply LABEL [at=TIME] [as=PATTERN|into=existing] \
             [offsets=identical|translated|time|earliest|latest] [transactions=abort|cut] \
             [topics=T,…] [groups=G,…] | restore data LABEL | restore restart | restore undo",
    help: "The steps of a restore, in this order: stop closes the consumers of the backup's groups, data puts its data and \
           offsets in place, restart starts those consumers again; apply does all three, each as soon as it can. LABEL may \
           be latest. at: a moment of the chain. as: beside what is there, under new names such as *-restored. \
           into=existing: at the end of the topics that exist. offsets: where groups go on. transactions: what \
           becomes of those that are open where a log ends, as nobody can end them any more: abort (as usual) puts markers \
           behind the log and keeps all that was committed; cut takes the log back to before them, with what others \
           committed since. topics, groups: only these of the backup; all else stays as it is. plan only says what would come \
           of it. undo puts back what was there before the last restore.",
    parse,
};

/// A step of a restore, its plan or its undo.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Restore {
    /// Says what a restore would do.
    Plan(Target),
    /// Closes the running consumers of the groups that are restored.
    Stop(Target),
    /// Puts the data and the offsets of that backup in place.
    Data(Name),
    /// Starts the consumers again that `restore stop` closed.
    Restart,
    /// All three steps, each as soon as it can be.
    Apply(Target),
    /// Puts back what was there before the last restore, in the same steps.
    Undo,
}

/// What is restored, and where to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    /// The backup's label, or `latest`.
    pub label: Name,
    /// A moment of its chain.
    pub at: Option<Time>,
    /// Where to.
    pub place: Place,
    /// Where groups go on.
    pub offsets: Option<Strategy>,
    /// What becomes of open transactions.
    pub transactions: Ending,
    /// Which of its topics and groups.
    pub of: Selection,
}

impl Target {
    /// The request for the backup with this label.
    pub fn request(&self, label: Name) -> Request {
        let moment_ms = self.at.map(Time::timestamp_ms);
        Request {
            label,
            moment_ms,
            place: self.place.clone(),
            offsets: self.offsets,
            transactions: self.transactions,
            of: self.of.clone(),
        }
    }
}

/// Which step.
#[derive(Clone, Copy)]
enum Step {
    Plan,
    Stop,
    Data,
    Restart,
    Apply,
    Undo,
}

fn parse(args: &mut Args) -> Command {
    let steps = [
        ("plan", Step::Plan),
        ("stop", Step::Stop),
        ("data", Step::Data),
        ("restart", Step::Restart),
        ("apply", Step::Apply),
        ("undo", Step::Undo),
    ];
    Command::Restore(match args.choice(&steps) {
        Step::Plan => Restore::Plan(target(args)),
        Step::Stop => Restore::Stop(target(args)),
        Step::Data => Restore::Data(args.name("a backup's label or latest")),
        Step::Restart => Restore::Restart,
        Step::Apply => Restore::Apply(target(args)),
        Step::Undo => Restore::Undo,
    })
}

fn target(args: &mut Args) -> Target {
    let label = args.name("a backup's label or latest");
    let at = args.value("at").map(|word| args.as_time(&word));
    let pattern = args.value("as");
    let into = args.value("into");
    let place = match (pattern, into) {
        (None, None) => Place::InPlace,
        (Some(pattern), None) => {
            let name = args.as_name(&pattern, "new names such as *-restored");
            if !name.contains('*') {
                args.error(pattern.column, pattern.shown(), "a * where the old name goes, as in *-restored");
            }
            Place::Beside(name)
        }
        (pattern, Some(into)) => {
            args.as_choice(&into, &[("existing", ())]);
            if let Some(pattern) = pattern {
                args.error(pattern.column, "as= beside into=", "one of them");
            }
            Place::Into
        }
    };
    let choices = Strategy::ALL.map(|strategy| (strategy.name(), strategy));
    let offsets = args.value("offsets").map(|word| args.as_choice(&word, &choices));
    let endings = Ending::ALL.map(|ending| (ending.name(), ending));
    let transactions = args.value("transactions").map(|word| args.as_choice(&word, &endings));
    let topics = args.value("topics").map(|word| args.as_topics(&word)).unwrap_or_default();
    let groups = args
        .value("groups")
        .map(|word| args.as_names(&word, "groups, a comma between two"))
        .unwrap_or_default();
    let of = Selection { topics, groups };
    Target { label, at, place, offsets, transactions: transactions.unwrap_or_default(), of }
}

impl fmt::Display for Restore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Restore::Plan(target) => target.write(Words::new(f, "restore plan")),
            Restore::Stop(target) => target.write(Words::new(f, "restore stop")),
            Restore::Data(label) => Words::new(f, "restore data").name(label).end(),
            Restore::Restart => f.write_str("restore restart"),
            Restore::Apply(target) => target.write(Words::new(f, "restore apply")),
            Restore::Undo => f.write_str("restore undo"),
        }
    }
}

impl Target {
    fn write(&self, words: Words) -> fmt::Result {
        let words = words.name(&self.label).maybe("at", self.at);
        let words = match &self.place {
            Place::InPlace => words,
            Place::Beside(pattern) => words.named("as", pattern),
            Place::Into => words.pair("into", "existing"),
        };
        let words = words.maybe("offsets", self.offsets.map(Strategy::name));
        let ending = Some(self.transactions).filter(|ending| *ending != Ending::default());
        let words = words.maybe("transactions", ending.map(Ending::name));
        let some = |names: &[Name]| Some(join(names)).filter(|names| !names.is_empty());
        words.maybe("topics", some(&self.of.topics)).maybe("groups", some(&self.of.groups)).end()
    }
}
