//! The sequences of a zstd block: so many literals, then so many bytes from so far back.

use super::DAMAGED;
use super::bits::Backward;
use super::table::Table;
use crate::log::batch::compression::{CodecError, repeat};

/// What a code adds to: its value, and how many bits follow it.
type Code = (u32, u32);

#[rustfmt::skip]
const LITERAL_LENGTHS: [Code; 36] = [
    (0, 0), (1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (6, 0), (7, 0), (8, 0), (9, 0), (10, 0), (11, 0), (12, 0), (13, 0),
    (14, 0), (15, 0), (16, 1), (18, 1), (20, 1), (22, 1), (24, 2), (28, 2), (32, 3), (40, 3), (48, 4), (64, 6), (128, 7),
    (256, 8), (512, 9), (1024, 10), (2048, 11), (4096, 12), (8192, 13), (16_384, 14), (32_768, 15), (65_536, 16),
];

/// From the 32nd on; before, a match is three bytes longer than its code.
#[rustfmt::skip]
const LONG_MATCHES: [Code; 21] = [
    (35, 1), (37, 1), (39, 1), (41, 1), (43, 2), (47, 2), (51, 3), (59, 3), (67, 4), (83, 4), (99, 5), (131, 7), (259, 8),
    (515, 9), (1027, 10), (2051, 11), (4099, 12), (8195, 13), (16_387, 14), (32_771, 15), (65_539, 16),
];
const MATCH_BYTES_MIN: u32 = 3;

/// How often each code stands in the tables that need no description.
#[rustfmt::skip]
const USUAL_LITERAL_LENGTHS: [i16; 36] = [
    4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1,
];
#[rustfmt::skip]
const USUAL_MATCH_LENGTHS: [i16; 53] = [
    1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1,
];
#[rustfmt::skip]
const USUAL_DISTANCES: [i16; 29] =
    [1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1];

/// What a kind of code may be.
struct Alphabet {
    symbol_max: u8,
    log_max: u32,
    usual: &'static [i16],
    usual_log: u32,
}

const OF_LITERALS: Alphabet =
    Alphabet { symbol_max: 35, log_max: 9, usual: &USUAL_LITERAL_LENGTHS, usual_log: 6 };
const OF_DISTANCES: Alphabet = Alphabet { symbol_max: 31, log_max: 8, usual: &USUAL_DISTANCES, usual_log: 5 };
const OF_MATCHES: Alphabet =
    Alphabet { symbol_max: 52, log_max: 9, usual: &USUAL_MATCH_LENGTHS, usual_log: 6 };

/// What a block leaves to the next one: tables, and the last three distances.
#[derive(Clone, Debug)]
pub struct History {
    literals: Table,
    distances: Table,
    matches: Table,
    last: [u32; 3],
}

impl History {
    /// Before the first block.
    pub fn new() -> History {
        let [literals, distances, matches] = [(); 3].map(|()| Table::default());
        History { literals, distances, matches, last: [1, 4, 8] }
    }

    /// Appends what `literals` and the sequences in `bytes` give, at most `most` bytes, which go back to `start` at most.
    pub fn run(
        &mut self,
        bytes: &[u8],
        literals: &[u8],
        (start, most): (usize, usize),
        out: &mut Vec<u8>,
    ) -> Result<(), CodecError> {
        let (count, rest) = take_count(bytes).ok_or(DAMAGED)?;
        let end = out.len() + most;
        let left = match count {
            0 if rest.is_empty() => literals,
            0 => return Err(DAMAGED),
            _ => self.all(count, rest, literals, (start, end), out).ok_or(DAMAGED)?,
        };
        if left.len() > end - out.len() {
            return Err(DAMAGED);
        }
        out.extend_from_slice(left);
        Ok(())
    }

    /// The literals that are left over.
    fn all<'a>(
        &mut self,
        count: u32,
        bytes: &[u8],
        mut literals: &'a [u8],
        (start, end): (usize, usize),
        out: &mut Vec<u8>,
    ) -> Option<&'a [u8]> {
        let mut bits = Backward::new(bytes, self.read_tables(bytes)?)?;
        let mut literal = self.literals.start(&mut bits);
        let mut distance = self.distances.start(&mut bits);
        let mut matched = self.matches.start(&mut bits);
        for left in (0..count).rev() {
            let code = u32::from(distance.symbol);
            let value = (1 << code) + bits.take(code);
            let (base, more) = match_length(matched.symbol);
            let length = (base + bits.take(more)) as usize;
            let (base, more) = LITERAL_LENGTHS[usize::from(literal.symbol)];
            let before = (base + bits.take(more)) as usize;
            if left > 0 {
                literal = self.literals.after(literal, &mut bits);
                matched = self.matches.after(matched, &mut bits);
                distance = self.distances.after(distance, &mut bits);
            }
            let back = self.distance(value, before == 0) as usize;
            let (plain, rest) = literals.split_at_checked(before)?;
            literals = rest;
            if before + length > end - out.len() {
                return None;
            }
            out.extend_from_slice(plain);
            if back == 0 || back > out.len() - start {
                return None;
            }
            repeat(out, back, length);
        }
        (bits.left() == 0).then_some(literals)
    }

    /// Fills the tables as the block says. How many bytes that takes.
    fn read_tables(&mut self, bytes: &[u8]) -> Option<usize> {
        let modes = *bytes.first()?;
        if modes & 3 != 0 {
            return None;
        }
        let mut at = 1;
        for (table, of, shift) in [
            (&mut self.literals, OF_LITERALS, 6),
            (&mut self.distances, OF_DISTANCES, 4),
            (&mut self.matches, OF_MATCHES, 2),
        ] {
            let rest = &bytes[at..];
            at += match modes >> shift & 3 {
                0 => {
                    table.fill(of.usual, of.usual_log);
                    0
                }
                1 => {
                    table.repeat(*rest.first().filter(|symbol| **symbol <= of.symbol_max)?);
                    1
                }
                2 => table.read(rest, of.symbol_max, of.log_max)?,
                _ if table.is_empty() => return None,
                _ => 0,
            };
        }
        Some(at)
    }

    /// How far back `value` goes: the first three stand for distances that were, by another count where no literals come
    /// before.
    fn distance(&mut self, value: u32, alone: bool) -> u32 {
        let [first, second, third] = self.last;
        let (back, place) = match value.min(4) + u32::from(alone && value < 4) {
            1 => return first,
            2 => (second, 1),
            3 => (third, 2),
            4 if value < 4 => (first.wrapping_sub(1), 2),
            _ => (value - 3, 2),
        };
        self.last.copy_within(0..place, 1);
        self.last[0] = back;
        back
    }
}

