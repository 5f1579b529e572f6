//! Zstandard: frames one after the other.
//!
//! ```text
//! 28 b5 2f fd   descriptor   [window]   [dictionary id]   [content size]   blocks…   [checksum: 4]
//! ```
//! | file | |
//! |---|---|
//! | `bits` | bits forward and backward |
//! | `table` | tables of finite state entropy |
//! | `literals` | the literals of a block, packed by Huffman's codes |
//! | `sequences` | what is copied from before |
//!
//! Blocks are unpacked behind each other into what is given out, and refer to nothing else: a frame takes no memory but for
//! its content and one block's literals, whatever window it asks for.
//!
//! Kafka's library (zstd-jni 1.5.6) does not look at the ends of four streams of literals that have eight bytes or more, takes
//! a block without a byte for one that gives none, and a frame after the first that is cut for the end: see [`Rigor`].

mod bits;
mod literals;
mod sequences;
mod table;

use super::{CodecError, Limits, Rigor};
use literals::Codes;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use sequences::History;
use xxhash_rust::xxh64::xxh64;

const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// The first of sixteen magics of frames that carry something else, and are passed over.
const SKIPPABLE: u32 = 0x184d_2a50;
/// Blocks as they are, of one byte that is repeated, and of literals and sequences.
const PLAIN: u32 = 0;
const REPEATED: u32 = 1;
const COMPRESSED: u32 = 2;
/// Bits of the descriptor: a checksum follows the content; one that is kept for later; no window, the content's size stands
/// for it.
const CHECKSUM: u8 = 1 << 2;
const RESERVED: u8 = 1 << 3;
const SINGLE_SEGMENT: u8 = 1 << 5;
/// The largest window that Kafka's library takes.
const WINDOW_BYTES_MAX: u64 = 128 << 20;
/// The exponent of the smallest window.
const WINDOW_LOG_MIN: u32 = 10;
/// The most bytes that a block gives.
const BLOCK_BYTES_MAX: u64 = 128 << 10;

const HEADER: CodecError = CodecError::Damaged("it does not begin as a zstd frame");
const CUT: CodecError = CodecError::Damaged("the zstd frame is cut");
const DAMAGED: CodecError = CodecError::Damaged("the zstd frame is damaged");

/// Appends what `packed` unpacks to.
pub fn decompress(packed: &[u8], rigor: Rigor, limits: Limits, out: &mut Vec<u8>) -> Result<(), CodecError> {
    let start = out.len();
    let mut rest = packed;
    while !rest.is_empty() {
        rest = match frame(rest, rigor, limits, start, out) {
            Err(CUT) if rigor == Rigor::Kafka && rest.len() < packed.len() => return Ok(()),
            frame => frame?,
        };
    }
    Ok(())
}

/// What a frame says before its blocks.
struct Header {
    /// The most bytes that a block gives.
    block_bytes_max: u32,
    /// Bytes of the content, where they are said.
    content: Option<u64>,
    /// Whether a checksum follows the blocks.
    checksum: bool,
}

/// Unpacks one frame, and answers what follows it.
fn frame<'a>(
    packed: &'a [u8],
    rigor: Rigor,
    limits: Limits,
    start: usize,
    out: &mut Vec<u8>,
) -> Result<&'a [u8], CodecError> {
    let magic = packed.iter().zip(MAGIC).take_while(|(is, of)| **is == *of).count();
    if magic < MAGIC.len().min(packed.len()) {
        return skipped(packed);
    }
    let (header, mut rest) = Header::read(packed.get(MAGIC.len()..).ok_or(CUT)?)?;
    if header.content.is_some_and(|size| size > limits.bytes) {
        return Err(CodecError::TooLarge { limit: limits.bytes });
    }
    let before = out.len();
    let mut decoder = Decoder {
        codes: Codes::default(),
        history: History::new(),
        literals: Vec::new(),
        start: before as u64,
        most: header.block_bytes_max,
        rigor,
        // What says its size is read in one go, and looked at more closely.
        may_be_empty: rigor == Rigor::Kafka && header.content.is_none(),
    };
    loop {
        let (last, after) = decoder.block(rest, out)?;
        rest = after;
        limits.room(out, start, 0)?;
        if last {
            break;
        }
    }
    let content = &out[before..];
    if header.content.is_some_and(|size| size != content.len() as u64) {
        return Err(CodecError::Damaged("the zstd frame has not as many bytes as it says"));
    }
    if header.checksum {
        let (said, after) = rest.split_first_chunk::<4>().ok_or(CUT)?;
        if u32::from_le_bytes(*said) != xxh64(content, 0) as u32 {
            return Err(CodecError::Damaged("the checksum of the zstd frame does not fit"));
        }
        rest = after;
    }
    Ok(rest)
}

