//! `check rebalances checkout == 2`: what must hold at this moment.

use super::{Command, Spec};
use crate::base::{Span, TopicPartition};
use crate::story::args::{Args, Name};
use crate::story::error::nearest;
use crate::story::measure::{Kind, MEASURES, Measure, Subject};
use crate::story::token::{Word, quote};
use crate::story::unit;
use crate::story::words::Words;
use std::fmt;

pub(super) const SPEC: Spec = Spec {
    word: "check",
    syntax: "check MEASURE [GROUP] [TOPIC:PARTITION] ==|!=|<|<=|>|>= VALUE",
    help: "States what must hold now. A story whose check fails, fails. Without GROUP all groups count together, or \
           (where that means nothing) the only one is meant.",
    parse,
};

/// What must hold.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Check {
    /// What is measured.
    pub measure: Measure,
    /// The group; `None`: all, or the only one.
    pub group: Option<Name>,
    /// The partition, for measures of one.
    pub partition: Option<TopicPartition>,
    /// How it must compare.
    pub op: Op,
    /// With what.
    pub value: Value,
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Op {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// What was, or must be, measured.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// A whole number.
    Count(i64),
    /// A length of time.
    Span(Span),
    /// A word.
    Text(Name),
    /// There is none: `none`.
    None,
}

const OPS: [(&str, Op); 6] = [
    ("==", Op::Equal),
    ("!=", Op::NotEqual),
    ("<", Op::Less),
    ("<=", Op::LessOrEqual),
    (">", Op::Greater),
    (">=", Op::GreaterOrEqual),
];

impl Op {
    /// As it is written.
    pub fn sign(self) -> &'static str {
        OPS.iter().find(|(_, op)| *op == self).map(|(sign, _)| *sign).expect("every comparison has a sign")
    }

    /// Whether `found` compares so with `wanted`. What is not there, or is a word, is only equal or not.
    pub fn holds(self, found: &Value, wanted: &Value) -> bool {
        use std::cmp::Ordering;
        let ordering = match (found, wanted) {
            (Value::Count(a), Value::Count(b)) => Some(a.cmp(b)),
            (Value::Span(a), Value::Span(b)) => Some(a.cmp(b)),
            (a, b) if a == b => return matches!(self, Op::Equal | Op::LessOrEqual | Op::GreaterOrEqual),
            _ => None,
        };
        match self {
            Op::Equal => ordering == Some(Ordering::Equal),
            Op::NotEqual => ordering != Some(Ordering::Equal),
            Op::Less => ordering == Some(Ordering::Less),
            Op::LessOrEqual => matches!(ordering, Some(Ordering::Less | Ordering::Equal)),
            Op::Greater => ordering == Some(Ordering::Greater),
            Op::GreaterOrEqual => matches!(ordering, Some(Ordering::Greater | Ordering::Equal)),
        }
    }
}

fn parse(args: &mut Args) -> Command {
    let measure = measure(args);
    let (mut group, mut partition) = (None, None);
    let op = loop {
        let word = args.word(&format!("{} and a value", OPS.map(|(sign, _)| sign).join(" ")));
        let text = word.text();
        match OPS.iter().find(|(sign, _)| *sign == text && !word.quoted) {
            Some((_, op)) => break *op,
            None if word.column == 0 => break Op::Equal,
            None if !word.quoted && text.chars().all(|c| "=!<>".contains(c)) => {
                args.error(word.column, word.shown(), OPS.map(|(sign, _)| sign).join(" "));
                break Op::Equal;
            }
            None if word.split_last(':').is_some() && partition.is_none() => {
                partition = Some(args.as_partition(&word));
            }
            None if group.is_none() => group = Some(args.as_name(&word, "a group name")),
            None => args.error(word.column, word.shown(), OPS.map(|(sign, _)| sign).join(" ")),
        }
    };
    let spec = measure.spec();
    if partition.is_none() && spec.subject == Subject::Partition {
        args.missing("a partition such as orders:0");
    }
    let value = match spec.kind {
        Kind::Count => args.word("a whole number"),
        Kind::Span => args.word(unit::A_DURATION),
        Kind::Text => args.word("a word"),
    };
    let value = as_value(args, &value, spec.kind);
    if spec.kind == Kind::Text && !matches!(op, Op::Equal | Op::NotEqual) {
        args.missing(&format!("== or != with {}", spec.name));
    }
    Command::Check(Check { measure, group, partition, op, value })
}

fn measure(args: &mut Args) -> Measure {
    let word = args.word("a measure (rejoin help commands lists them)");
    let text = word.text();
    if let Some(spec) = MEASURES.iter().find(|spec| spec.name == text) {
        return spec.measure;
    }
    if word.column > 0 {
        args.error(word.column, word.shown(), "a measure (rejoin help commands lists them)");
        args.suggest(nearest(&text, MEASURES.iter().map(|spec| spec.name)).map(Into::into));
    }
    Measure::Unowned
}

fn as_value(args: &mut Args, word: &Word, kind: Kind) -> Value {
    if word.text() == "none" && !word.quoted {
        return Value::None;
    }
    match kind {
        _ if word.column == 0 => Value::None,
        Kind::Count => Value::Count(args.as_number(word, (0, i64::MAX as u64)) as i64),
        // Bare numbers are seconds: `unowned` is said in partition-seconds.
        Kind::Span if word.text().bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') => {
            Value::Span(unit::span(&format!("{}s", word.text())).unwrap_or_else(|| args.as_span(word)))
        }
        Kind::Span => Value::Span(args.as_span(word)),
        Kind::Text => Value::Text(args.as_name(word, "a word")),
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Count(number) => number.fmt(f),
            Value::Span(span) => span.fmt(f),
            Value::Text(text) if &**text == "none" => f.write_str("\"none\""),
            Value::Text(text) => f.write_str(&quote(text)),
            Value::None => f.write_str("none"),
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let partition = self.partition.as_ref().map(|tp| format!("{}:{}", quote(&tp.topic), tp.partition));
        let words = Words::new(f, "check").word(self.measure.name()).names(self.group.as_slice());
        let words = partition.iter().fold(words, Words::word);
        words.word(self.op.sign()).word(&self.value).end()
    }
}
