//! What a record's key and value are printed as.

mod coordinator;
mod metadata;
mod remote;
mod unread;

pub use unread::Internal;

use super::java::put_utf8;
use super::output::{Done, Output, thrown};
use coordinator::Coordinator;

/// A record, as far as decoders need it.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a> {
    /// Its offset.
    pub offset: i64,
    /// The key.
    pub key: Part<'a>,
    /// The value.
    pub value: Part<'a>,
}

/// A key or a value.
#[derive(Clone, Copy, Debug)]
pub enum Part<'a> {
    /// Its bytes; `None` is null.
    Bytes(Option<&'a [u8]>),
    /// Its length runs past the message: so long, where so much is left.
    Cut(i32, u64),
}

impl<'a> Part<'a> {
    fn is_null(&self) -> bool {
        matches!(self, Part::Bytes(None))
    }

    /// The bytes, or what Java says instead.
    fn get(&self) -> Result<Option<&'a [u8]>, String> {
        match *self {
            Part::Bytes(bytes) => Ok(bytes),
            Part::Cut(size, left) => Err(format!("newLimit > capacity: ({size} > {left})")),
        }
    }

    fn or_thrown(&self) -> Done<Option<&'a [u8]>> {
        self.get().map_err(|what| thrown("java.lang.IllegalArgumentException", what))
    }
}

/// A reader of keys and values, by option.
pub enum Decoder {
    /// Key and value by themselves.
    Plain {
        /// That of keys.
        key: Plain,
        /// That of values.
        value: Plain,
    },
    /// Records of a coordinator.
    Coordinator(Coordinator),
    /// Records of `__cluster_metadata`.
    Metadata(metadata::Metadata),
    /// Records of `__remote_log_metadata`.
    Remote,
}

/// The classes of `org.apache.kafka.tools.api` whose output does not depend on the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plain {
    /// UTF-8.
    Text,
    /// Four bytes.
    Integer,
    /// Eight bytes.
    Long,
}

impl Plain {
    /// The decoder of that class.
    pub fn of_class(name: &str) -> Option<Plain> {
        match name.strip_prefix("org.apache.kafka.tools.api.")? {
            "StringDecoder" => Some(Plain::Text),
            "IntegerDecoder" => Some(Plain::Integer),
            "LongDecoder" => Some(Plain::Long),
            _ => None,
        }
    }

    fn print(self, bytes: &[u8], out: &mut Output<'_>) -> Done {
        match self {
            Plain::Text => put_utf8(out.bytes(), bytes),
            Plain::Integer => {
                out.number(i32::from_be_bytes(*exact(bytes, "IntegerDeserializer is not 4")?));
            }
            Plain::Long => {
                out.number(i64::from_be_bytes(*exact(bytes, "LongDeserializer is not 8")?));
            }
        }
        Ok(())
    }
}

fn exact<'a, const N: usize>(bytes: &'a [u8], what: &str) -> Done<&'a [u8; N]> {
    bytes.try_into().map_err(|_| {
        thrown(
            "org.apache.kafka.common.errors.SerializationException",
            format_args!("Size of data received by {what}"),
        )
    })
}

impl Decoder {
    /// Records of `__consumer_offsets`.
    pub fn offsets() -> Decoder {
        Decoder::Coordinator(Coordinator::offsets())
    }

    /// Records of `__transaction_state`.
    pub fn transactions() -> Decoder {
        Decoder::Coordinator(Coordinator::transactions())
    }

    /// Records of `__share_group_state`.
    pub fn share() -> Decoder {
        Decoder::Coordinator(Coordinator::share())
    }

    /// Records of `__cluster_metadata`.
    pub fn metadata() -> Decoder {
        Decoder::Metadata(metadata::Metadata::default())
    }

    /// Appends key and value, each after its label; the first label comes after `before`, the second after a blank.
    pub fn print(&mut self, record: &Fields<'_>, before: &str, out: &mut Output<'_>) -> Done {
        match self {
            Decoder::Plain { key, value } => {
                let mut before = before;
                let (key_bytes, value_bytes) = (record.key.or_thrown()?, record.value.or_thrown()?);
                if let Some(bytes) = key_bytes {
                    out.text(before).text("key: ");
                    before = " ";
                    key.print(bytes, out)?;
                }
                if let Some(bytes) = value_bytes {
                    out.text(before).text("payload: ");
                    value.print(bytes, out)?;
                }
                Ok(())
            }
            Decoder::Coordinator(coordinator) => coordinator.print(record, before, out),
            Decoder::Metadata(metadata) => {
                out.text(before).text("payload: ");
                metadata.print(record, out);
                Ok(())
            }
            Decoder::Remote => {
                out.text(before).text("payload: ");
                remote::print(record, out);
                Ok(())
            }
        }
    }
}
