//! Whether records of internal topics can be read, for those who do not print them.

use super::coordinator::{Coordinator, Fault};
use super::metadata::Metadata;
use crate::backup::verify::bare::Unread;
use crate::terminal::dump_log::control;
use crate::terminal::dump_log::output::{Output, Stop};
use crate::terminal::dump_log::schema::Value;

/// Readers of the internal topics' records. They keep the schemas that they have met.
pub struct Internal {
    offsets: Coordinator,
    transactions: Coordinator,
    share: Coordinator,
    metadata: Metadata,
}

impl Default for Internal {
    fn default() -> Internal {
        Internal {
            offsets: Coordinator::offsets(),
            transactions: Coordinator::transactions(),
            share: Coordinator::share(),
            metadata: Metadata::default(),
        }
    }
}

impl Internal {
    /// Why a record of this topic is not read; `None` when it is, and of other topics.
    pub fn unread(
        &mut self,
        topic: &str,
        is_control: bool,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
    ) -> Option<Unread> {
        let coordinator = match topic {
            "__consumer_offsets" => &mut self.offsets,
            "__transaction_state" => &mut self.transactions,
            "__share_group_state" => &mut self.share,
            "__cluster_metadata" if is_control => return of_controllers(key, value),
            "__cluster_metadata" => return self.metadata.check(value).err().map(Unread::Damage),
            _ => return None,
        };
        if is_control {
            return None;
        }
        match coordinator.check(key, value) {
            Ok(()) => None,
            Err(Fault::UnknownType(kind @ 0..)) => {
                Some(Unread::Unknown(format!("records of type {kind} are not known")))
            }
            Err(Fault::UnknownType(kind)) => Some(Unread::Damage(format!("its type is {kind}"))),
            Err(Fault::Error(what)) => Some(Unread::Damage(what)),
        }
    }
}

fn of_controllers(key: Option<&[u8]>, value: Option<&[u8]>) -> Option<Unread> {
    let mut nowhere = std::io::sink();
    match control::print(key, value, &mut Output::new(&mut nowhere)) {
        Ok(()) => None,
        Err(Stop::Thrown(what) | Stop::Refused(what)) => Some(Unread::Damage(what)),
        Err(Stop::Output(error)) => Some(Unread::Damage(error.to_string())),
    }
}

/// What lies behind a message that was read, or is in it, that no writer puts there.
pub(super) fn strange(rest: &[u8], values: &[Value<'_>]) -> Result<(), String> {
    if !rest.is_empty() {
        return Err(format!("{} bytes follow", rest.len()));
    }
    values.iter().try_for_each(text)
}

fn text(value: &Value<'_>) -> Result<(), String> {
    match value {
        Value::Text(text) if std::str::from_utf8(text).is_err() => Err("a text is not UTF-8".to_owned()),
        Value::List(values) | Value::Struct(values) | Value::Message(_, _, values) => {
            values.iter().try_for_each(self::text)
        }
        _ => Ok(()),
    }
}
