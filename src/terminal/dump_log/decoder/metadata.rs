//! Records of the controllers: frame version, type and version as variable-length integers, then the message.

use super::Fields;
use super::unread::strange;
use crate::base::Map;
use crate::terminal::dump_log::output::Output;
use crate::terminal::dump_log::schema::{Schema, Value, take_uvarint};
use crate::terminal::dump_log::tables::{METADATA, MetadataEntry};

/// The decoder of `__cluster_metadata`. It keeps the schemas that it has met.
#[derive(Default)]
pub struct Metadata {
    schemas: Map<i16, Schema>,
}

impl Metadata {
    pub(super) fn print(&mut self, record: &Fields<'_>, out: &mut Output<'_>) {
        if let Err(what) = record.value.get().and_then(|value| self.put(value, out)) {
            out.text("Error at ").number(record.offset).text(", skipping. ").text(&what);
        }
    }

    fn put(&mut self, value: Option<&[u8]>, out: &mut Output<'_>) -> Result<(), String> {
        let frame = take_frame(value, METADATA)?;
        let schema = self.schema(frame.entry);
        let values = frame.read(schema)?;
        out.text("{\"type\":\"").text(frame.entry.name).text("\",\"version\":").number(frame.version);
        out.text(",\"data\":");
        schema.put_json(&values, frame.version, out.bytes());
        out.text("}");
        Ok(())
    }

    /// Whether a record can be read to its end.
    pub(super) fn check(&mut self, value: Option<&[u8]>) -> Result<(), String> {
        let frame = take_frame(value, METADATA)?;
        let schema = self.schema(frame.entry);
        if frame.version > schema.newest() {
            return Err(format!("version {} of type {} is not known", frame.version, frame.entry.id));
        }
        strange(&[], &frame.read(schema)?)
    }

    fn schema(&mut self, entry: &'static MetadataEntry) -> &Schema {
        self.schemas.or_insert_with(entry.id, || Schema::parse(entry.fields))
    }
}

/// A record whose frame was read.
pub(super) struct Frame<'a> {
    pub(super) entry: &'static MetadataEntry,
    version: i16,
    rest: &'a [u8],
}

/// Takes the frame of a record of one of these kinds.
pub(super) fn take_frame<'a>(
    value: Option<&'a [u8]>,
    table: &'static [MetadataEntry],
) -> Result<Frame<'a>, String> {
    let Some(mut rest) = value else { return Err(unread("frame version")) };
    match take_short(&mut rest, "frame version")? {
        1 => {}
        0 => {
            return Err(
                "Could not deserialize metadata record with frame version 0. Note that upgrades from the \
                        preview release of KRaft in 2.8 to newer versions are not supported."
                    .to_owned(),
            );
        }
        other => {
            return Err(format!(
                "Could not deserialize metadata record due to unknown frame version {other}(only frame version 1 \
                 is supported)"
            ));
        }
    }
    let id = take_short(&mut rest, "type")?;
    let version = take_short(&mut rest, "version")?;
    let entry = table.iter().find(|entry| entry.id == id);
    let entry = entry.ok_or_else(|| {
        format!("org.apache.kafka.common.errors.UnsupportedVersionException: Unknown metadata id {id}")
    })?;
    Ok(Frame { entry, version, rest })
}

impl<'a> Frame<'a> {
    /// The message, which must be all that is left.
    pub(super) fn read(&self, schema: &Schema) -> Result<Vec<Value<'a>>, String> {
        let mut rest = self.rest;
        let values = schema
            .read(&mut rest, self.version)
            .map_err(|_| format!("Failed to deserialize record with type {}", self.entry.id))?;
        if rest.is_empty() {
            return Ok(values);
        }
        Err(format!("Found {} byte(s) of garbage after {}", rest.len(), self.entry.id))
    }
}

fn take_short(from: &mut &[u8], entity: &str) -> Result<i16, String> {
    let number = take_uvarint(from).map_err(|_| unread(entity))?;
    match number {
        32_768.. => Err(format!("Value for {entity} was too large.")),
        number => Ok(number as i16),
    }
}

fn unread(entity: &str) -> String {
    format!("Error while reading {entity}")
}
