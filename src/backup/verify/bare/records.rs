//! What is in the batches of a segment beyond what every batch must be.

use super::Around;
use crate::log::batch::{self, BatchError, Header, Marker, RecordView};

/// The topic of the controllers, which has control records of its own and no transactions.
pub const METADATA_TOPIC: &str = "__cluster_metadata";

/// The attributes that have a meaning.
const ATTRIBUTES_USED: u16 = 0x7f;

/// Types of control records that end a transaction: abort and commit.
const MARKERS: std::ops::RangeInclusive<i16> = 0..=1;
/// Types of control records of the controllers: leader change to voters.
const CONTROLLERS: std::ops::RangeInclusive<i16> = 2..=6;

/// What the records of a batch are found to be.
#[derive(Default)]
pub struct Content {
    /// What is wrong, without a place.
    pub damage: Vec<String>,
    /// What is not known.
    pub remarks: Vec<String>,
    /// The marker in it.
    pub marker: Option<Marker>,
}

/// Reads the records of a batch of this topic, with every check that all batches are put to.
///
/// # Errors
/// What fails those.
pub fn read(topic: &str, header: &Header, bytes: &[u8], around: &dyn Around) -> Result<Content, BatchError> {
    let mut content = Content::default();
    let control = header.attributes.is_control();
    batch::check_each(header, bytes, |record| {
        let at = record.offset;
        if !record.is_canonical() {
            content.damage.push(format!("the record at offset {at} is not written as any client writes it"));
        }
        if control {
            content.marker = Marker::parse(record.key, record.value);
            content.damage.extend(control_record(topic, header, record));
        }
        match around.unread(topic, control, record.key, record.value) {
            Some(Unread::Damage(what)) => {
                content.damage.push(format!("the record at offset {at} cannot be read: {what}"));
            }
            Some(Unread::Unknown(what)) => content.remarks.push(format!("offset {at}: {what}")),
            None => {}
        }
    })?;
    let attributes = header.attributes.0;
    if attributes & !ATTRIBUTES_USED != 0 {
        content.damage.push(format!("the attributes are {attributes:#06x}, with bits that mean nothing"));
    }
    Ok(content)
}

/// Why a record of an internal topic is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unread {
    /// Its key or value is none of that topic.
    Damage(String),
    /// Its kind is not known, as one of a newer broker; coordinators pass it over.
    Unknown(String),
}

/// What is wrong with a control record.
fn control_record(topic: &str, header: &Header, record: &RecordView<'_>) -> Option<String> {
    let wrong = |what: &str| Some(format!("the control record at offset {}: {what}", record.offset));
    let Some(&[0, 0, high, low]) = record.key else { return wrong("its key is not a version 0 and a type") };
    let kind = i16::from_be_bytes([high, low]);
    let of_controllers = topic == METADATA_TOPIC;
    if of_controllers && CONTROLLERS.contains(&kind) {
        return None;
    }
    if of_controllers || !MARKERS.contains(&kind) {
        return wrong(&format!("type {kind} is none of this topic"));
    }
    if !matches!(record.value, Some([0, 0, _, _, _, _])) {
        return wrong("its value is not a version 0 and a coordinator's epoch");
    }
    let is_marker = header.producer_id >= 0
        && header.attributes.is_transactional()
        && header.base_sequence == -1
        && header.last_offset_delta == 0;
    if is_marker { None } else { wrong("its batch is not that of a marker") }
}
