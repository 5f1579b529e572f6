//! The settings of a producer's idempotence and transactions.

use super::{Kind, Setting, YES_NO, setting, span, words};
use crate::base::Span;
use crate::sim::{TransactionLength, TransactionSpec};
use crate::story::args::Args;
use crate::story::token::quote;
use crate::story::unit;
use crate::story::words::Words;

/// All of them, in the order in which help lists them.
pub static PRODUCER_SETTINGS: [Setting; 5] = [
    setting(
        &["idempotence", "enable.idempotence"],
        Kind::OneOf(|| words(&YES_NO)),
        "yes or no; yes with a transactional-id, else no: the lab's producers are told to",
    ),
    setting(
        &["transactional-id", "transactional.id"],
        Kind::Name,
        "sends in transactions, one after the other",
    ),
    setting(
        &["transaction"],
        Kind::Length,
        "when each is committed: after so many records (default 100), or a time such as 500ms",
    ),
    setting(&["abort"], Kind::Share, "the share of transactions that is aborted, default 0"),
    setting(&["transaction-timeout", "transaction.timeout.ms"], Kind::Span, "default 1m"),
];

/// Records of a transaction, when nothing else is said.
const RECORDS: u64 = 100;
/// `transaction.timeout.ms`, when nothing else is said.
const TIMEOUT: Span = Span::from_secs(60);

/// How a producer delivers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Delivery {
    /// `enable.idempotence`.
    pub idempotence: bool,
    /// Its transactions; that needs idempotence.
    pub transactions: Option<TransactionSpec>,
}

fn names(short: &str) -> &'static [&'static str] {
    let of = PRODUCER_SETTINGS.iter().find(|of| of.names[0] == short);
    of.expect("a setting of the table").names
}

/// Takes them from a line.
pub(in crate::story) fn take(args: &mut Args) -> Delivery {
    PRODUCER_SETTINGS.iter().for_each(|of| args.ask(of.names[0]));
    let said = args.any_value(names("idempotence"));
    let idempotence = said.as_ref().map(|(key, word)| match *key {
        "idempotence" => args.as_choice(word, &YES_NO),
        _ => args.as_choice(word, &[("true", true), ("false", false)]),
    });
    let id = args.any_value(names("transactional-id"));
    let id = id.map(|(_, word)| args.as_name(&word, "a transactional id"));
    let mut stray = Vec::new();
    let mut note = |key: &'static str, found: bool| stray.extend(found.then_some(key));
    let length = args.any_value(names("transaction")).map(|(_, word)| self::length(args, &word));
    note("transaction", length.is_some());
    let abort = args.any_value(names("abort")).map(|(_, word)| match unit::probability_ppm(&word.text()) {
        Some(ppm) => ppm,
        None => {
            args.error(word.column, word.shown(), unit::A_PROBABILITY);
            0
        }
    });
    note("abort", abort.is_some());
    let timeout = span(args, names("transaction-timeout"));
    note("transaction-timeout", timeout.is_some());
    let Some(id) = id else {
        if let Some(key) = stray.first() {
            args.missing(&format!("transactional.id=, which {key}= belongs to"));
        }
        return Delivery { idempotence: idempotence.unwrap_or(false), transactions: None };
    };
    if let (Some(false), Some((_, word))) = (idempotence, said) {
        args.error(word.column, word.shown(), "idempotence, which a transactional.id needs");
    }
    let transactions = TransactionSpec {
        id,
        length: length.unwrap_or(TransactionLength::Records(RECORDS)),
        abort_ppm: abort.unwrap_or(0),
        timeout: timeout.unwrap_or(TIMEOUT),
    };
    Delivery { idempotence: true, transactions: Some(transactions) }
}

fn length(args: &mut Args, word: &crate::story::token::Word) -> TransactionLength {
    let text = word.text();
    match (unit::integer(&text), unit::span(&text)) {
        (Some(records @ 1..=1_000_000), _) => return TransactionLength::Records(records),
        (None, Some(span)) if !span.is_zero() && span <= crate::base::limit::RUN_MAX => {
            return TransactionLength::Time(span);
        }
        _ => args.error(word.column, word.shown(), "records from 1 to 1000000, or a time such as 500ms"),
    }
    TransactionLength::Records(RECORDS)
}

impl Delivery {
    /// Writes what is not the default.
    pub(in crate::story) fn write<'a, 'f>(&self, words: Words<'a, 'f>) -> Words<'a, 'f> {
        let Some(of) = &self.transactions else {
            return words.maybe("idempotence", self.idempotence.then_some("yes"));
        };
        let length = match of.length {
            TransactionLength::Records(RECORDS) => None,
            TransactionLength::Records(count) => Some(count.to_string()),
            TransactionLength::Time(span) => Some(span.to_string()),
        };
        let abort = (of.abort_ppm > 0).then(|| unit::probability_text(of.abort_ppm));
        words
            .pair("transactional-id", quote(&of.id))
            .maybe("transaction", length)
            .maybe("abort", abort)
            .unless(TIMEOUT, "transaction-timeout", of.timeout)
    }
}
