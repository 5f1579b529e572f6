//! The literals of a zstd block: bytes as they are, one byte repeated, or packed by Huffman's codes in one stream or four.

use super::DAMAGED;
use super::bits::Backward;
use super::table::Table;
use crate::log::batch::compression::{CodecError, Rigor};

/// The longest code.
const CODE_BITS_MAX: u32 = 12;
/// Bits of the table that the weights of codes are packed with.
const WEIGHTS_LOG_MAX: u32 = 6;
/// Bytes before four streams: the lengths of three.
const LENGTHS_BYTES: usize = 6;
/// Four streams have at least one byte each.
const FOUR_BYTES_MIN: usize = LENGTHS_BYTES + 4;
/// Literals that are packed in four streams at least.
const FOUR_LITERALS_MIN: usize = 6;
/// From so many bytes in each of four streams on Kafka's library does not look at their ends.
const UNCHECKED_BYTES_MIN: usize = 8;
/// Bits that it may have taken too many then.
const UNCHECKED_BITS_MAX: i64 = 128;
/// Literals that one word of bits has room for.
const IN_A_WORD: usize = 4;

/// Huffman's codes: for every word of as many bits as the longest code has, the literal and how many bits are its code.
#[derive(Clone, Debug, Default)]
pub struct Codes {
    cells: Vec<(u8, u8)>,
    log: u32,
}

/// What the literals of a block say before them.
struct Start {
    kind: Kind,
    /// Bytes before them, and of them.
    header: u32,
    packed: u32,
    /// Literals that they are.
    count: u32,
    four: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Repeated,
    Packed,
    /// By the codes of the block before.
    PackedAgain,
}

/// Takes the literals, at most `most`, from the start of a block; into `room` where they do not stand there as they are.
/// They, and what follows them.
pub fn take<'a>(
    block: &'a [u8],
    most: u32,
    codes: &mut Codes,
    rigor: Rigor,
    room: &'a mut Vec<u8>,
) -> Result<(&'a [u8], &'a [u8]), CodecError> {
    let start = Start::read(block).filter(|start| start.count <= most).ok_or(DAMAGED)?;
    let (bytes, rest) =
        block[start.header as usize..].split_at_checked(start.packed as usize).ok_or(DAMAGED)?;
    if start.kind == Kind::Plain {
        return Ok((bytes, rest));
    }
    room.clear();
    room.resize(start.count as usize, if start.kind == Kind::Repeated { bytes[0] } else { 0 });
    if start.kind != Kind::Repeated {
        let described = match start.kind {
            Kind::Packed => codes.read(bytes).ok_or(DAMAGED)?,
            _ => 0,
        };
        let streams = &bytes[described..];
        let done = if start.four { codes.four(streams, rigor, room) } else { codes.one(streams, room) };
        done.ok_or(DAMAGED)?;
    }
    Ok((room, rest))
}

impl Start {
    fn read(block: &[u8]) -> Option<Start> {
        let bits = block.iter().take(5).rev().fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
        let kind = [Kind::Plain, Kind::Repeated, Kind::Packed, Kind::PackedAgain][(bits & 3) as usize];
        let format = bits >> 2 & 3;
        let sized = |at: u32, width: u32| (bits >> at & ((1 << width) - 1)) as u32;
        let (header, count, packed) = match (kind, format) {
            (Kind::Plain | Kind::Repeated, 0 | 2) => (1, sized(3, 5), None),
            (Kind::Plain | Kind::Repeated, 1) => (2, sized(4, 12), None),
            (Kind::Plain | Kind::Repeated, _) => (3, sized(4, 20), None),
            (_, 0 | 1) => (3, sized(4, 10), Some(sized(14, 10))),
            (_, 2) => (4, sized(4, 14), Some(sized(18, 14))),
            _ => (5, sized(4, 18), Some(sized(22, 18))),
        };
        let packed = packed.unwrap_or(if kind == Kind::Plain { count } else { 1 });
        (header as usize <= block.len()).then_some(Start { kind, header, packed, count, four: format > 0 })
    }
}

impl Codes {
    /// Reads a description. How many bytes it takes.
    fn read(&mut self, bytes: &[u8]) -> Option<usize> {
        let (&first, rest) = bytes.split_first()?;
        let mut weights = Vec::with_capacity(256);
        let described = match first {
            0..128 => {
                let packed = rest.get(..usize::from(first))?;
                unpack_weights(packed, &mut weights)?;
                packed.len()
            }
            _ => {
                let count = usize::from(first) - 127;
                let halves = rest.get(..count.div_ceil(2))?.iter().flat_map(|byte| [byte >> 4, byte & 15]);
                weights.extend(halves.take(count));
                count.div_ceil(2)
            }
        };
        self.fill(weights)?;
        Some(1 + described)
    }

