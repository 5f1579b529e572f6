//! LZ4 frames, as Kafka reads and writes them.
//!
//! ```text
//! 04 22 4d 18   flags   block size   [content size: 8]   checksum of these   { u32 length, block, [checksum: 4] }…   0
//! ```
//! Little-endian. A length with its highest bit set is that of a block kept as it is. Blocks stand alone: a reader of
//! Kafka refuses those that lean on the ones before. Follows `org.apache.kafka.common.compress.Lz4BlockInputStream`.

use super::{CodecError, Limits, Rigor, repeat};
use lz4_flex::block;
use xxhash_rust::xxh32::xxh32;

const MAGIC: u32 = 0x184d_2204;
/// Bits of the flags: a version of 1 in the upper two, then what follows.
const VERSION_SHIFT: u8 = 6;
const INDEPENDENT: u8 = 1 << 5;
const BLOCK_CHECKSUM: u8 = 1 << 4;
const CONTENT_SIZE: u8 = 1 << 3;
const CONTENT_CHECKSUM: u8 = 1 << 2;
const RESERVED: u8 = 0b11;
/// The smallest number of a block size: 4 is 64 KiB, each further one four times as much.
const BLOCK_SIZE_MIN: u8 = 4;
const BLOCK_BYTES: usize = 64 << 10;
/// The bit of a block that is kept as it is.
const STORED: u32 = 1 << 31;

/// The shortest match. The last ends so many bytes before the end of its block, and begins so many before the room that is
/// left; behind the literals before it come at least its distance, a token and the last literals.
const MATCH_BYTES_MIN: usize = 4;
const LITERALS_LAST: usize = 5;
const MATCH_ROOM: usize = 12;
const MATCH_TAIL_BYTES: usize = 2 + 1 + LITERALS_LAST;

const DAMAGED: CodecError = CodecError::Damaged("an lz4 block is damaged");
const CUT: CodecError = CodecError::Damaged("the lz4 stream is cut");

/// Whether the checksum of a frame's descriptor is checked: batches before Kafka 0.10 have a wrong one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Descriptor {
    /// It must fit.
    Checked,
    /// It is skipped.
    Ignored,
}

/// Appends what `packed` unpacks to.
pub fn decompress(
    packed: &[u8],
    descriptor: Descriptor,
    rigor: Rigor,
    limits: Limits,
    out: &mut Vec<u8>,
) -> Result<(), CodecError> {
    let start = out.len();
    let (flags, block_bytes_max, mut rest) = take_header(packed, descriptor)?;
    loop {
        let length = take_u32(&mut rest)?;
        let bytes = (length & !STORED) as usize;
        if bytes == 0 {
            if flags & CONTENT_CHECKSUM != 0 {
                take_u32(&mut rest)?;
            }
            return Ok(());
        }
        if bytes > block_bytes_max {
            return Err(CodecError::Damaged("an lz4 block is larger than the frame says"));
        }
        let (block, after) = rest.split_at_checked(bytes).ok_or(CUT)?;
        rest = after;
        if length & STORED != 0 {
            limits.room(out, start, bytes)?;
            out.extend_from_slice(block);
        } else {
            unpack(block, (block_bytes_max, rigor), limits, start, out)?;
        }
        if flags & BLOCK_CHECKSUM != 0 && take_u32(&mut rest)? != xxh32(block, 0) {
            return Err(CodecError::Damaged("the checksum of an lz4 block does not fit"));
        }
    }
}

/// Appends what a block gives: literals, then bytes from so far back, over and over; literals come last.
fn unpack(
    packed: &[u8],
    (most, rigor): (usize, Rigor),
    limits: Limits,
    start: usize,
    out: &mut Vec<u8>,
) -> Result<(), CodecError> {
    let begin = out.len();
    let mut rest = packed;
    loop {
        let token = take_byte(&mut rest)?;
        let count = take_length(&mut rest, token >> 4)?;
        let (literals, after) = rest.split_at_checked(count).ok_or(DAMAGED)?;
        let room = most - (out.len() - begin);
        let last = after.is_empty();
        if count > room || !last && (after.len() < MATCH_TAIL_BYTES || room - count < MATCH_ROOM) {
            return Err(DAMAGED);
        }
        limits.room(out, start, count)?;
        out.extend_from_slice(literals);
        if last {
            return Ok(());
        }
        let (&back, after) = after.split_first_chunk::<2>().ok_or(DAMAGED)?;
        rest = after;
        let back = usize::from(u16::from_le_bytes(back));
        let length = MATCH_BYTES_MIN + take_length(&mut rest, token & 0xf)?;
        if back > out.len() - begin || length + LITERALS_LAST > room - count {
            return Err(DAMAGED);
        }
        limits.room(out, start, length)?;
        match back {
            // Kafka's library takes its own output, which is not there yet, for zeros.
            0 if rigor == Rigor::Kafka => out.resize(out.len() + length, 0),
            0 => return Err(DAMAGED),
            _ => repeat(out, back, length),
        }
    }
}

