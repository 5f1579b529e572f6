//! Snappy in the framing of Kafka's Java library: a header of 16 bytes, then blocks with a length of 4 bytes each.
//!
//! ```text
//! 82 53 4e 41 50 50 59 00   int32 1   int32 1   { int32 length, a raw block }…        all big-endian
//! ```
//! A stream without that header is one raw block, as other clients write. Follows `org.xerial.snappy.SnappyInputStream`.

use super::{CodecError, Limits};
use snap::raw::{Decoder, Encoder, decompress_len};

const MAGIC: [u8; 8] = *b"\x82SNAPPY\0";
const VERSION: u32 = 1;
const HEADER_BYTES: usize = 16;
/// How much goes into a block.
const BLOCK_BYTES: usize = 32 << 10;

const DAMAGED: CodecError = CodecError::Damaged("a snappy block is damaged");

/// Appends what `packed` unpacks to.
pub fn decompress(packed: &[u8], limits: Limits, out: &mut Vec<u8>) -> Result<(), CodecError> {
    let start = out.len();
    if packed.is_empty() {
        return Err(CodecError::Damaged("the snappy stream is empty"));
    }
    if packed.len() < HEADER_BYTES || !packed.starts_with(&MAGIC) {
        return block(packed, limits, start, out);
    }
    // Kafka's library looks at the version of a further header only.
    let mut rest = &packed[HEADER_BYTES..];
    // Fewer than four bytes at the end are an end, as for Kafka.
    while let Some((&length, after)) = rest.split_first_chunk::<4>() {
        if MAGIC.starts_with(&length) {
            // Another stream follows.
            if rest.len() < HEADER_BYTES {
                return Err(CodecError::Damaged("the snappy header is cut"));
            }
            if !rest.starts_with(&MAGIC) {
                return Ok(());
            }
            check_version(rest)?;
            rest = &rest[HEADER_BYTES..];
            continue;
        }
        let length = i32::from_be_bytes(length);
        let length =
            usize::try_from(length).map_err(|_| CodecError::Damaged("a snappy length is negative"))?;
        let (packed, after) =
            after.split_at_checked(length).ok_or(CodecError::Damaged("a snappy block is cut"))?;
        block(packed, limits, start, out)?;
        rest = after;
    }
    Ok(())
}

fn check_version(header: &[u8]) -> Result<(), CodecError> {
    let version = header[8..12].first_chunk::<4>().map(|&version| i32::from_be_bytes(version));
    match version {
        Some(1..) => Ok(()),
        _ => Err(CodecError::Damaged("the snappy version is unknown")),
    }
}

fn block(packed: &[u8], limits: Limits, start: usize, out: &mut Vec<u8>) -> Result<(), CodecError> {
    let length = decompress_len(packed).map_err(|_| DAMAGED)?;
    limits.room(out, start, length)?;
    let at = out.len();
    out.resize(at + length, 0);
    let made = Decoder::new().decompress(packed, &mut out[at..]).map_err(|_| DAMAGED)?;
    if made == length { Ok(()) } else { Err(DAMAGED) }
}

/// `plain` in the framing.
pub fn compress(plain: &[u8]) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    out.extend_from_slice(&VERSION.to_be_bytes());
    out.extend_from_slice(&VERSION.to_be_bytes());
    let mut encoder = Encoder::new();
    for chunk in plain.chunks(BLOCK_BYTES) {
        let block = encoder.compress_vec(chunk).expect("a block of 32 KiB is small enough");
        out.extend_from_slice(&(block.len() as u32).to_be_bytes());
        out.extend_from_slice(&block);
    }
    out
}
