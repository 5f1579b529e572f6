//! Sharing partitions out, so that each has about as many members as any other, and each member about as many partitions.
//!
//! ```text
//! 1  what is held stays, as far as it is wanted
//! 2  members with more than they are to have give up, in the order of Kafka's set of what they hold
//! 3  partitions with more members than they are to have lose the first of them
//! 4  partitions in the order of Kafka's table get members that have less than they are to have, round and round
//! ```

use crate::base::java_order::{self, Adds, spread};

/// A member holds a partition, both by number.
pub(super) struct Holding {
    member: u32,
    /// The partition; with the highest bit when it is given up.
    piece: u32,
}

/// Marks what is given up.
const GIVEN_UP: u32 = 1 << 31;

impl Holding {
    pub fn new(member: u32, piece: u32) -> Holding {
        Holding { member, piece }
    }

    pub fn member(&self) -> u32 {
        self.member
    }

    pub fn piece(&self) -> u32 {
        self.piece & !GIVEN_UP
    }

    /// Whether it ended.
    pub fn given_up(&self) -> bool {
        self.piece & GIVEN_UP != 0
    }

    fn give_up(&mut self) {
        self.piece |= GIVEN_UP;
    }
}

/// What is to be shared out.
pub(super) struct Task<'a> {
    /// Who holds what, member by member, in the order in which Kafka comes across it.
    pub holdings: Vec<Holding>,
    /// How many partitions each member is to have.
    wanted: &'a [u32],
    /// How many members each partition is to have.
    sharing: u32,
    /// How many partitions there are.
    pieces: u32,
    /// How many each member has.
    sizes: Vec<u32>,
}

/// Nothing.
const NONE: u32 = u32::MAX;

