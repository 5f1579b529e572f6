//! The fields of a topic's configuration, from Kafka's own table.

use super::{Field, same};
use crate::log::config::{CONFIGS, Config, Kind};
use std::rc::Rc;

/// A field for each configuration, under Kafka's name and with Kafka's values.
pub(super) fn fields() -> impl Iterator<Item = Field> {
    CONFIGS.iter().map(|config: &'static Config| {
        let words: &[&str] = match config.kind {
            Kind::Cleanup => &["delete", "compact", "compact,delete"],
            Kind::Stamps => &["CreateTime", "LogAppendTime"],
            Kind::Ms(_) | Kind::Bytes(..) | Kind::Ratio => &[],
        };
        let choices: Vec<Rc<str>> = words.iter().map(|word| Rc::from(*word)).collect();
        Field {
            id: config.short,
            label: config.name,
            key: config.name,
            default: if config.default.is_empty() { "null" } else { config.default }.into(),
            choices: same(&choices),
            closed: !words.is_empty(),
            help: "",
            between: None,
        }
    })
}
