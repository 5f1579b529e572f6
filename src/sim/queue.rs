//! What happens next: timers and messages in one total order, by time and then by the order in which they were set.
//!
//! A timer has a slot of its own and is set again in place, so that the queue never holds one that is out of date: a
//! fetch that waits, a heartbeat that moves and a record in work cost one entry each, however often they change.

use super::network::Message;
use crate::base::{Map, Time};

/// Whose turn it is when a timer goes off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Timer {
    /// The coordinator's next deadline.
    Coordinator,
    /// A producer's next record, at the broker.
    Producer(u32),
    /// A consumer's application thread.
    App(u32),
    /// A consumer's heartbeat thread.
    Beat(u32),
    /// The locks of share groups.
    Locks,
    /// Segments that retention deletes.
    Retention,
    /// Logs that compaction cleans.
    Cleaner,
    /// Transactions that took too long.
    Transactions,
    /// A consumer's fetch: on its way to the broker, waiting there, or on its way back.
    Fetch(u32),
}

/// A timer's place in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Slot(u32);

/// What is due.
#[derive(Debug)]
pub(super) enum Due {
    /// A timer went off; it is not set any more.
    Timer(Timer),
    /// A message arrived.
    Message(Message),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Entry {
    at: Time,
    sequence: u64,
    slot: u32,
}

/// Not in the heap.
const UNSET: u32 = u32::MAX;

/// Children of a node of the heap.
const WIDTH: usize = 4;

/// Timers and messages, ordered.
#[derive(Clone, Debug, Default, Hash)]
pub(super) struct Queue {
    sequence: u64,
    timers: Vec<Timer>,
    /// Where each slot's entry is in the heap.
    places: Vec<u32>,
    heap: Vec<Entry>,
    messages: Map<(Time, u64), Message>,
}

impl Queue {
    /// A slot for a timer, which is not set.
    pub fn slot(&mut self, timer: Timer) -> Slot {
        self.timers.push(timer);
        self.places.push(UNSET);
        Slot(self.timers.len() as u32 - 1)
    }

    /// Sets a timer, in place of what it was set to. It comes after everything set before for the same time.
    pub fn set(&mut self, slot: Slot, at: Time) {
        self.sequence += 1;
        let entry = Entry { at, sequence: self.sequence, slot: slot.0 };
        let place = self.places[slot.0 as usize];
        if place == UNSET {
            self.heap.push(entry);
            self.up(self.heap.len() - 1);
        } else {
            let place = place as usize;
            let later = entry > self.heap[place];
            self.heap[place] = entry;
            if later { self.down(place) } else { self.up(place) }
        }
    }

    /// Forgets what a timer was set to.
    pub fn clear(&mut self, slot: Slot) {
        let place = self.places[slot.0 as usize];
        if place != UNSET {
            self.remove(place as usize);
        }
    }

    /// When a timer goes off.
    pub fn due(&self, slot: Slot) -> Option<Time> {
        let place = self.places[slot.0 as usize];
        (place != UNSET).then(|| self.heap[place as usize].at)
    }

    /// Lets a message arrive at `at`.
    pub fn post(&mut self, at: Time, message: Message) {
        self.sequence += 1;
        self.messages.insert((at, self.sequence), message);
    }

    /// When the next one is due.
    pub fn next_at(&self) -> Option<Time> {
        let timer = self.heap.first().map(|entry| entry.at);
        let message = self.messages.first_key_value().map(|(key, _)| key.0);
        match (timer, message) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// Takes the next one.
    pub fn pop(&mut self) -> Option<(Time, Due)> {
        let timer = self.heap.first().map(|entry| (entry.at, entry.sequence));
        let message = self.messages.first_key_value().map(|(key, _)| *key);
        match (timer, message) {
            (None, None) => None,
            (Some(a), Some(b)) if a > b => self.pop_message(),
            (None, Some(_)) => self.pop_message(),
            (Some((at, _)), _) => {
                let entry = self.heap[0];
                self.remove(0);
                Some((at, Due::Timer(self.timers[entry.slot as usize])))
            }
        }
    }

    fn pop_message(&mut self) -> Option<(Time, Due)> {
        self.messages.pop_first().map(|((at, _), message)| (at, Due::Message(message)))
    }

    fn remove(&mut self, place: usize) {
        let gone = self.heap.swap_remove(place);
        self.places[gone.slot as usize] = UNSET;
        if place < self.heap.len() {
            if self.heap[place] > gone { self.down(place) } else { self.up(place) }
        }
    }

    fn up(&mut self, mut place: usize) {
        let entry = self.heap[place];
        while place > 0 {
            let parent = (place - 1) / WIDTH;
            if self.heap[parent] < entry {
                break;
            }
            self.put(place, self.heap[parent]);
            place = parent;
        }
        self.put(place, entry);
    }

    fn down(&mut self, mut place: usize) {
        let entry = self.heap[place];
        loop {
            let first = place * WIDTH + 1;
            let last = (first + WIDTH).min(self.heap.len());
            let Some(least) = (first..last).min_by_key(|&child| self.heap[child]) else { break };
            if self.heap[least] > entry {
                break;
            }
            self.put(place, self.heap[least]);
            place = least;
        }
        self.put(place, entry);
    }

    fn put(&mut self, place: usize, entry: Entry) {
        self.heap[place] = entry;
        self.places[entry.slot as usize] = place as u32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Rng;

    #[test]
    fn timers_go_off_by_time_and_then_in_the_order_in_which_they_were_set() {
        for seed in 0..20 {
            let mut rng = Rng::new(seed);
            let mut queue = Queue::default();
            let slots: Vec<Slot> = (0..40).map(|i| queue.slot(Timer::App(i))).collect();
            let mut model: Vec<Option<(Time, u64)>> = vec![None; slots.len()];
            for round in 0..2000 {
                let at = rng.below(40) as usize;
                match rng.below(4) {
                    0 => {
                        queue.clear(slots[at]);
                        model[at] = None;
                    }
                    1 => {
                        let least = model.iter().enumerate().filter_map(|(i, t)| t.map(|t| (t, i))).min();
                        let popped = queue.pop().map(|(time, due)| (time, format!("{due:?}")));
                        let expected =
                            least.map(|((t, _), i)| (t, format!("{:?}", Due::Timer(Timer::App(i as u32)))));
                        assert_eq!(popped, expected, "seed {seed}");
                        if let Some((_, i)) = least {
                            model[i] = None;
                        }
                    }
                    _ => {
                        let time = Time::from_us(rng.below(50));
                        queue.set(slots[at], time);
                        model[at] = Some((time, round));
                    }
                }
                assert_eq!(queue.due(slots[at]), model[at].map(|(time, _)| time), "seed {seed}");
            }
        }
    }
}
