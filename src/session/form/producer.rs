//! The fields of a producer's settings.

use super::{Field, Kind, Setting, same};
use std::rc::Rc;

/// The field of a producer's setting, under Kafka's name where it has one.
pub(super) fn of_producer(setting: &'static Setting) -> Field {
    let key = *setting.names.get(1).unwrap_or(&setting.names[0]);
    let yes_no = matches!(setting.kind, Kind::OneOf(_));
    let words: &[Rc<str>] = if yes_no { &["true".into(), "false".into()] } else { &[] };
    let default = match setting.names[0] {
        "idempotence" => "false",
        "transaction" => "100",
        "abort" => "0",
        "transaction-timeout" => "60000",
        _ => "null",
    };
    let help = if setting.names.len() == 1 { setting.help } else { "" };
    let (id, default) = (setting.names[0], default.into());
    Field {
        id,
        label: key,
        default,
        choices: same(words),
        closed: yes_no,
        help,
        rare: false,
        key,
        between: None,
    }
}
