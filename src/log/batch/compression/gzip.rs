//! gzip: members one after the other, each with a header, deflated bytes, CRC-32 and length.
//!
//! Follows `java.util.zip.GZIPInputStream`, also where it is lenient: what follows a member and is no member ends the
//! stream without a word.

use super::{CHUNK_BYTES, CodecError, Limits};
use crate::base::crc::crc32;
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress as decompress_at};

const MAGIC: [u8; 2] = [0x1f, 0x8b];
const DEFLATED: u8 = 8;
/// zlib's.
const DEFAULT_LEVEL: u8 = 6;
/// Bits of the header's flags.
const HEADER_CRC: u8 = 2;
const EXTRA: u8 = 4;
const NAME: u8 = 8;
const COMMENT: u8 = 16;
/// CRC-32 and length, little-endian.
const TRAILER_BYTES: usize = 8;
/// A trailer, and the least that a member after it has.
const MEMBER_BYTES_MIN: usize = 26;

const CUT: CodecError = CodecError::Damaged("the gzip stream is cut");

/// Appends what `packed` unpacks to.
pub fn decompress(packed: &[u8], limits: Limits, out: &mut Vec<u8>) -> Result<(), CodecError> {
    let start = out.len();
    let mut rest = packed;
    let mut after = take_header(rest)?;
    loop {
        let member = out.len();
        rest = inflate(after, limits, start, out)?;
        let (trailer, next) = rest.split_first_chunk::<TRAILER_BYTES>().ok_or(CUT)?;
        let (&crc, length) = trailer.split_first_chunk::<4>().expect("a trailer has 8 bytes");
        let said = length.first_chunk::<4>().map(|&length| u32::from_le_bytes(length));
        let made = &out[member..];
        if u32::from_le_bytes(crc) != crc32(made) || said != Some(made.len() as u32) {
            return Err(CodecError::Damaged("the gzip trailer does not fit the bytes"));
        }
        if rest.len() <= MEMBER_BYTES_MIN {
            return Ok(());
        }
        match take_header(next) {
            Ok(body) => after = body,
            Err(_) => return Ok(()),
        }
    }
}

/// Inflates the stream that `packed` begins with, and answers what follows it.
///
/// It looks back into the member itself, not into a window: what refers further back than there is content is damaged,
/// as for zlib. (A window begins as zeros, and zeros would be taken for content.)
fn inflate<'a>(
    packed: &'a [u8],
    limits: Limits,
    start: usize,
    out: &mut Vec<u8>,
) -> Result<&'a [u8], CodecError> {
    let mut stream = DecompressorOxide::new();
    let (member, mut taken) = (out.len(), 0);
    loop {
        let (made, chunk) = (out.len() - member, CHUNK_BYTES.min(1 + 8 * packed.len()));
        limits.room(out, start, chunk)?;
        out.resize(member + made + chunk, 0);
        let flags = TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
        let (status, read, written) =
            decompress_at(&mut stream, &packed[taken..], &mut out[member..], made, flags);
        out.truncate(member + made + written);
        taken += read;
        match status {
            TINFLStatus::Done => return Ok(&packed[taken..]),
            TINFLStatus::HasMoreOutput => {}
            TINFLStatus::FailedCannotMakeProgress | TINFLStatus::NeedsMoreInput => return Err(CUT),
            _ => return Err(CodecError::Damaged("the deflated bytes are damaged")),
        }
    }
}

/// What follows the header of a member.
fn take_header(member: &[u8]) -> Result<&[u8], CodecError> {
    let (&[m0, m1, method, flags, ..], mut rest) = member.split_first_chunk::<10>().ok_or(CUT)?;
    if [m0, m1] != MAGIC {
        return Err(CodecError::Damaged("not in gzip format"));
    }
    if method != DEFLATED {
        return Err(CodecError::Damaged("the gzip method is unknown"));
    }
    if flags & EXTRA != 0 {
        let (&length, after) = rest.split_first_chunk::<2>().ok_or(CUT)?;
        rest = after.get(usize::from(u16::from_le_bytes(length))..).ok_or(CUT)?;
    }
    for text in [NAME, COMMENT] {
        if flags & text != 0 {
            let end = rest.iter().position(|&byte| byte == 0).ok_or(CUT)?;
            rest = &rest[end + 1..];
        }
    }
    if flags & HEADER_CRC != 0 {
        let header = &member[..member.len() - rest.len()];
        let (&said, after) = rest.split_first_chunk::<2>().ok_or(CUT)?;
        if u16::from_le_bytes(said) != crc32(header) as u16 {
            return Err(CodecError::Damaged("the gzip header is damaged"));
        }
        rest = after;
    }
    Ok(rest)
}

/// `plain` as one member, at zlib's default level.
pub fn compress(plain: &[u8]) -> Vec<u8> {
    let mut out = vec![MAGIC[0], MAGIC[1], DEFLATED, 0, 0, 0, 0, 0, 0, 0];
    out.extend(compress_to_vec(plain, DEFAULT_LEVEL));
    out.extend_from_slice(&crc32(plain).to_le_bytes());
    out.extend_from_slice(&(plain.len() as u32).to_le_bytes());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A member of one block with the fixed codes: a literal zero, then three bytes from `back` bytes before, one of
    /// them the literal when `back` is 1.
    fn looks_back(back: u8) -> Vec<u8> {
        let mut bits: Vec<u8> = Vec::new();
        let mut put = |value: u32, count: u32| bits.extend((0..count).map(|bit| (value >> bit & 1) as u8));
        put(0b011, 3);
        // Codes come with their highest bit first: literal 0 is 00110000, length 3 is 0000001, distances have five bits.
        put(0b0000_1100, 8);
        put(0b100_0000, 7);
        put(u32::from(back - 1).reverse_bits() >> 27, 5);
        put(0, 7);
        let deflated = bits.chunks(8).map(|byte| byte.iter().rev().fold(0, |sum, bit| sum << 1 | bit));
        let mut member = vec![MAGIC[0], MAGIC[1], DEFLATED, 0, 0, 0, 0, 0, 0, 0];
        member.extend(deflated);
        member.extend(crc32(&[0; 4]).to_le_bytes());
        member.extend(4u32.to_le_bytes());
        member
    }

    #[test]
    fn what_refers_to_before_the_content_is_damaged_though_zeros_would_fit() {
        let unpack = |packed: &[u8]| {
            let mut out = Vec::new();
            decompress(packed, Limits::of(packed.len() as u64), &mut out).map(|()| out)
        };
        assert_eq!(unpack(&looks_back(1)), Ok(vec![0; 4]));
        assert_eq!(unpack(&looks_back(2)), Err(CodecError::Damaged("the deflated bytes are damaged")));
    }
}
