//! Where the coordinator gets the UUIDs of its members from.

use crate::base::{Map, Rng, Uuid};
use std::collections::VecDeque;
use std::rc::Rc;

/// A source of member ids.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum MemberIds {
    /// The n-th UUID is `hex8(n · 2654435769 mod 2³²)-0000-4000-8000-hex12(n)`, as in recorded traces.
    Numbered {
        /// How many have been made.
        made: u64,
    },
    /// From the run's generator.
    Random(Rng),
    /// Whole member ids given beforehand, by client id (or instance id): what a recording of a real run had.
    /// From the generator when none is left.
    Given {
        /// The ids to come, by the text that stands in front of the UUID.
        next: Map<Rc<str>, VecDeque<Rc<str>>>,
        /// For the others.
        rng: Rng,
    },
}

impl MemberIds {
    /// The id of a new classic member: `<prefix>-<UUID>`.
    pub(super) fn classic(&mut self, prefix: &str) -> Rc<str> {
        if let MemberIds::Given { next, .. } = self
            && let Some(id) = next.get_mut(prefix).and_then(VecDeque::pop_front)
        {
            return id;
        }
        format!("{prefix}-{}", self.uuid().hyphenated()).into()
    }

    /// The id of a member of the consumer protocol that has none. Kafka tries again when it would begin with a dash
    /// (`Uuid.randomUuid`).
    pub(super) fn text(&mut self) -> Rc<str> {
        loop {
            let id = self.uuid().to_string();
            if !id.starts_with('-') {
                return id.into();
            }
        }
    }

    /// The next UUID.
    fn uuid(&mut self) -> Uuid {
        match self {
            MemberIds::Numbered { made } => {
                *made += 1;
                let mut bytes = [0; 16];
                bytes[..4].copy_from_slice(&(made.wrapping_mul(2_654_435_769) as u32).to_be_bytes());
                bytes[6] = 0x40;
                bytes[8] = 0x80;
                bytes[10..].copy_from_slice(&made.to_be_bytes()[2..]);
                Uuid(bytes)
            }
            MemberIds::Random(rng) | MemberIds::Given { rng, .. } => Uuid(rng.uuid()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbered_ids_are_those_of_the_recorded_traces() {
        let mut ids = MemberIds::Numbered { made: 0 };
        assert_eq!(&*ids.classic("a"), "a-9e3779b9-0000-4000-8000-000000000001");
        assert_eq!(&*ids.classic("b"), "b-3c6ef372-0000-4000-8000-000000000002");
    }

    #[test]
    fn no_id_of_a_consumer_begins_with_a_dash() {
        let mut ids = MemberIds::Numbered { made: 20 };
        assert_eq!(ids.clone().uuid().to_string(), "-oz8LQAAQACAAAAAAAAAFQ");
        assert_eq!(&*ids.text(), "mMR15gAAQACAAAAAAAAAFg");
    }
}