/// A length whose first part stands in a token: the largest goes on in the bytes that follow.
fn take_length(from: &mut &[u8], first: u8) -> Result<usize, CodecError> {
    let mut length = usize::from(first);
    let mut more = first == 0xf;
    while more {
        let byte = take_byte(from)?;
        length += usize::from(byte);
        more = byte == 0xff;
    }
    Ok(length)
}

fn take_byte(from: &mut &[u8]) -> Result<u8, CodecError> {
    let (&byte, rest) = from.split_first().ok_or(DAMAGED)?;
    *from = rest;
    Ok(byte)
}

/// Flags, the largest block, and what follows the header.
fn take_header(packed: &[u8], checked: Descriptor) -> Result<(u8, usize, &[u8]), CodecError> {
    if packed.len() < 6 {
        return Err(CUT);
    }
    let mut rest = packed;
    if take_u32(&mut rest)? != MAGIC {
        return Err(CodecError::Damaged("it does not begin as an lz4 frame"));
    }
    let descriptor = rest;
    let (&[flags, size], after) = rest.split_first_chunk::<2>().ok_or(CUT)?;
    rest = after;
    if flags & RESERVED != 0 || flags >> VERSION_SHIFT != 1 || flags & INDEPENDENT == 0 {
        return Err(CodecError::Damaged("the flags of the lz4 frame are not ones that Kafka reads"));
    }
    let number = size >> 4;
    if size & 0x8f != 0 || number < BLOCK_SIZE_MIN {
        return Err(CodecError::Damaged("the block size of the lz4 frame is not one that Kafka reads"));
    }
    if flags & CONTENT_SIZE != 0 {
        rest = rest.get(8..).ok_or(CUT)?;
    }
    let length = descriptor.len() - rest.len();
    let (&said, rest) = rest.split_first().ok_or(CUT)?;
    if checked == Descriptor::Checked && said != (xxh32(&descriptor[..length], 0) >> 8) as u8 {
        return Err(CodecError::Damaged("the descriptor of the lz4 frame is damaged"));
    }
    Ok((flags, BLOCK_BYTES << (2 * (number - BLOCK_SIZE_MIN)), rest))
}

fn take_u32(from: &mut &[u8]) -> Result<u32, CodecError> {
    let (&bytes, rest) = from.split_first_chunk::<4>().ok_or(CUT)?;
    *from = rest;
    Ok(u32::from_le_bytes(bytes))
}

/// `plain` as a frame of independent blocks of 64 KiB without checksums.
pub fn compress(plain: &[u8]) -> Vec<u8> {
    let descriptor = [1 << VERSION_SHIFT | INDEPENDENT, BLOCK_SIZE_MIN << 4];
    let mut out = MAGIC.to_le_bytes().to_vec();
    out.extend_from_slice(&descriptor);
    out.push((xxh32(&descriptor, 0) >> 8) as u8);
    for chunk in plain.chunks(BLOCK_BYTES) {
        let block = block::compress(chunk);
        let (length, bytes) = if block.len() < chunk.len() { (0, &block[..]) } else { (STORED, chunk) };
        out.extend_from_slice(&(length | bytes.len() as u32).to_le_bytes());
        out.extend_from_slice(bytes);
    }
    out.extend_from_slice(&0u32.to_le_bytes());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame of one packed block.
    fn frame(block: &[u8]) -> Vec<u8> {
        let head = compress(b"");
        let (head, end) = head.split_at(head.len() - 4);
        [head, &(block.len() as u32).to_le_bytes(), block, end].concat()
    }

    fn unpack(block: &[u8], rigor: Rigor) -> Option<Vec<u8>> {
        let (packed, mut out) = (frame(block), b"before".to_vec());
        let limits = Limits::of(packed.len() as u64);
        decompress(&packed, Descriptor::Checked, rigor, limits, &mut out).ok().map(|()| out[6..].to_vec())
    }

    #[test]
    fn a_match_goes_back_within_its_block_and_literals_come_last() {
        let block = |back: u8, length: u8, last: &[u8]| {
            [&[0x20 | length, b'a', b'b', back, 0, (last.len() as u8) << 4], last].concat()
        };
        let cases: [(&str, Vec<u8>, Option<&[u8]>); 7] = [
            ("over itself", block(1, 2, b"vwxyz"), Some(b"abbbbbbbvwxyz")),
            ("in turns", block(2, 3, b"vwxyz"), Some(b"ababababavwxyz")),
            ("before the block", block(3, 2, b"vwxyz"), None),
            ("too few literals at the end", block(1, 2, b"wxyz"), None),
            ("no literals at the end", [0x22, b'a', b'b', 1, 0].to_vec(), None),
            ("nothing", Vec::new(), Some(b"")),
            ("a length without an end", [0xf0, 255, 255].to_vec(), None),
        ];
        for (name, block, expected) in cases {
            let found = unpack(&block, Rigor::Format);
            assert_eq!(found.as_deref(), expected, "{name}");
        }
        assert_eq!(unpack(&block(0, 2, b"vwxyz"), Rigor::Format), None);
        assert_eq!(
            unpack(&block(0, 2, b"vwxyz"), Rigor::Kafka).as_deref(),
            Some(&b"ab\0\0\0\0\0\0vwxyz"[..])
        );
    }
}
