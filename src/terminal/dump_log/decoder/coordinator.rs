//! Records of the coordinators: the key names the kind, the value its version.
//!
//! A record that cannot be read is no error of the tool: its key is a sentence then.

use super::Fields;
use super::unread::strange;
use crate::base::Map;
use crate::terminal::dump_log::output::{Done, Output, thrown};
use crate::terminal::dump_log::schema::{Schema, Value};
use crate::terminal::dump_log::tables::{ASSIGNMENT, Entry, OFFSETS, SHARE, SUBSCRIPTION, TRANSACTIONS};
use std::rc::Rc;

/// The kind of `__consumer_offsets` whose members carry messages of their own.
const GROUP_METADATA: i16 = 2;
/// The protocol type of consumers.
const CONSUMER: &[u8] = b"consumer";

/// The decoder of one coordinator's topic. It keeps the schemas that it has met.
pub struct Coordinator {
    table: &'static [Entry],
    schemas: Map<i16, Schemas>,
    /// What consumers put into the records of their groups.
    consumers: Option<Rc<Consumers>>,
}

struct Schemas {
    key: Schema,
    value: Schema,
}

/// The messages of consumers, and where a group's record has them.
struct Consumers {
    subscription: Rc<Schema>,
    assignment: Rc<Schema>,
}

/// Why a record is not shown.
pub(super) enum Fault {
    /// The key names a kind that is not known.
    UnknownType(i16),
    /// It cannot be read, in words.
    Error(String),
}

impl From<String> for Fault {
    fn from(what: String) -> Fault {
        Fault::Error(what)
    }
}

impl Coordinator {
    pub(super) fn offsets() -> Coordinator {
        let consumers = Consumers {
            subscription: Rc::new(Schema::parse(SUBSCRIPTION)),
            assignment: Rc::new(Schema::parse(ASSIGNMENT)),
        };
        Coordinator { consumers: Some(Rc::new(consumers)), ..Coordinator::of(OFFSETS) }
    }

    pub(super) fn transactions() -> Coordinator {
        Coordinator::of(TRANSACTIONS)
    }

    pub(super) fn share() -> Coordinator {
        Coordinator::of(SHARE)
    }

    fn of(table: &'static [Entry]) -> Coordinator {
        Coordinator { table, schemas: Map::new(), consumers: None }
    }

    pub(super) fn print(&mut self, record: &Fields<'_>, before: &str, out: &mut Output<'_>) -> Done {
        let offset = record.offset;
        if record.key.is_null() {
            let what = format!(
                "Failed to decode message at offset {offset} using the specified decoder (message had a missing key)"
            );
            return Err(thrown("java.lang.RuntimeException", what));
        }
        out.text(before).text("key: ");
        let start = out.bytes().len();
        if let Err(fault) = self.put(record, out) {
            out.bytes().truncate(start);
            match fault {
                Fault::UnknownType(kind) => {
                    out.text("Unknown record type ").number(kind);
                    out.text(" at offset ").number(offset).text(", skipping.");
                }
                Fault::Error(what) => {
                    out.text("Error at offset ").number(offset).text(", skipping. ").text(&what);
                }
            }
        }
        Ok(())
    }

    fn put(&mut self, record: &Fields<'_>, out: &mut Output<'_>) -> Result<(), Fault> {
        let (Some(mut rest), value) = (record.key.get()?, record.value.get()?) else {
            return Err(Fault::Error("null".to_owned()));
        };
        let kind = take_version(&mut rest, "key")?;
        let consumers = self.consumers.clone();
        let schemas = self.schemas(kind)?;
        let read = read(&schemas.key, &mut rest, kind, "key")?;
        out.text("{\"type\":\"").number(kind).text("\",\"data\":");
        schemas.key.put_json(&read, kind, out.bytes());
        out.text("}");
        let Some(mut rest) = value else {
            out.text(" payload: <DELETE>");
            return Ok(());
        };
        let (version, mut read) = schemas.value(kind, &mut rest)?;
        if let Some(consumers) = consumers.filter(|_| kind == GROUP_METADATA) {
            consumers.replace(&schemas.value, &mut read);
        }
        out.text(" payload: {\"version\":\"").number(version).text("\",\"data\":");
        schemas.value.put_json(&read, version, out.bytes());
        out.text("}");
        Ok(())
    }

    /// Whether a record can be read to its end.
    pub(super) fn check(&mut self, key: Option<&[u8]>, value: Option<&[u8]>) -> Result<(), Fault> {
        let mut rest = key.ok_or_else(|| Fault::Error("the key is null".to_owned()))?;
        let kind = take_version(&mut rest, "key")?;
        let schemas = self.schemas(kind)?;
        let key = read(&schemas.key, &mut rest, kind, "key")?;
        strange(rest, &key)?;
        if let Some(mut rest) = value {
            let (_, value) = schemas.value(kind, &mut rest)?;
            strange(rest, &value)?;
        }
        Ok(())
    }

    fn schemas(&mut self, kind: i16) -> Result<&Schemas, Fault> {
        if !self.schemas.contains_key(&kind) {
            let entry = self.table.iter().find(|entry| entry.id == kind).ok_or(Fault::UnknownType(kind))?;
            let schemas = Schemas { key: Schema::parse(entry.key), value: Schema::parse(entry.value) };
            self.schemas.insert(kind, schemas);
        }
        Ok(&self.schemas[&kind])
    }
}

impl Schemas {
    /// Takes the value of a record of that kind, its version in front.
    fn value<'a>(&self, kind: i16, from: &mut &'a [u8]) -> Result<(i16, Vec<Value<'a>>), Fault> {
        let version = take_version(from, "value")?;
        if !(0..=self.value.newest()).contains(&version) {
            return Err(Fault::Error(format!("Found an unknown record version {version} for {kind} type")));
        }
        Ok((version, read(&self.value, from, version, "value")?))
    }
}

impl Consumers {
    /// Puts the messages of a group's members into the place of their bytes, where they can be read.
    fn replace(&self, schema: &Schema, values: &mut [Value<'_>]) {
        if values[schema.place("protocolType")] != Value::Text(CONSUMER) {
            return;
        }
        let Value::List(members) = &mut values[schema.place("members")] else { return };
        for member in members {
            let Value::Struct(fields) = member else { continue };
            let [.., subscription, assignment] = &mut fields[..] else { continue };
            replace(subscription, &self.subscription);
            replace(assignment, &self.assignment);
        }
    }
}

fn replace(value: &mut Value<'_>, schema: &Rc<Schema>) {
    let Value::Bytes(bytes) = *value else { return };
    let Some((&version, mut rest)) = bytes.split_first_chunk::<2>() else { return };
    let version = i16::from_be_bytes(version);
    if let Ok(read) = schema.read(&mut rest, version) {
        *value = Value::Message(schema.clone(), version, read);
    }
}

fn take_version(from: &mut &[u8], name: &str) -> Result<i16, Fault> {
    let (&version, rest) = from
        .split_first_chunk::<2>()
        .ok_or_else(|| Fault::Error(format!("Could not read version from {name}'s buffer.")))?;
    *from = rest;
    Ok(i16::from_be_bytes(version))
}

fn read<'a>(schema: &Schema, from: &mut &'a [u8], version: i16, name: &str) -> Result<Vec<Value<'a>>, Fault> {
    schema.read(from, version).map_err(|fault| {
        Fault::Error(format!(
            "Could not read record with version {version} from {name}'s buffer due to: {fault}."
        ))
    })
}
