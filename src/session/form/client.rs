//! The fields of a group's and a consumer's settings, from the language's own table.

use super::{Field, Form, Making, Values, same, value};
use crate::sim::query::GroupFacts;
use crate::sim::{TUNABLES, Tunable};
use crate::story::settings::{
    ASSIGNORS, Kind, Protocol, SETTINGS, SHARE_SETTINGS, Setting, Settings, TUNING_SETTINGS,
};
use std::rc::Rc;

/// Settings that have no place with a share group.
const NOT_SHARED: [&str; 4] = ["assignor", "instance", "auto-commit-interval", "commit-on-revoke"];
/// Settings that begin with `share.` and are a consumer's, not a group's.
const OF_SHARE_CONSUMERS: [&str; 2] = ["share.acknowledgement.mode", "share.acquire.mode"];

/// Whether only share groups and share consumers have a setting.
fn is_shared(setting: &Setting) -> bool {
    SHARE_SETTINGS.iter().any(|of| of.names == setting.names)
}

/// What there is to know of a setting of a consumer's requests.
fn tunable(setting: &Setting) -> Option<&'static Tunable> {
    const ALL: &[Tunable] = &TUNABLES;
    ALL.iter().find(|of| of.names[0] == setting.names[0])
}

/// Settings that few people ever set.
const RARE: [&str; 5] = ["isolation", "commit-on-revoke", "metadata-max-age", "rack", "poll"];

/// What a group says for its consumers, under the names of its protocol.
pub fn group_settings(of: &GroupFacts) -> Vec<(&'static str, String)> {
    let form = Form::new(Making::Group, Vec::new(), &[]);
    let said = Settings { client: of.settings.clone() };
    let one = |setting: &Setting| {
        let key = form.key(setting, of.protocol)?;
        let value = said.value(key)?;
        Some((label(setting, key), spoken(setting, &value).to_string()))
    };
    SETTINGS.iter().skip(1).chain(&TUNING_SETTINGS).chain(&SHARE_SETTINGS).filter_map(one).collect()
}

impl Form {
    /// What holds for a setting that is not given here: what the group says, else Kafka's default for the protocol.
    pub(super) fn base(&self, values: &Values) -> Settings {
        let group = value(values, "group").and_then(|name| self.groups.iter().find(|(of, _)| **of == *name));
        let mut base = group.map(|(_, settings)| settings.clone()).unwrap_or_default();
        match value(values, "protocol").as_deref() {
            Some("consumer") => base.client.protocol = Some(Protocol::Consumer),
            Some("share") => base.client.protocol = Some(Protocol::Share),
            Some(_) => base.client.protocol = Some(Protocol::Classic),
            None => {}
        }
        base.over(&base.spoken())
    }

    /// The name that a setting has in this form; `None` where it has no place.
    pub(super) fn key(&self, setting: &Setting, protocol: Protocol) -> Option<&'static str> {
        let names = setting.names;
        let own = |start: &str| names.iter().find(|name| name.starts_with(start)).copied();
        let plain = *names.get(1).unwrap_or(&names[0]);
        let (name, fits) = match protocol {
            _ if names[0] == "commit" => (names[0], protocol != Protocol::Share),
            Protocol::Classic => (plain, true),
            Protocol::Consumer => (own("consumer.").or(own("group.remote.")).unwrap_or(plain), true),
            Protocol::Share => (own("share.").unwrap_or(plain), !NOT_SHARED.contains(&names[0])),
        };
        let fits = fits && (protocol == Protocol::Share || !is_shared(setting));
        let fits = fits && (protocol != Protocol::Share || tunable(setting).is_none_or(|of| of.shared));
        // Those are the broker's settings of a group; a consumer cannot give them.
        let of_group = name.starts_with("consumer.")
            || name.starts_with("share.") && !OF_SHARE_CONSUMERS.contains(&name);
        (fits && !(of_group && self.making != Making::Group)).then_some(name)
    }

    pub(super) fn field(&self, setting: &Setting, base: &Settings) -> Option<Field> {
        let protocol = base.client.protocol.unwrap_or_default();
        let key = self.key(setting, protocol)?;
        let assignors: Vec<Rc<str>> = ASSIGNORS.iter().map(|(name, _)| Rc::from(*name)).collect();
        let (choices, closed) = match setting.kind {
            Kind::OneOf(words) => {
                let of = |word: &'static str| (word.into(), spoken(setting, word));
                (words().into_iter().map(of).collect(), true)
            }
            Kind::Assignors if protocol == Protocol::Consumer => {
                (same(&["uniform".into(), "range".into()]), true)
            }
            Kind::Assignors => (same(&assignors[..4]), false),
            Kind::Span | Kind::Bytes | Kind::Count | Kind::Name | Kind::Length | Kind::Share | Kind::Keys => {
                (Vec::new(), false)
            }
        };
        let nothing = if matches!(setting.kind, Kind::Keys) { "" } else { "null" };
        let default = base.value(key).unwrap_or_else(|| nothing.into());
        Some(Field {
            id: setting.names[0],
            label: label(setting, key),
            default: if closed { spoken(setting, &default) } else { default.into() },
            choices,
            closed,
            help: if setting.names.len() == 1 { setting.help } else { "" },
            rare: RARE.contains(&setting.names[0]) || tunable(setting).is_some(),
            key,
            between: matches!(setting.kind, Kind::Assignors | Kind::Keys).then_some(','),
        })
    }
}

/// How a setting is called that stands under `key`: by Kafka's name where there is one.
fn label(setting: &Setting, key: &'static str) -> &'static str {
    setting.names.get(1).filter(|_| key == setting.names[0]).copied().unwrap_or(key)
}

/// How a choice is called: `enable.auto.commit` is true or false, and our word says when else it commits.
fn spoken(setting: &Setting, word: &str) -> Rc<str> {
    match setting.names[0] {
        "commit" => format!("{} ({word})", word == "auto").into(),
        _ => word.into(),
    }
}