/// What follows a frame that is passed over.
fn skipped(packed: &[u8]) -> Result<&[u8], CodecError> {
    let magic = SKIPPABLE.to_le_bytes();
    let (&first, rest) = packed.split_first().ok_or(CUT)?;
    if first & 0xf0 != magic[0] || rest.iter().zip(&magic[1..]).any(|(is, of)| is != of) {
        return Err(HEADER);
    }
    let length = rest.get(3..).and_then(|rest| rest.split_first_chunk::<4>());
    let (&length, rest) = length.ok_or(CUT)?;
    rest.get(u32::from_le_bytes(length) as usize..).ok_or(CUT)
}

impl Header {
    /// Reads what stands behind the magic.
    fn read(bytes: &[u8]) -> Result<(Header, &[u8]), CodecError> {
        let (&descriptor, mut rest) = bytes.split_first().ok_or(CUT)?;
        if descriptor & RESERVED != 0 {
            return Err(CodecError::Damaged("a reserved bit is set in the zstd frame"));
        }
        let single = descriptor & SINGLE_SEGMENT != 0;
        let window = if single { 0 } else { take_number(&mut rest, 1)? };
        let window = (8 + (window & 7)) << (WINDOW_LOG_MIN - 3) << (window >> 3);
        let dictionary = take_number(&mut rest, [0, 1, 2, 4][usize::from(descriptor & 3)])?;
        let content = match descriptor >> 6 {
            0 if !single => None,
            0 => Some(take_number(&mut rest, 1)?),
            1 => Some(take_number(&mut rest, 2)? + 256),
            2 => Some(take_number(&mut rest, 4)?),
            _ => Some(take_number(&mut rest, 8)?),
        };
        if dictionary > 0 {
            return Err(CodecError::Damaged("the zstd frame needs a dictionary"));
        }
        let window = content.filter(|_| single).unwrap_or(window);
        if !single && window > WINDOW_BYTES_MAX {
            return Err(CodecError::Damaged("the window of the zstd frame is over 128 MiB"));
        }
        let block_bytes_max = window.min(BLOCK_BYTES_MAX) as u32;
        Ok((Header { block_bytes_max, content, checksum: descriptor & CHECKSUM != 0 }, rest))
    }
}

/// Takes a number of so many bytes.
fn take_number(from: &mut &[u8], bytes: usize) -> Result<u64, CodecError> {
    let (number, rest) = from.split_at_checked(bytes).ok_or(CUT)?;
    *from = rest;
    Ok(number.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}

/// What the blocks of a frame share.
struct Decoder {
    codes: Codes,
    history: History,
    /// Room for a block's literals.
    literals: Vec<u8>,
    /// Where the frame's content begins.
    start: u64,
    /// The most bytes that a block gives.
    most: u32,
    rigor: Rigor,
    /// Whether a block without a byte gives nothing.
    may_be_empty: bool,
}

impl Decoder {
    /// Appends what the next block gives. Whether it is the last, and what follows it.
    fn block<'a>(&mut self, mut bytes: &'a [u8], out: &mut Vec<u8>) -> Result<(bool, &'a [u8]), CodecError> {
        let header = take_number(&mut bytes, 3)? as u32;
        let (last, kind, size) = (header & 1 == 1, header >> 1 & 3, header >> 3);
        if size > self.most || kind > COMPRESSED {
            return Err(DAMAGED);
        }
        let length = if kind == REPEATED { 1 } else { size };
        let (block, rest) = bytes.split_at_checked(length as usize).ok_or(CUT)?;
        match kind {
            PLAIN => out.extend_from_slice(block),
            REPEATED => out.resize(out.len() + size as usize, block[0]),
            _ if size == 0 && self.may_be_empty => {}
            _ => {
                let (literals, sequences) =
                    literals::take(block, self.most, &mut self.codes, self.rigor, &mut self.literals)?;
                let bounds = (self.start as usize, self.most as usize);
                self.history.run(sequences, literals, bounds, out)?;
            }
        }
        Ok((last, rest))
    }
}