fn match_length(symbol: u8) -> Code {
    match symbol {
        0..32 => (u32::from(symbol) + MATCH_BYTES_MIN, 0),
        _ => LONG_MATCHES[usize::from(symbol) - 32],
    }
}

/// Number of sequences, and what follows it.
fn take_count(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (&first, rest) = bytes.split_first()?;
    match first {
        0..128 => Some((u32::from(first), rest)),
        128..255 => {
            let (&second, rest) = rest.split_first()?;
            Some((u32::from(first - 128) << 8 | u32::from(second), rest))
        }
        255 => {
            let (&more, rest) = rest.split_first_chunk::<2>()?;
            Some((u32::from(u16::from_le_bytes(more)) + 0x7f00, rest))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_bits_and_tables_that_nobody_described_are_refused() {
        let read = |bytes: &[u8]| History::new().read_tables(bytes);
        assert_eq!(read(&[0]), Some(1));
        assert_eq!(read(&[0b01_01_01_00, 35, 31, 52]), Some(4));
        for (name, bytes) in [
            ("nothing", &[][..]),
            ("a reserved bit", &[1]),
            ("the tables of a block before", &[0b11_00_00_00]),
            ("no symbol to repeat", &[0b01_00_00_00]),
            ("a literal length that is none", &[0b01_00_00_00, 36]),
            ("a distance that is none", &[0b00_01_00_00, 32]),
            ("a match that is none", &[0b00_00_01_00, 53]),
        ] {
            assert_eq!(read(bytes), None, "{name}");
        }
    }
}
