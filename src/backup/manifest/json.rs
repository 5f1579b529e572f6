//! Canonical JSON: one spelling for each content.

use super::FormatError;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use std::fmt;

/// A 64-bit offset or producer id, written as a decimal string: JavaScript loses integers beyond 2⁵³.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Offset(pub i64);

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Offset {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Offset {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Offset, D::Error> {
        let text = String::deserialize(d)?;
        text.parse()
            .map(Offset)
            .map_err(|_| serde::de::Error::custom(format!("{text:?} is not a decimal offset")))
    }
}

/// The canonical bytes of `content`: sorted keys, two spaces, one line feed at the end.
pub fn to_bytes<T: Serialize>(content: &T) -> Vec<u8> {
    let mut value =
        serde_json::to_value(content).expect("the types of this module have string keys and no floats");
    value.sort_all_objects();
    let mut bytes = serde_json::to_vec_pretty(&value).expect("a value can be written");
    bytes.push(b'\n');
    bytes
}

/// The JSON in at most `max` bytes.
pub(super) fn value(bytes: &[u8], max: usize) -> Result<Value, FormatError> {
    if bytes.len() > max {
        return Err(FormatError::TooLarge { bytes: bytes.len() as u64 });
    }
    serde_json::from_slice(bytes).map_err(|error| FormatError::Malformed(error.to_string()))
}

/// The content of `value`, which was read from `bytes`; they must be the canonical ones.
pub(super) fn strict<T: Serialize + DeserializeOwned>(value: Value, bytes: &[u8]) -> Result<T, FormatError> {
    let content: T =
        serde_json::from_value(value).map_err(|error| FormatError::Malformed(error.to_string()))?;
    let canonical = to_bytes(&content);
    if canonical != bytes {
        let same = canonical.iter().zip(bytes).take_while(|(a, b)| a == b).count();
        return Err(FormatError::NotCanonical { at: same as u64 });
    }
    Ok(content)
}

/// Reads canonical JSON of at most `max` bytes.
///
/// # Errors
/// [`FormatError`] for everything but the bytes that [`to_bytes`] writes.
pub fn parse<T: Serialize + DeserializeOwned>(bytes: &[u8], max: usize) -> Result<T, FormatError> {
    strict(value(bytes, max)?, bytes)
}
