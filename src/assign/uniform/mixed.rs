//! `uniform` when members subscribe to different topics (`UniformHeterogeneousAssignmentBuilder`).
//!
//! ```text
//! 1  members keep what they still subscribe to
//! 2  topic by topic, those with most partitions for a subscriber first: what is free goes to whoever has least
//! 3  over and over, at most sixteen times: each topic is balanced among its subscribers
//! ```
//! Members are known here by their place in the order of Kafka's map, which decides between equals.

use super::ladder::{Ends, Ladder};
use crate::assign::bits::Bits;
use crate::assign::levels::Levels;
use crate::assign::target::{Group, Run, Targets, Writer};
use crate::base::small;

/// Nobody.
const NOBODY: u32 = u32::MAX;

/// Ranks of topics that a member got in step 2, behind those that it began with in step 3, and of those that it had.
const FILLED: u32 = 1 << 30;
const OLD: u32 = 1 << 31;

/// How often all topics are balanced at most.
const PASSES_MAX: u32 = 16;

pub(super) fn assign(group: &Group) -> Targets {
    if group.members.is_empty() {
        return Targets::new();
    }
    let order = group.member_order();
    let mut builder = Builder::new(group, &order);
    let topics = builder.topics_in_order();
    builder.fill(&topics);
    builder.balance(&topics);
    builder.targets(&order, &topics)
}

/// Kafka keeps a list of the owners of each topic's partitions, and does not expect that a member has one of a topic that it
/// reads beyond the last.
pub(super) fn fails(group: &Group) -> bool {
    group.members.iter().any(|member| {
        let beyond = |run: &Run| run.first + run.count > group.topics[run.topic as usize].partitions;
        let reads = |run: &Run| group.exists(run.topic) && member.topics.contains(&run.topic);
        member.target.runs().iter().any(|run| beyond(run) && reads(run))
    })
}

/// A topic's subscribers.
struct Audience {
    members: Bits,
    count: u32,
}

struct Builder<'a> {
    group: &'a Group,
    audiences: Vec<Audience>,
    /// The number of each topic's first partition.
    first: Vec<u32>,
    /// Who has each partition.
    owners: Vec<u32>,
    /// How many partitions each member has, and the members by that.
    levels: Levels,
    /// Whose target is another one now.
    changed: Bits,
    /// Where each owner's partitions of the topic in hand begin and end.
    windows: Vec<(u32, u32)>,
    /// The partitions of the topic in hand by owner, then by number.
    sorted: Vec<u64>,
    ends: Ends,
    /// Members that got some of a topic of which they had nothing, while it was balanced: member, topic.
    begun: Vec<(u32, u32)>,
}

/// Who subscribes to what: a bit for each member by place, 64 members a row, and in a row a word for each topic. What one
/// member subscribes to lies together, because it is written and asked for together.
struct Rows {
    words: Vec<u64>,
    topics: u32,
}

impl Rows {
    /// The row of a member, and its bit.
    fn of(&mut self, place: u32) -> (&mut [u64], u64) {
        let start = (place / 64 * self.topics) as usize;
        (&mut self.words[start..start + self.topics as usize], 1 << (place % 64))
    }

    /// The same, topic by topic.
    fn audiences(&self, members: u32) -> Vec<Audience> {
        let of_topic = |topic| {
            let words = || self.words[topic as usize..].iter().step_by(self.topics as usize).copied();
            Audience { count: words().map(u64::count_ones).sum(), members: Bits::of_words(words(), members) }
        };
        (0..self.topics).map(of_topic).collect()
    }
}

