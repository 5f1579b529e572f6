//! Inputs of the assignor benchmark, made from a case's numbers alone, and digests of answers.

use rejoin::assign::target::{Group, GroupMember, GroupTopic, Run, Share};
use rejoin::assign::{Input, Member, Partition, Topic};
use rejoin::base::Uuid;
use serde_json::Value;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::rc::Rc;

/// One case, as any assignor may be given it.
pub struct Case {
    topics: Vec<CaseTopic>,
    racks: bool,
    members: Vec<CaseMember>,
    heterogeneous: bool,
}

struct CaseTopic {
    name: Rc<str>,
    id: Uuid,
    partitions: i32,
}

struct CaseMember {
    index: usize,
    id: Rc<str>,
    topics: Vec<u32>,
    /// By topic; `None` for a member that was not there before.
    owned: Option<Vec<Vec<i32>>>,
}

/// splitmix64.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }
}

fn mix(z: u64) -> u64 {
    let z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ z >> 31
}

impl Case {
    /// The case that a line of the grid describes; `None` when a field is missing.
    pub fn new(line: &Value, seed: u64) -> Option<Case> {
        let number = |name: &str| line[name].as_u64().and_then(|n| usize::try_from(n).ok());
        let (topics, members, partitions) = (number("topics")?, number("members")?, number("partitions")?);
        let heterogeneous = line["subscription"].as_str()? == "heterogeneous";
        let event = line["event"].as_str()?;
        let mut draws = Draws(seed);
        let topic = |i: usize| {
            let count = partitions / topics + usize::from(i < partitions % topics);
            let mut id = [0; 16];
            id[..8].copy_from_slice(&draws.next().to_be_bytes());
            id[8..].copy_from_slice(&draws.next().to_be_bytes());
            CaseTopic { name: format!("topic-{i:04}").into(), id: Uuid(id), partitions: count as i32 }
        };
        let topics: Vec<CaseTopic> = (0..topics).map(topic).collect();
        let ids: Vec<Rc<str>> =
            (0..=members).map(|_| format!("consumer-{:016x}", draws.next()).into()).collect();
        let subscribed = |(index, id): (usize, Rc<str>)| {
            let mut list: Vec<u32> =
                (0..topics.len() as u32).filter(|_| !heterogeneous || draws.next() >> 63 == 1).collect();
            if list.is_empty() {
                list.push((index % topics.len()) as u32);
            }
            CaseMember { index, id, topics: list, owned: None }
        };
        let members: Vec<CaseMember> = ids.into_iter().enumerate().map(subscribed).collect();
        let mut case = Case { topics, racks: line["racks"].as_bool()?, members, heterogeneous };
        let newcomer = case.members.pop().expect("one more than asked for");
        if event != "initial" {
            let wrap = line["assignor"].as_str()? == "simple" && case.members.len() > partitions;
            case.own(wrap.then_some(partitions));
        }
        match event {
            "leave" => _ = case.members.remove(case.members.len() / 2),
            "join" => case.members.push(newcomer),
            "grow" => case.topics[0].partitions += 1.max(case.topics[0].partitions / 10),
            _ => {}
        }
        Some(case)
    }

    /// What was owned before: each partition by the subscriber that has least, or by one member after the other.
    fn own(&mut self, wrap: Option<usize>) {
        let nothing = vec![Vec::new(); self.topics.len()];
        self.members.iter_mut().for_each(|member| member.owned = Some(nothing.clone()));
        if let Some(partitions) = wrap {
            let all: Vec<(usize, i32)> = (self.topics.iter().enumerate())
                .flat_map(|(i, topic)| (0..topic.partitions).map(move |number| (i, number)))
                .collect();
            for member in &mut self.members {
                let (topic, number) = all[member.index % partitions];
                member.owned.iter_mut().for_each(|owned| owned[topic].push(number));
            }
            return;
        }
        let mut counts = vec![0u32; self.members.len()];
        for (i, topic) in self.topics.iter().enumerate() {
            let subscribers = self.members.iter().filter(|m| m.topics.binary_search(&(i as u32)).is_ok());
            let mut least: BinaryHeap<_> = subscribers.map(|m| Reverse((counts[m.index], m.index))).collect();
            for number in 0..topic.partitions {
                let Some(Reverse((count, index))) = least.pop() else { break };
                self.members[index].owned.iter_mut().for_each(|owned| owned[i].push(number));
                counts[index] = count + 1;
                least.push(Reverse((count + 1, index)));
            }
        }
    }

