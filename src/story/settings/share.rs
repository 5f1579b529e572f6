//! The settings that only share groups and share consumers have.

use super::{Kind, Setting, differs, name_of, setting, span, words};
use crate::base::Span;
use crate::sim::{Acknowledgement, AcquireMode, ShareSettings};
use crate::story::args::{Args, Name};
use crate::story::words::join;

const MODES: [(&str, Acknowledgement); 2] =
    [("implicit", Acknowledgement::Implicit), ("explicit", Acknowledgement::Explicit)];
const ACQUIRES: [(&str, AcquireMode); 2] =
    [("batch_optimized", AcquireMode::BatchOptimized), ("record_limit", AcquireMode::RecordLimit)];

/// All of them, in the order in which help lists them.
pub static SHARE_SETTINGS: [Setting; 8] = [
    setting(&["lock-duration", "share.record.lock.duration.ms"], Kind::Span, "of the group, default 30s"),
    setting(
        &["delivery-limit", "share.delivery.count.limit"],
        Kind::Count,
        "of the group, 2 to 10, default 5",
    ),
    setting(&["max-locks", "share.partition.max.record.locks"], Kind::Count, "of the group, default 2000"),
    setting(
        &["acknowledgement", "share.acknowledgement.mode"],
        Kind::OneOf(|| words(&MODES)),
        "implicit (default) or explicit",
    ),
    setting(
        &["acquire", "share.acquire.mode"],
        Kind::OneOf(|| words(&ACQUIRES)),
        "batch_optimized (default) or record_limit",
    ),
    setting(&["reject"], Kind::Keys, "explicit: keys between commas whose records are rejected"),
    setting(&["release"], Kind::Keys, "explicit: keys between commas whose records are released"),
    setting(&["renew"], Kind::Keys, "explicit: keys between commas whose locks are renewed once"),
];

fn names(short: &str) -> &'static [&'static str] {
    let of = SHARE_SETTINGS.iter().find(|of| of.names[0] == short);
    of.expect("a setting of the table").names
}

/// Takes them from a line.
pub(super) fn take(args: &mut Args) -> ShareSettings {
    ShareSettings {
        lock_duration: span(args, names("lock-duration")),
        delivery_limit: number(args, "delivery-limit"),
        max_locks: number(args, "max-locks"),
        acknowledgement: choice(args, "acknowledgement", &MODES),
        acquire: choice(args, "acquire", &ACQUIRES),
        reject: keys(args, "reject"),
        release: keys(args, "release"),
        renew: keys(args, "renew"),
    }
}

fn choice<T: Copy>(args: &mut Args, short: &str, choices: &[(&'static str, T)]) -> Option<T> {
    args.any_value(names(short)).map(|(_, word)| args.as_choice(&word, choices))
}

fn number(args: &mut Args, short: &str) -> Option<u32> {
    args.any_value(names(short)).map(|(_, word)| args.as_number(&word, (1, i32::MAX as u64)) as u32)
}

fn keys(args: &mut Args, short: &str) -> Option<Vec<Name>> {
    let (_, word) = args.any_value(names(short))?;
    Some(word.split(',').iter().map(|part| args.as_name(part, "a record's key")).collect())
}

/// What holds when nothing is given.
pub(super) fn defaults() -> ShareSettings {
    ShareSettings {
        lock_duration: Some(Span::from_secs(30)),
        delivery_limit: Some(5),
        max_locks: Some(2000),
        acknowledgement: Some(Acknowledgement::Implicit),
        acquire: Some(AcquireMode::BatchOptimized),
        ..ShareSettings::default()
    }
}

/// Those that do not say what `base` says already.
pub(super) fn beyond(own: &ShareSettings, base: &ShareSettings) -> ShareSettings {
    ShareSettings {
        lock_duration: differs(&own.lock_duration, &base.lock_duration),
        delivery_limit: differs(&own.delivery_limit, &base.delivery_limit),
        max_locks: differs(&own.max_locks, &base.max_locks),
        acknowledgement: differs(&own.acknowledgement, &base.acknowledgement),
        acquire: differs(&own.acquire, &base.acquire),
        reject: differs(&own.reject, &base.reject),
        release: differs(&own.release, &base.release),
        renew: differs(&own.renew, &base.renew),
    }
}

/// What is given: short names and values, in the order in which a line has them.
pub(super) fn given(own: &ShareSettings) -> [(&'static str, Option<String>); 8] {
    let keys = |keys: &Option<Vec<Name>>| keys.as_deref().map(join);
    [
        ("lock-duration", own.lock_duration.map(|span| span.to_string())),
        ("delivery-limit", own.delivery_limit.map(|count| count.to_string())),
        ("max-locks", own.max_locks.map(|count| count.to_string())),
        ("acknowledgement", own.acknowledgement.map(|mode| name_of(&MODES, mode).to_owned())),
        ("acquire", own.acquire.map(|mode| name_of(&ACQUIRES, mode).to_owned())),
        ("reject", keys(&own.reject)),
        ("release", keys(&own.release)),
        ("renew", keys(&own.renew)),
    ]
}
