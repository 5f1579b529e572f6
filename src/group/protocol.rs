//! What consumers say to each other through the coordinator: `ConsumerProtocolSubscription` and
//! `ConsumerProtocolAssignment`, versions 0 to 3 (`org.apache.kafka.clients.consumer.internals.ConsumerProtocol`).
//!
//! ```text
//! subscription: version:i16 topics:[string] user_data:nullable bytes
//!               v1+ owned:[topic:string partitions:[i32]]  v2+ generation:i32  v3 rack:nullable string
//! assignment:   version:i16 partitions:[topic:string partitions:[i32]] user_data:nullable bytes
//! string: length:i16 UTF-8   bytes: length:i32   [x]: count:i32   big-endian, length -1 is null
//! ```
//!
//! As in Kafka, a version above 3 is read as 3, and bytes after the last field are let be.

use super::Bytes;
use crate::base::{JavaMap, TopicPartition};
use std::fmt;
use std::rc::Rc;

/// The newest version, which is what is written.
pub const VERSION: i16 = 3;

const CUT: &str = "the bytes end too early";
const NEGATIVE_VERSION: &str = "a negative version";

/// What a member subscribes to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Subscription {
    /// The topics, in the member's order (the Java consumer sorts them).
    pub topics: Vec<Rc<str>>,
    /// Bytes for the assignor.
    pub user_data: Option<Bytes>,
    /// The partitions that it owns, in its order.
    pub owned: Vec<TopicPartition>,
    /// The generation in which it got them; `None` when it does not say.
    pub generation: Option<i32>,
    /// `client.rack`.
    pub rack: Option<Rc<str>>,
}

/// What a member is assigned.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Assigned {
    /// The partitions, in the assignor's order.
    pub partitions: Vec<TopicPartition>,
    /// Bytes from the assignor.
    pub user_data: Option<Bytes>,
}

/// Bytes that are not what they should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtocolError {
    /// Where, in bytes from the start.
    pub at: u32,
    /// What is wrong.
    pub what: &'static str,
}

impl ProtocolError {
    /// Whether Kafka tells it as a `SchemaException`, which it expects of members' bytes: a version that cannot be, or a
    /// number that is cut off. Anything else is an error that it does not expect.
    pub fn is_expected(&self) -> bool {
        self.what == CUT || self.what == NEGATIVE_VERSION
    }
}

/// The version that the bytes are in, as far as it is known here.
///
/// # Errors
/// Bytes without a version, or with one that cannot be.
pub fn version(bytes: &[u8]) -> Result<i16, ProtocolError> {
    Reader { bytes, at: 0 }.version()
}

impl fmt::Display for ProtocolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {}: {}", self.at, self.what)
    }
}

impl Subscription {
    /// Reads a subscription.
    ///
    /// # Errors
    /// What is wrong and where; nothing is allocated for lengths that the bytes do not have.
    pub fn decode(bytes: &[u8]) -> Result<Subscription, ProtocolError> {
        let mut r = Reader { bytes, at: 0 };
        let version = r.version()?;
        let topics = r.array("more topics than bytes", |r| r.string())?;
        let user_data = r.bytes()?;
        let mut subscription = Subscription { topics, user_data, ..Subscription::default() };
        if version >= 1 {
            subscription.owned = r.partitions()?;
        }
        if version >= 2 {
            subscription.generation = Some(r.i32()?).filter(|g| *g >= 0);
        }
        if version >= 3 {
            subscription.rack = r.nullable_string()?;
        }
        Ok(subscription)
    }

    /// Reads the topics only, as the coordinator does: what comes after the user data is not looked at.
    ///
    /// # Errors
    /// What is wrong and where.
    pub fn decode_topics(bytes: &[u8]) -> Result<Vec<Rc<str>>, ProtocolError> {
        let mut r = Reader { bytes, at: 0 };
        r.version()?;
        let topics = r.array("more topics than bytes", |r| r.string())?;
        r.bytes()?;
        Ok(topics)
    }

    /// Writes it in the newest version.
    pub fn encode(&self) -> Bytes {
        let mut out = VERSION.to_be_bytes().to_vec();
        put_length(&mut out, self.topics.len());
        for topic in &self.topics {
            put_string(&mut out, topic);
        }
        put_bytes(&mut out, self.user_data.as_deref());
        put_partitions(&mut out, &self.owned);
        out.extend(self.generation.unwrap_or(-1).to_be_bytes());
        match &self.rack {
            Some(rack) => put_string(&mut out, rack),
            None => out.extend((-1i16).to_be_bytes()),
        }
        out.into()
    }
}