    /// The case for an assignor of a client.
    pub fn input(&self) -> Input {
        let racks: Vec<Rc<str>> = ["a", "b", "c"].map(Rc::from).to_vec();
        let mut running = 0;
        let topic = |topic: &CaseTopic| {
            let replicas = |_| {
                running += 1;
                vec![racks[(running - 1) % 3].clone(), racks[running % 3].clone()]
            };
            let of_partitions = self.racks.then(|| (0..topic.partitions).map(replicas).collect());
            Topic { name: topic.name.clone(), partitions: topic.partitions, racks: of_partitions }
        };
        let topics = self.topics.iter().map(topic).collect();
        let everything: Rc<[u32]> = (0..self.topics.len() as u32).collect();
        let member = |member: &CaseMember| {
            let all = member.topics.len() == self.topics.len();
            let owned = member.owned.iter().flatten().zip(0..);
            let owned = owned
                .flat_map(|(numbers, topic)| numbers.iter().map(move |&number| Partition { topic, number }));
            Member {
                id: member.id.clone(),
                topics: if all { everything.clone() } else { member.topics.as_slice().into() },
                owned: owned.collect(),
                generation: member.owned.as_ref().map(|_| 1),
                rack: self.racks.then(|| racks[member.index % 3].clone()),
                instance: None,
            }
        };
        Input { topics, members: self.members.iter().map(member).collect() }
    }

    /// The case for an assignor of the coordinator.
    pub fn group(&self) -> Group {
        let mut everything: Option<Rc<[u32]>> = None;
        let mut member = |member: &CaseMember| {
            let all = member.topics.len() == self.topics.len();
            let in_order = || -> Rc<[u32]> {
                let names = member.topics.iter().map(|&topic| &self.topics[topic as usize].name);
                Group::in_set_order(names).into_iter().map(|place| member.topics[place as usize]).collect()
            };
            let topics = match all {
                true => everything.get_or_insert_with(in_order).clone(),
                false => in_order(),
            };
            let mut runs: Vec<Run> = Vec::new();
            for (numbers, topic) in member.owned.iter().flatten().zip(0..) {
                for &number in numbers {
                    match runs.last_mut() {
                        Some(run) if run.topic == topic && run.first + run.count == number => run.count += 1,
                        _ => runs.push(Run { topic, first: number, count: 1 }),
                    }
                }
            }
            GroupMember { id: member.id.clone(), instance: None, topics, target: Share::new(runs) }
        };
        let members = self.members.iter().map(&mut member).collect();
        let topic = |topic: &CaseTopic| GroupTopic {
            name: topic.name.clone(),
            id: topic.id,
            partitions: topic.partitions,
        };
        let topics = self.topics.iter().map(topic).collect();
        Group { topics, members, others: Vec::new(), alike: !self.heterogeneous, peak: 0 }
    }

    /// The digest of an answer, member by member, and how many pairs of a member and a partition it has.
    pub fn digest(&self, answer: impl Fn(usize) -> Vec<(u32, i32)>) -> (u64, u64) {
        let fnv = |hash: u64, bytes: &[u8]| {
            bytes.iter().fold(hash, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
        };
        let (mut sum, mut count) = (0u64, 0);
        for (place, member) in self.members.iter().enumerate() {
            for (topic, number) in answer(place) {
                let hash = fnv(fnv(0xcbf2_9ce4_8422_2325, member.id.as_bytes()), &[0]);
                let hash = fnv(fnv(hash, self.topics[topic as usize].name.as_bytes()), &[0]);
                sum = sum.wrapping_add(mix(fnv(hash, number.to_string().as_bytes())));
                count += 1;
            }
        }
        (sum, count)
    }
}