    /// Codes of these weights; the last symbol's follows from the others.
    fn fill(&mut self, mut weights: Vec<u8>) -> Option<()> {
        if weights.iter().any(|weight| u32::from(*weight) > CODE_BITS_MAX) {
            return None;
        }
        let total: u32 = weights.iter().map(|weight| (1 << weight) >> 1).sum();
        let log = total.checked_ilog2()? + 1;
        let rest = (1 << log) - total;
        if log > CODE_BITS_MAX || !rest.is_power_of_two() {
            return None;
        }
        weights.push(rest.ilog2() as u8 + 1);
        let longest = weights.iter().filter(|weight| **weight == 1).count();
        if longest < 2 || longest % 2 == 1 {
            return None;
        }
        self.log = log;
        self.cells.clear();
        for weight in 1..=log as u8 {
            let bits = log as u8 + 1 - weight;
            for (symbol, _) in (0..=255u8).zip(&weights).filter(|(_, of)| **of == weight) {
                self.cells.extend(std::iter::repeat_n((symbol, bits), 1 << (weight - 1)));
            }
        }
        Some(())
    }

    /// The next literals, as many as fit in `out`: at most [`IN_A_WORD`].
    #[inline]
    fn put(&self, bits: &mut Backward<'_>, out: &mut [u8]) {
        let mut word = bits.word();
        let mut taken = 0;
        for to in out {
            let (symbol, length) = self.cells[(word >> (64 - self.log)) as usize];
            *to = symbol;
            word <<= length;
            taken += u32::from(length);
        }
        bits.pass(taken);
    }

    fn one(&self, stream: &[u8], out: &mut [u8]) -> Option<()> {
        if self.cells.is_empty() {
            return None;
        }
        let mut bits = Backward::new(stream, 0)?;
        out.chunks_mut(IN_A_WORD).for_each(|chunk| self.put(&mut bits, chunk));
        (bits.left() == 0).then_some(())
    }

    /// Four streams, each with a quarter of the literals. They are unpacked side by side: none waits for another.
    fn four(&self, streams: &[u8], rigor: Rigor, out: &mut [u8]) -> Option<()> {
        if self.cells.is_empty() || streams.len() < FOUR_BYTES_MIN || out.len() < FOUR_LITERALS_MIN {
            return None;
        }
        let mut ends = [LENGTHS_BYTES, 0, 0, 0, streams.len()];
        for stream in 0..3 {
            let length = u16::from_le_bytes([streams[2 * stream], streams[2 * stream + 1]]);
            ends[stream + 1] = ends[stream] + usize::from(length);
        }
        let quarter = out.len().div_ceil(4);
        let (first, rest) = out.split_at_mut(quarter);
        let (second, rest) = rest.split_at_mut(quarter);
        let (third, fourth) = rest.split_at_mut_checked(quarter)?;
        let unchecked = rigor == Rigor::Kafka
            && self.log < CODE_BITS_MAX
            && !fourth.is_empty()
            && ends.windows(2).all(|ends| ends[1] >= ends[0] + UNCHECKED_BYTES_MIN);
        // A stream that is read beyond its start goes on in what lies before it.
        let begin = if unchecked { Backward::unmarked } else { Backward::new };
        let bits = |stream: usize| begin(streams.get(..ends[stream + 1])?, ends[stream]);
        let mut bits = [bits(0)?, bits(1)?, bits(2)?, bits(3)?];
        let mut outs = [first, second, third, fourth].map(|out| out.chunks_mut(IN_A_WORD));
        let mut more = true;
        while more {
            more = false;
            for (out, bits) in outs.iter_mut().zip(&mut bits) {
                if let Some(chunk) = out.next() {
                    self.put(bits, chunk);
                    more = true;
                }
            }
        }
        let sound = |bits: &Backward<'_>| match unchecked {
            true => bits.left() >= -UNCHECKED_BITS_MAX,
            false => bits.left() == 0,
        };
        bits.iter().all(sound).then_some(())
    }
}

/// Weights of two states in turn, until the bits are used up.
fn unpack_weights(packed: &[u8], weights: &mut Vec<u8>) -> Option<()> {
    let mut table = Table::default();
    let described = table.read(packed, u8::MAX, WEIGHTS_LOG_MAX)?;
    let mut bits = Backward::new(packed, described)?;
    let (mut now, mut next) = (table.start(&mut bits), table.start(&mut bits));
    if bits.left() < 0 {
        return None;
    }
    loop {
        weights.push(now.symbol);
        now = table.after(now, &mut bits);
        if bits.left() < 0 {
            weights.push(next.symbol);
            break;
        }
        (now, next) = (next, now);
        if weights.len() > 253 {
            return None;
        }
    }
    Some(())
}