impl<'a> Task<'a> {
    pub fn new(holdings: Vec<Holding>, wanted: &'a [u32], sharing: u32, pieces: u32) -> Task<'a> {
        let mut sizes = vec![0; wanted.len()];
        for holding in &holdings {
            sizes[holding.member as usize] += 1;
        }
        Task { holdings, wanted, sharing, pieces, sizes }
    }

    /// Steps 2 to 4; says who got what. `hash` is that of a partition in a member's set (spread), `walk` the order of the
    /// table of partitions, from those held in the order in which they came.
    pub fn run(
        &mut self,
        hash: impl Fn(u32) -> u32,
        walk: impl FnOnce(&[u32]) -> Vec<u32>,
    ) -> Vec<(u32, u32)> {
        self.trim_members(hash);
        let (starts, of_pieces) = self.by_piece();
        self.trim_pieces(&starts, &of_pieces);
        self.fill(walk, &starts, &of_pieces)
    }

    fn trim_members(&mut self, hash: impl Fn(u32) -> u32) {
        for own in self.holdings.chunk_by_mut(|a, b| a.member == b.member) {
            let (size, wanted) = (own.len() as u32, self.wanted[own[0].member as usize]);
            if size <= wanted {
                continue;
            }
            let hashes: Vec<u32> = own.iter().map(|holding| hash(holding.piece())).collect();
            let order = java_order::order(&hashes, java_order::grown(own.len()), Adds::Last);
            for &place in &order[..(size - wanted) as usize] {
                own[place as usize].give_up();
            }
            self.sizes[own[0].member as usize] = wanted;
        }
    }

    /// For each partition where its holdings begin in the second list, which are places in `holdings`.
    fn by_piece(&self) -> (Vec<u32>, Vec<u32>) {
        let mut starts = vec![0u32; self.pieces as usize + 1];
        for holding in &self.holdings {
            starts[holding.piece() as usize] += 1;
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += std::mem::replace(start, sum);
        }
        let mut places = vec![0u32; self.holdings.len()];
        for (holding, place) in self.holdings.iter().zip(0..) {
            let next = &mut starts[holding.piece() as usize];
            places[*next as usize] = place;
            *next += 1;
        }
        starts.rotate_right(1);
        starts[0] = 0;
        (starts, places)
    }

    fn trim_pieces(&mut self, starts: &[u32], of_pieces: &[u32]) {
        for range in starts.array_windows::<2>() {
            let places = &of_pieces[range[0] as usize..range[1] as usize];
            let live = places.iter().filter(|&&place| !self.holdings[place as usize].given_up()).count();
            if live <= self.sharing as usize {
                continue;
            }
            // Kafka's set of members has grown with those that step 2 took out again.
            let holdings = &mut self.holdings;
            let hashes: Vec<u32> =
                places.iter().map(|&place| spread(holdings[place as usize].member as i32)).collect();
            let order = java_order::order(&hashes, java_order::grown(places.len()), Adds::Last);
            let live: Vec<u32> = order
                .into_iter()
                .map(|i| places[i as usize])
                .filter(|&place| !holdings[place as usize].given_up())
                .collect();
            for &place in &live[..live.len().saturating_sub(self.sharing as usize)] {
                let holding = &mut holdings[place as usize];
                holding.give_up();
                self.sizes[holding.member as usize] -= 1;
            }
        }
    }

    /// The partitions that are held, in the order in which they came.
    fn met(&self) -> Vec<u32> {
        let mut seen = crate::assign::bits::Bits::new(self.pieces);
        self.holdings.iter().map(Holding::piece).filter(|&piece| seen.add(piece)).collect()
    }

    fn fill(
        &mut self,
        walk: impl FnOnce(&[u32]) -> Vec<u32>,
        starts: &[u32],
        of_pieces: &[u32],
    ) -> Vec<(u32, u32)> {
        let mut waiting = Waiting::new(&self.sizes, self.wanted);
        if waiting.is_empty() {
            return Vec::new();
        }
        let pairs = self.sizes.iter().zip(self.wanted);
        let room = pairs.map(|(size, wanted)| wanted.saturating_sub(*size) as usize).sum();
        let mut added: Vec<(u32, u32)> = Vec::with_capacity(room);
        // The last partition that each member held before this step, and the last one that it got in it.
        let mut held = vec![NONE; self.wanted.len()];
        let mut got = vec![NONE; self.wanted.len()];
        let mut any = false;
        for piece in walk(&self.met()) {
            let range = starts[piece as usize] as usize..starts[piece as usize + 1] as usize;
            let mut missing = self.sharing;
            for &place in &of_pieces[range] {
                let holding = &self.holdings[place as usize];
                if !holding.given_up() {
                    held[holding.member as usize] = piece;
                    missing -= 1;
                }
            }
            while missing > 0 {
                if waiting.at_end() {
                    if !any || waiting.is_empty() {
                        break;
                    }
                    waiting.restart();
                    any = false;
                }
                let member = waiting.next();
                if held[member as usize] == piece {
                    continue;
                }
                // Kafka may give it to the same member once more, which changes nothing but what is missing.
                if std::mem::replace(&mut got[member as usize], piece) != piece {
                    added.push((member, piece));
                    self.sizes[member as usize] += 1;
                }
                missing -= 1;
                any = true;
                if self.sizes[member as usize] >= self.wanted[member as usize] {
                    waiting.remove();
                }
            }
            if waiting.is_empty() {
                break;
            }
        }
        added
    }
}

/// Members that have less than they are to have, ascending, and an iterator over them that can take out what it met last.
struct Waiting {
    /// The next one after each member; the last place is the one before the first.
    after: Vec<u32>,
    /// What was met last, and what came before it.
    last: u32,
    before: u32,
}

impl Waiting {
    fn new(sizes: &[u32], wanted: &[u32]) -> Waiting {
        let head = sizes.len();
        let mut after = vec![NONE; head + 1];
        let mut last = head;
        for (member, _) in sizes.iter().zip(wanted).enumerate().filter(|(_, (size, wanted))| size < wanted) {
            after[last] = member as u32;
            last = member;
        }
        Waiting { after, last: head as u32, before: NONE }
    }

    fn head(&self) -> u32 {
        self.after.len() as u32 - 1
    }

    fn is_empty(&self) -> bool {
        self.after[self.head() as usize] == NONE
    }

    fn at_end(&self) -> bool {
        self.after[self.last as usize] == NONE
    }

    fn restart(&mut self) {
        self.last = self.head();
    }

    fn next(&mut self) -> u32 {
        self.before = self.last;
        self.last = self.after[self.last as usize];
        self.last
    }

    fn remove(&mut self) {
        self.after[self.before as usize] = self.after[self.last as usize];
        self.last = self.before;
    }
}
