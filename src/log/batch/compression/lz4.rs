//! LZ4 frames, as Kafka reads and writes them.
//!
//! ```text
//! 04 22 4d 18   flags   block size   [content size: 8]   checksum of these   { u32 length, block, [checksum: 4] }…   0
//! ```
//! Little-endian. A length with its highest bit set is that of a block kept as it is. Blocks stand alone: a reader of
//! Kafka refuses those that lean on the ones before. Follows `org.apache.kafka.common.compress.Lz4BlockInputStream`.

use super::{CodecError, Limits};
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
            unpack(block, block_bytes_max, limits, start, out)?;
        }
        if flags & BLOCK_CHECKSUM != 0 && take_u32(&mut rest)? != xxh32(block, 0) {
            return Err(CodecError::Damaged("the checksum of an lz4 block does not fit"));
        }
    }
}

fn unpack(
    packed: &[u8],
    most: usize,
    limits: Limits,
    start: usize,
    out: &mut Vec<u8>,
) -> Result<(), CodecError> {
    // A byte of a length stands for at most 255 bytes.
    let most = most.min(256 * packed.len());
    let at = out.len();
    limits.room(out, start, most)?;
    out.resize(at + most, 0);
    let made = block::decompress_into(packed, &mut out[at..])
        .map_err(|_| CodecError::Damaged("an lz4 block is damaged"))?;
    out.truncate(at + made);
    Ok(())
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