impl<'a> Builder<'a> {
    /// Step 1: members keep what they still subscribe to.
    fn new(group: &'a Group, order: &[u32]) -> Builder<'a> {
        let members = order.len() as u32;
        let mut places = vec![0; order.len()];
        for (&member, place) in order.iter().zip(0..) {
            places[member as usize] = place;
        }
        let topics = group.topics.len() as u32;
        let mut rows = Rows { words: vec![0; (members.div_ceil(64) * topics) as usize], topics };
        let (first, count) = group.numbers();
        let mut owners = vec![NOBODY; count as usize];
        let mut changed = Bits::new(members);
        let mut sizes = vec![0; order.len()];
        for (member, &place) in group.members.iter().zip(&places) {
            let (row, bit) = rows.of(place);
            for &topic in &*member.topics {
                row[topic as usize] |= bit;
            }
            for run in member.target.runs() {
                if row[run.topic as usize] & bit == 0 {
                    changed.add(place);
                    continue;
                }
                sizes[place as usize] += run.count as u32;
                let first = first[run.topic as usize];
                let end = (run.first + run.count).min(group.topics[run.topic as usize].partitions);
                for number in run.first.max(0)..end {
                    // If two have it, it is the later one's.
                    let owner = &mut owners[(first + number as u32) as usize];
                    *owner = if *owner == NOBODY { place } else { place.max(*owner) };
                }
            }
        }
        Builder {
            group,
            audiences: rows.audiences(members),
            first,
            owners,
            levels: Levels::new(sizes),
            changed,
            windows: Vec::new(),
            sorted: Vec::new(),
            ends: Ends::default(),
            begun: Vec::new(),
        }
    }

    /// The numbers of a topic's partitions.
    fn partitions(&self, topic: u32) -> std::ops::Range<usize> {
        let first = self.first[topic as usize] as usize;
        first..first + self.group.topics[topic as usize].partitions as usize
    }

    /// Topics with subscribers: most partitions for a subscriber first, then fewest subscribers, then by id.
    fn topics_in_order(&self) -> Vec<u32> {
        let load = |topic: u32| {
            let partitions = f64::from(self.group.topics[topic as usize].partitions);
            partitions / f64::from(self.audiences[topic as usize].count)
        };
        let id = |topic: u32| {
            let (high, low) = self.group.topics[topic as usize].id.0.split_at(8);
            let signed = |half: &[u8]| i64::from_be_bytes(half.try_into().expect("eight bytes"));
            (signed(high), signed(low))
        };
        let wanted = |topic: &u32| {
            self.audiences[*topic as usize].count > 0 && self.group.topics[*topic as usize].partitions > 0
        };
        let mut topics: Vec<u32> = (0..self.group.topics.len() as u32).filter(wanted).collect();
        small::sort_by(&mut topics, |&a, &b| {
            let count = |topic: u32| self.audiences[topic as usize].count;
            load(b).total_cmp(&load(a)).then(count(a).cmp(&count(b))).then_with(|| id(a).cmp(&id(b)))
        });
        topics
    }

    /// Step 2.
    fn fill(&mut self, topics: &[u32]) {
        for &topic in topics {
            let range = self.partitions(topic);
            if self.owners[range.clone()].iter().all(|&owner| owner != NOBODY) {
                continue;
            }
            let audience = &self.audiences[topic as usize].members;
            let Some(mut ladder) = Ladder::new(&self.levels, audience, &mut self.ends) else { continue };
            for owner in self.owners[range].iter_mut().filter(|owner| **owner == NOBODY) {
                *owner = ladder.least();
            }
            let lower_end = ladder.lower_end();
            for (member, size) in self.ends.raised(lower_end) {
                self.changed.add(member);
                self.levels.set(member, size);
            }
        }
    }

    /// Step 3: until a whole round changes nothing.
    fn balance(&mut self, topics: &[u32]) {
        let shared = |&&topic: &&u32| self.audiences[topic as usize].count >= 2;
        let topics: Vec<u32> = topics.iter().filter(shared).copied().collect();
        let mut last = None;
        for _ in 0..PASSES_MAX {
            for &topic in &topics {
                if last == Some(topic) {
                    return;
                }
                if self.balance_topic(topic) > 0 || last.is_none() {
                    last = Some(topic);
                }
            }
        }
    }

    /// Moves partitions of a topic from who has most to who has least; says how many. One moves at most once.
    fn balance_topic(&mut self, topic: u32) -> u32 {
        let range = self.partitions(topic);
        let audience = &self.audiences[topic as usize].members;
        let Some(mut ladder) = Ladder::new(&self.levels, audience, &mut self.ends) else { return 0 };
        if ladder.spread() <= 1 {
            return 0;
        }
        let owned = self.owners[range.clone()].iter().zip(0..).filter(|(owner, _)| **owner != NOBODY);
        self.sorted.clear();
        self.sorted.extend(owned.map(|(&owner, number)| u64::from(owner) << 32 | number));
        small::sort_unstable(&mut self.sorted);
        self.windows.resize(self.levels.counts().len(), (0, 0));
        let mut start = 0;
        for same in self.sorted.chunk_by(|a, b| a >> 32 == b >> 32) {
            let end = start + same.len() as u32;
            self.windows[(same[0] >> 32) as usize] = (start, end);
            start = end;
        }
        let mut moved = 0;
        while !ladder.balanced() {
            let mut most = ladder.most();
            while let Some(member) = most
                && self.windows[member as usize].0 == self.windows[member as usize].1
            {
                ladder.exclude();
                most = ladder.most();
            }
            let Some(from) = most else { break };
            let window = &mut self.windows[from as usize];
            window.1 -= 1;
            let number = self.sorted[window.1 as usize] as u32;
            let to = ladder.least();
            if ladder.balanced() {
                break;
            }
            self.owners[range.start + number as usize] = to;
            if self.windows[to as usize].0 == self.windows[to as usize].1 {
                self.begun.push((to, topic));
            }
            ladder.change(from, -1);
            ladder.change(to, 1);
            self.changed.add(from);
            self.changed.add(to);
            moved += 1;
        }
        for key in &self.sorted {
            self.windows[(key >> 32) as usize] = (0, 0);
        }
        self.ends.apply(&mut self.levels);
        moved
    }

    /// `topics`: in the order in which they were filled.
    fn targets(mut self, order: &[u32], topics: &[u32]) -> Targets {
        let mut room = vec![None; order.len()];
        for (&member, place) in order.iter().zip(0..) {
            if self.changed.has(place) {
                room[member as usize] = Some(self.levels.count(place));
            }
        }
        let mut writer = Writer::new(room.into_iter());
        for topic in 0..self.group.topics.len() as u32 {
            for (number, &owner) in self.owners[self.partitions(topic)].iter().enumerate() {
                if owner != NOBODY && self.changed.has(owner) {
                    writer.push(order[owner as usize], Run { topic, first: number as i32, count: 1 });
                }
            }
        }
        self.sort_as_in_map(&mut writer, order, topics);
        writer.targets(self.group)
    }

    /// Sorts what changed members have as Kafka's map of it is filled: a new topic comes before those that there are
    /// (`computeIfAbsent`). So the last that they began with in step 3 comes first, then the others that are new, from the
    /// last of step 2 to its first, and then what they had, as they had it.
    fn sort_as_in_map(&mut self, writer: &mut Writer, order: &[u32], topics: &[u32]) {
        let mut filled: Vec<u32> = vec![0; self.group.topics.len()];
        topics.iter().rev().zip(FILLED..).for_each(|(&topic, rank)| filled[topic as usize] = rank);
        let mut ranks = filled.clone();
        let (mut groups, mut sorted): (Vec<(u32, u32, u32)>, Vec<Run>) = Default::default();
        self.begun.sort_by_key(|&(place, _)| place);
        let mut begun = self.begun.chunk_by(|a, b| a.0 == b.0).peekable();
        for (&member, place) in order.iter().zip(0..) {
            let begun = begun.next_if(|begun| begun[0].0 == place).unwrap_or_default();
            let runs = writer.part(member);
            if runs.first().map(|run| run.topic) == runs.last().map(|run| run.topic) {
                continue;
            }
            let old = self.group.members[member as usize].target.runs();
            old.iter().zip(OLD..).for_each(|(run, rank)| ranks[run.topic as usize] = rank);
            let last = begun.len() as u32;
            begun.iter().zip(1..).for_each(|(&(_, topic), nth)| ranks[topic as usize] = last - nth);
            // Runs of a topic stand together already.
            let mut start = 0;
            groups.clear();
            groups.extend(runs.chunk_by(|a, b| a.topic == b.topic).map(|same| {
                start += same.len() as u32;
                (ranks[same[0].topic as usize], start - same.len() as u32, start)
            }));
            if !groups.is_sorted() {
                groups.sort_unstable();
                sorted.clear();
                let group = |&(_, from, to): &(u32, u32, u32)| &runs[from as usize..to as usize];
                groups.iter().map(group).for_each(|group| sorted.extend_from_slice(group));
                runs.copy_from_slice(&sorted);
            }
            let touched = begun.iter().map(|&(_, topic)| topic).chain(old.iter().map(|run| run.topic));
            touched.for_each(|topic| ranks[topic as usize] = filled[topic as usize]);
        }
    }
}