impl Assigned {
    /// Reads an assignment.
    ///
    /// # Errors
    /// What is wrong and where; nothing is allocated for lengths that the bytes do not have.
    pub fn decode(bytes: &[u8]) -> Result<Assigned, ProtocolError> {
        let mut r = Reader { bytes, at: 0 };
        r.version()?;
        Ok(Assigned { partitions: r.partitions()?, user_data: r.bytes()? })
    }

    /// Writes it in the newest version, grouped by topic in the order in which topics come first.
    pub fn encode(&self) -> Bytes {
        self.encode_as(VERSION)
    }

    /// Writes it in one of the versions, which do not differ but for the number.
    pub fn encode_as(&self, version: i16) -> Bytes {
        let mut out = version.to_be_bytes().to_vec();
        put_partitions(&mut out, &self.partitions);
        put_bytes(&mut out, self.user_data.as_deref());
        out.into()
    }
}

/// What the sticky assignor keeps in a member's user data, and reads instead of [`Subscription::owned`]: an eager member
/// has given everything up before it joins (`StickyAssignor`, its schemas 0 and 1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct StickyData {
    /// The partitions of its last assignment, in their order.
    pub partitions: Vec<TopicPartition>,
    /// Its generation; `None` in schema 0.
    pub generation: Option<i32>,
}

impl StickyData {
    /// Reads either schema. Bytes that are neither say nothing, as in Kafka.
    pub fn decode(bytes: &[u8]) -> StickyData {
        let mut r = Reader { bytes, at: 0 };
        match r.partitions() {
            Ok(partitions) => StickyData { partitions, generation: r.i32().ok() },
            Err(_) => StickyData::default(),
        }
    }

    /// Writes it: topics in the order of Kafka's hash map of them.
    pub fn encode(&self) -> Bytes {
        let mut topics: JavaMap<Rc<str>, Vec<&TopicPartition>> = JavaMap::new();
        for partition in &self.partitions {
            match topics.get_mut(&partition.topic) {
                Some(list) => list.push(partition),
                None => drop(topics.put(partition.topic.clone(), vec![partition])),
            }
        }
        let ordered: Vec<TopicPartition> =
            topics.values().flatten().map(|&partition| partition.clone()).collect();
        let mut out = Vec::new();
        put_partitions(&mut out, &ordered);
        out.extend(self.generation.unwrap_or(-1).to_be_bytes());
        out.into()
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn error(&self, what: &'static str) -> ProtocolError {
        ProtocolError { at: u32::try_from(self.at).unwrap_or(u32::MAX), what }
    }

    fn take(&mut self, n: usize) -> Result<&'a [u8], ProtocolError> {
        self.take_or(n, "a text or bytes end too early")
    }

