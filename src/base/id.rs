//! Names and numbers that identify things, in Kafka's forms.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::fmt;
use std::rc::Rc;

/// A partition of a topic, written `orders-0`. Ordered by topic name, then by number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TopicPartition {
    /// The topic's name.
    pub topic: Rc<str>,
    /// The partition's number, from 0.
    pub partition: i32,
}

impl TopicPartition {
    /// Partition `partition` of `topic`.
    pub fn new(topic: impl Into<Rc<str>>, partition: i32) -> TopicPartition {
        TopicPartition { topic: topic.into(), partition }
    }
}

impl fmt::Display for TopicPartition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.topic, self.partition)
    }
}

/// Kafka's `Uuid`: 16 bytes, written as 22 characters of URL-safe base64.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uuid(pub [u8; 16]);

impl Uuid {
    /// "No id", as Kafka writes it.
    pub const ZERO: Uuid = Uuid([0; 16]);

    /// Reads Kafka's text form; `None` when it is not one.
    pub fn parse(text: &str) -> Option<Uuid> {
        URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Uuid)
    }

    /// The form with hyphens (`9e3779b9-0000-4000-8000-000000000001`), as member ids hold it.
    pub fn hyphenated(&self) -> String {
        let hex: String = self.0.iter().map(|b| format!("{b:02x}")).collect();
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }
}

/// Kafka's text form.
impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_has_kafkas_two_forms() {
        let id = Uuid::parse("njd5uQAAQACAAAAAAAAAAQ").expect("22 characters");
        assert_eq!(id.hyphenated(), "9e3779b9-0000-4000-8000-000000000001");
        assert_eq!(id.to_string(), "njd5uQAAQACAAAAAAAAAAQ");
        assert_eq!(Uuid::parse("too short"), None);
    }
}
