//! Racks of members and of replicas, and when they matter (`AbstractPartitionAssignor.useRackAwareAssignment`).

use super::Input;
use std::ops::Range;
use std::rc::Rc;

/// A number for each rack that a member or a replica is in.
type Rack = u32;

/// No rack.
const NOWHERE: Rack = Rack::MAX;

/// Racks of members and of partitions. Partitions are numbered through: those of the first topic, those of the second…
pub(super) struct Racks {
    of_members: Vec<Rack>,
    /// How many members are in each rack.
    members: Vec<u32>,
    /// Where the racks of each partition begin in `replicas`, and the end.
    starts: Vec<u32>,
    /// Racks of partitions, each rack once for a partition.
    replicas: Vec<Rack>,
}

/// Numbers for names, in the order in which they come.
#[derive(Default)]
struct Names<'a> {
    sorted: Vec<(&'a str, Rack)>,
}

impl<'a> Names<'a> {
    fn number(&mut self, name: &'a str) -> Rack {
        match self.sorted.binary_search_by(|(known, _)| (**known).cmp(name)) {
            Ok(at) => self.sorted[at].1,
            Err(at) => {
                let number = self.sorted.len() as Rack;
                self.sorted.insert(at, (name, number));
                number
            }
        }
    }
}

impl Racks {
    /// Reads the racks of all members and of `topics`, places in the input, in this order. `None` when no member has a
    /// rack: then nobody looks at those of partitions.
    pub fn new(input: &Input, topics: &[u32]) -> Option<Racks> {
        if input.members.iter().all(|member| member.rack().is_none()) {
            return None;
        }
        let mut names = Names::default();
        let of_members: Vec<Rack> = input
            .members
            .iter()
            .map(|member| member.rack().map_or(NOWHERE, |rack| names.number(rack)))
            .collect();
        let mut members = vec![0; names.sorted.len()];
        for &rack in of_members.iter().filter(|&&rack| rack != NOWHERE) {
            members[rack as usize] += 1;
        }
        let count = topics.iter().map(|&t| input.topics[t as usize].partitions as usize).sum::<usize>();
        let mut racks =
            Racks { of_members, members, starts: Vec::with_capacity(count + 1), replicas: Vec::new() };
        for &topic in topics {
            let topic = &input.topics[topic as usize];
            for partition in 0..topic.partitions as usize {
                let replicas = topic.racks.as_ref().and_then(|racks| racks.get(partition));
                racks.add(replicas.map_or(&[], |replicas| &replicas[..]), &mut names);
            }
        }
        racks.starts.push(racks.replicas.len() as u32);
        racks.members.resize(names.sorted.len(), 0);
        Some(racks)
    }

    fn add<'a>(&mut self, replicas: &'a [Rc<str>], names: &mut Names<'a>) {
        let start = self.replicas.len();
        self.starts.push(start as u32);
        for name in replicas {
            let rack = names.number(name);
            if !self.replicas[start..].contains(&rack) {
                self.replicas.push(rack);
            }
        }
    }

    /// The racks of a partition.
    pub fn of(&self, partition: u32) -> &[Rack] {
        let range = self.starts[partition as usize] as usize..self.starts[partition as usize + 1] as usize;
        &self.replicas[range]
    }

    /// Whether a member says in which rack it is.
    pub fn known(&self, member: u32) -> bool {
        self.of_members[member as usize] != NOWHERE
    }

    /// Whether a replica of the partition is in the member's rack. A member without one is at home nowhere.
    pub fn shared(&self, member: u32, partition: u32) -> bool {
        self.of(partition).contains(&self.of_members[member as usize])
    }

    /// Whether the member may have the partition as far as racks go. A member without a rack is at home everywhere.
    pub fn at_home(&self, member: u32, partition: u32) -> bool {
        !self.known(member) || self.shared(member, partition)
    }

    /// How many members are in a rack with a replica of the partition.
    pub fn neighbours(&self, partition: u32) -> u32 {
        self.of(partition).iter().map(|&rack| self.members[rack as usize]).sum()
    }

    /// Whether racks can make a difference between `members` for the partitions of a range: some partition has a replica
    /// in one of their racks, and not every partition has replicas in all racks.
    pub fn matter(&self, members: impl Iterator<Item = u32>, partitions: Range<u32>) -> bool {
        let mut inhabited = vec![false; self.members.len()];
        for rack in members.map(|member| self.of_members[member as usize]).filter(|&rack| rack != NOWHERE) {
            inhabited[rack as usize] = true;
        }
        let mut seen = vec![false; self.members.len()];
        for rack in partitions.clone().flat_map(|partition| self.of(partition)) {
            seen[*rack as usize] = true;
        }
        let all = seen.iter().filter(|&&seen| seen).count();
        let met = seen.iter().zip(&inhabited).any(|(&seen, &inhabited)| seen && inhabited);
        met && !partitions.clone().all(|partition| self.of(partition).len() == all)
    }
}
