//! gzip: members one after the other, each with a header, deflated bytes, CRC-32 and length.
//!
//! Follows `java.util.zip.GZIPInputStream`, also where it is lenient: what follows a member and is no member ends the
//! stream without a word.

use super::{CHUNK_BYTES, CodecError, Limits};
use crate::base::crc::crc32;
use flate2::{Decompress, FlushDecompress, Status};

const MAGIC: [u8; 2] = [0x1f, 0x8b];
const DEFLATED: u8 = 8;
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
fn inflate<'a>(
    packed: &'a [u8],
    limits: Limits,
    start: usize,
    out: &mut Vec<u8>,
) -> Result<&'a [u8], CodecError> {
    let mut stream = Decompress::new(false);
    loop {
        limits.room(out, start, CHUNK_BYTES.min(1 + 8 * packed.len()))?;
        let (taken, made) = (stream.total_in(), stream.total_out());
        let rest = &packed[taken as usize..];
        let status = stream.decompress_vec(rest, out, FlushDecompress::None);
        match status.map_err(|_| CodecError::Damaged("the deflated bytes are damaged"))? {
            Status::StreamEnd => return Ok(&packed[stream.total_in() as usize..]),
            _ if stream.total_in() == taken && stream.total_out() == made => return Err(CUT),
            _ => {}
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
    let mut stream = flate2::Compress::new(flate2::Compression::default(), false);
    loop {
        out.reserve(CHUNK_BYTES);
        let rest = &plain[stream.total_in() as usize..];
        let status = stream.compress_vec(rest, &mut out, flate2::FlushCompress::Finish);
        if status.expect("deflate takes any bytes") == Status::StreamEnd {
            break;
        }
    }
    out.extend_from_slice(&crc32(plain).to_le_bytes());
    out.extend_from_slice(&(plain.len() as u32).to_le_bytes());
    out
}