/// `plain` as one frame.
pub fn compress(plain: &[u8]) -> Vec<u8> {
    compress_to_vec(plain, CompressionLevel::Fastest)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame with a window of 128 MiB, of blocks that repeat one byte so many times each.
    fn repeats(descriptor: u8, blocks: &[u32]) -> Vec<u8> {
        let mut frame = [&MAGIC[..], &[descriptor, 17 << 3]].concat();
        for (index, times) in blocks.iter().enumerate() {
            let last = u32::from(index + 1 == blocks.len());
            frame.extend_from_slice(&(last | 1 << 1 | times << 3).to_le_bytes()[..3]);
            frame.push(b'a');
        }
        frame
    }

    fn unpack(packed: &[u8]) -> (Result<(), CodecError>, Vec<u8>) {
        let mut out = Vec::new();
        (decompress(packed, Rigor::Format, Limits::of(packed.len() as u64), &mut out), out)
    }

    #[test]
    fn a_small_frame_may_say_a_large_window() {
        assert_eq!(unpack(&repeats(0, &[3, 2])), (Ok(()), b"aaaaa".to_vec()));
    }

    #[test]
    fn a_large_window_lets_no_bomb_through() {
        let (refusal, out) = unpack(&repeats(0, &[128 << 10; 1000]));
        assert!(matches!(refusal, Err(CodecError::TooLarge { .. })), "{refusal:?}");
        assert!(out.capacity() <= 32 << 20, "{} bytes were made", out.capacity());
        let claim = [&MAGIC[..], &[SINGLE_SEGMENT | 3 << 6], &u64::MAX.to_le_bytes()].concat();
        assert!(matches!(unpack(&claim).0, Err(CodecError::TooLarge { .. })));
        let mut larger = repeats(0, &[3]);
        larger[5] += 1;
        assert_eq!(
            unpack(&larger).0,
            Err(CodecError::Damaged("the window of the zstd frame is over 128 MiB"))
        );
    }

    #[test]
    fn a_frame_has_as_many_bytes_as_it_says() {
        let said = |size: u8| {
            let mut frame = repeats(SINGLE_SEGMENT, &[size.into()]);
            frame[5] = 5;
            frame
        };
        assert_eq!(unpack(&said(5)), (Ok(()), b"aaaaa".to_vec()));
        assert!(matches!(unpack(&said(4)).0, Err(CodecError::Damaged(_))));
    }

    #[test]
    fn frames_follow_each_other_and_others_are_passed_over() {
        let skippable = [&0x184d_2a53u32.to_le_bytes()[..], &3u32.to_le_bytes(), b"xyz"].concat();
        let stream = [repeats(0, &[2]), skippable.clone(), repeats(0, &[1])].concat();
        assert_eq!(unpack(&stream), (Ok(()), b"aaa".to_vec()));
        assert_eq!(unpack(&skippable[..9]).0, Err(CUT));
        assert_eq!(unpack(&[repeats(0, &[2]), b"tail".to_vec()].concat()).0, Err(HEADER));
    }

    #[test]
    fn a_reserved_bit_of_the_frame_is_refused() {
        let reserved = unpack(&repeats(RESERVED, &[5])).0;
        assert_eq!(reserved, Err(CodecError::Damaged("a reserved bit is set in the zstd frame")));
    }

    #[test]
    fn kafka_takes_a_frame_that_is_cut_behind_another_for_the_end() {
        let kafka = |packed: &[u8]| {
            let mut out = Vec::new();
            decompress(packed, Rigor::Kafka, Limits::of(packed.len() as u64), &mut out).map(|()| out)
        };
        let two = [repeats(0, &[2]), repeats(0, &[1])].concat();
        let first = repeats(0, &[2]).len();
        for end in 1..two.len() {
            assert_eq!(unpack(&two[..end]).0.is_ok(), end == first, "{end}");
            assert_eq!(kafka(&two[..end]).ok(), (end >= first).then(|| b"aa".to_vec()), "{end}");
        }
    }

    #[test]
    fn a_checksum_is_held_against_the_content() {
        let with = |sum: [u8; 4]| [repeats(1 << 2, &[5]), sum.to_vec()].concat();
        // The lower half of XXH64 of "aaaaa", seed 0: 69e74e7b13454168.
        assert_eq!(unpack(&with(0x1345_4168u32.to_le_bytes())), (Ok(()), b"aaaaa".to_vec()));
        let refusal = unpack(&with([1, 2, 3, 4])).0;
        assert_eq!(refusal, Err(CodecError::Damaged("the checksum of the zstd frame does not fit")));
    }
}