    fn take_or(&mut self, n: usize, what: &'static str) -> Result<&'a [u8], ProtocolError> {
        let taken = self.bytes[self.at..].get(..n).ok_or_else(|| self.error(what))?;
        self.at += n;
        Ok(taken)
    }

    fn i16(&mut self) -> Result<i16, ProtocolError> {
        let bytes = self.take_or(2, CUT)?;
        Ok(i16::from_be_bytes([bytes[0], bytes[1]]))
    }

    fn i32(&mut self) -> Result<i32, ProtocolError> {
        let bytes = self.take_or(4, CUT)?;
        Ok(i32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }

    fn version(&mut self) -> Result<i16, ProtocolError> {
        match self.i16()? {
            version if version < 0 => Err(self.error(NEGATIVE_VERSION)),
            version => Ok(version.min(VERSION)),
        }
    }

    fn nullable_string(&mut self) -> Result<Option<Rc<str>>, ProtocolError> {
        let length = self.i16()?;
        let Ok(length) = usize::try_from(length) else { return Ok(None) };
        let text =
            std::str::from_utf8(self.take(length)?).map_err(|_| self.error("a text that is not UTF-8"))?;
        Ok(Some(text.into()))
    }

    fn string(&mut self) -> Result<Rc<str>, ProtocolError> {
        self.nullable_string()?.ok_or_else(|| self.error("a text that may not be null is null"))
    }

    fn bytes(&mut self) -> Result<Option<Bytes>, ProtocolError> {
        let length = self.i32()?;
        let Ok(length) = usize::try_from(length) else { return Ok(None) };
        Ok(Some(self.take(length)?.into()))
    }

    /// Every item takes at least a byte, so a count beyond what is left is refused before anything is kept.
    fn array<T>(
        &mut self,
        what: &'static str,
        item: impl Fn(&mut Self) -> Result<T, ProtocolError>,
    ) -> Result<Vec<T>, ProtocolError> {
        let count = usize::try_from(self.i32()?).map_err(|_| self.error("a count is negative"))?;
        if count > self.bytes.len() - self.at {
            return Err(self.error(what));
        }
        (0..count).map(|_| item(self)).collect()
    }

    fn partitions(&mut self) -> Result<Vec<TopicPartition>, ProtocolError> {
        let topics = self.array("more topics than bytes", |r| {
            let topic = r.string()?;
            let numbers = r.array("more partitions than bytes", Reader::i32)?;
            Ok(numbers.into_iter().map(move |n| TopicPartition { topic: topic.clone(), partition: n }))
        })?;
        Ok(topics.into_iter().flatten().collect())
    }
}

fn put_length(out: &mut Vec<u8>, length: usize) {
    out.extend(i32::try_from(length).expect("lists are far shorter than 2^31").to_be_bytes());
}

fn put_string(out: &mut Vec<u8>, text: &str) {
    out.extend(i16::try_from(text.len()).expect("names are limited to 249 characters").to_be_bytes());
    out.extend(text.as_bytes());
}

fn put_bytes(out: &mut Vec<u8>, bytes: Option<&[u8]>) {
    match bytes {
        None => out.extend((-1i32).to_be_bytes()),
        Some(bytes) => {
            put_length(out, bytes.len());
            out.extend(bytes);
        }
    }
}

fn put_partitions(out: &mut Vec<u8>, partitions: &[TopicPartition]) {
    let mut topics: Vec<(&Rc<str>, Vec<i32>)> = Vec::new();
    for p in partitions {
        match topics.last_mut().filter(|(topic, _)| **topic == p.topic) {
            Some((_, numbers)) => numbers.push(p.partition),
            None => match topics.iter_mut().find(|(topic, _)| **topic == p.topic) {
                Some((_, numbers)) => numbers.push(p.partition),
                None => topics.push((&p.topic, vec![p.partition])),
            },
        }
    }
    put_length(out, topics.len());
    for (topic, numbers) in topics {
        put_string(out, topic);
        put_length(out, numbers.len());
        for n in numbers {
            out.extend(n.to_be_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    fn kafka(text: &str) -> Vec<u8> {
        STANDARD.decode(text).expect("base64")
    }

    #[test]
    fn a_subscription_of_the_java_consumer_is_read_and_written_back() {
        let bytes = kafka("AAMAAAACAAVhdWRpdAAGb3JkZXJz/////wAAAAD///////8=");
        let subscription = Subscription::decode(&bytes).expect("Kafka's bytes");
        assert_eq!(
            subscription,
            Subscription { topics: vec!["audit".into(), "orders".into()], ..Default::default() }
        );
        assert_eq!(*subscription.encode(), *bytes);
    }

    #[test]
    fn an_assignment_of_the_java_consumer_is_read_and_written_back() {
        let bytes = kafka("AAMAAAABAAZvcmRlcnMAAAAEAAAAAAAAAAEAAAACAAAAA/////8=");
        let assigned = Assigned::decode(&bytes).expect("Kafka's bytes");
        assert_eq!(assigned.partitions, (0..4).map(|n| TopicPartition::new("orders", n)).collect::<Vec<_>>());
        assert_eq!(*assigned.encode(), *bytes);
    }

    #[test]
    fn all_fields_survive_and_every_cut_is_refused() {
        let subscription = Subscription {
            topics: vec!["b".into(), "a".into()],
            user_data: Some([1, 2].into()),
            owned: vec![
                TopicPartition::new("a", 1),
                TopicPartition::new("a", 0),
                TopicPartition::new("b", 7),
            ],
            generation: Some(3),
            rack: Some("r1".into()),
        };
        let bytes = subscription.encode();
        assert_eq!(Subscription::decode(&bytes), Ok(subscription));
        for end in 0..bytes.len() {
            assert!(Subscription::decode(&bytes[..end]).is_err(), "cut at {end}");
        }
    }

    #[test]
    fn older_versions_lack_fields_and_newer_ones_are_read_as_the_newest() {
        let full =
            Subscription { topics: vec!["t".into()], generation: Some(1), ..Default::default() }.encode();
        for (version, generation) in [(0, None), (1, None), (2, Some(1)), (3, Some(1)), (9, Some(1))] {
            let mut bytes = full.to_vec();
            bytes[1] = version;
            let read = Subscription::decode(&bytes).expect("a known layout");
            assert_eq!((read.generation, &*read.topics[0]), (generation, "t"), "version {version}");
        }
    }

    #[test]
    fn a_count_that_the_bytes_cannot_hold_is_refused_before_it_is_believed() {
        for count in ["7fffffff", "00000009", "ffffffff"] {
            let count = u32::from_str_radix(count, 16).expect("hex").to_be_bytes();
            let bytes = [&[0, 0][..], &count[..], &[0, 0]].concat();
            assert!(Subscription::decode(&bytes).is_err());
        }
    }
}
