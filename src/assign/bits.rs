//! A set of small numbers.

/// A set of numbers below a bound, a bit each.
#[derive(Clone, Default)]
pub(super) struct Bits {
    words: Vec<u64>,
}

impl Bits {
    /// An empty set of numbers below `bound`.
    pub fn new(bound: u32) -> Bits {
        Bits { words: vec![0; bound.div_ceil(64) as usize] }
    }

    /// A set given by its words, 64 numbers each.
    pub fn of_words(words: impl Iterator<Item = u64>, bound: u32) -> Bits {
        let mut bits = Bits { words: Vec::with_capacity(bound.div_ceil(64) as usize) };
        bits.words.extend(words);
        bits
    }

    /// Takes in all numbers of a range.
    pub fn add_range(&mut self, range: std::ops::Range<u32>) {
        if range.len() == 1 {
            self.words[range.start as usize / 64] |= 1 << (range.start % 64);
            return;
        }
        let mut at = range.start;
        while at < range.end {
            let end = range.end.min((at / 64 + 1) * 64);
            let mask = (u64::MAX >> (64 - (end - at))) << (at % 64);
            self.words[at as usize / 64] |= mask;
            at = end;
        }
    }

    /// Whether the number is in. What lies beyond the bound is not.
    pub fn has(&self, number: u32) -> bool {
        self.words.get(number as usize / 64).is_some_and(|word| word >> (number % 64) & 1 == 1)
    }

    /// Takes a number in; says whether it is new.
    pub fn add(&mut self, number: u32) -> bool {
        let word = &mut self.words[number as usize / 64];
        let before = *word;
        *word |= 1 << (number % 64);
        *word != before
    }

    /// Takes a number out.
    pub fn remove(&mut self, number: u32) {
        self.words[number as usize / 64] &= !(1 << (number % 64));
    }

    /// The words, 64 numbers each, lowest first.
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// The first number from `from` on that is not in; it may lie beyond the bound.
    pub fn first_without(&self, from: u32) -> u32 {
        let mut at = from as usize / 64;
        let Some(word) = self.words.get(at) else { return from };
        let mut free = !word & (u64::MAX << (from % 64));
        while free == 0 {
            at += 1;
            match self.words.get(at) {
                Some(word) => free = !word,
                None => return at as u32 * 64,
            }
        }
        at as u32 * 64 + free.trailing_zeros()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_in_and_out_and_gaps_are_found() {
        let mut bits = Bits::new(130);
        assert!((0..70).all(|number| bits.add(number)) && !bits.add(5));
        bits.remove(3);
        assert_eq!([0, 4, 69, 129, 500].map(|from| bits.first_without(from)), [3, 70, 70, 129, 500]);
        assert_eq!([3, 4, 500].map(|number| bits.has(number)), [false, true, false]);
        (70..192).filter(|&n| n < 130).for_each(|number| assert!(bits.add(number)));
        assert_eq!(bits.first_without(4), 130);
        assert_eq!(bits.words().len(), 3);
        let mut ranges = Bits::new(200);
        for (from, to) in [(3, 4), (60, 131), (131, 131), (190, 192)] {
            ranges.add_range(from..to);
        }
        let within: Vec<u32> = (0..200).filter(|&number| ranges.has(number)).collect();
        assert!(within.iter().copied().eq([3].into_iter().chain(60..131).chain([190, 191])), "{within:?}");
        assert!(Bits::of_words(ranges.words().iter().copied(), 200).has(191));
    }
}
