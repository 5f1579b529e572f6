//! Zstandard: frames one after the other.
//!
//! ```text
//! 28 b5 2f fd   descriptor   [window]   [dictionary id]   [content size]   blocks…   [checksum: 4]
//! ```
//! A frame says how far back it may refer, up to 128 MiB, and a decoder keeps as much before it gives the first byte.
//! Nothing refers further back than there is content, so what the frame says is brought down to what may come out of it.
//!
//! Held against Kafka's library (zstd-jni 1.5.6 on x86-64), this is stricter in two ways: there, a stream of literals may
//! end before or after its last bit where there are four of them, and a frame after the first may be cut.

use super::{CHUNK_BYTES, CodecError, Limits};
use ruzstd::decoding::StreamingDecoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use std::io::Read;

const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// The first of sixteen magics of frames that carry something else, and are passed over.
const SKIPPABLE: u32 = 0x184d_2a50;
/// Blocks of one byte that is repeated, and of literals and sequences.
const REPEATED: u32 = 1;
const COMPRESSED: u32 = 2;
/// The bit of the descriptor that is kept for later.
const RESERVED: u8 = 1 << 3;
/// The bit of the descriptor that says: no window, the content's size stands for it.
const SINGLE_SEGMENT: u8 = 1 << 5;
/// The window of 128 MiB, the largest that Kafka's library takes.
const WINDOW_LARGEST: u8 = 17 << 3;
/// The exponent of the smallest window.
const WINDOW_LOG_MIN: u32 = 10;

const HEADER: CodecError = CodecError::Damaged("it does not begin as a zstd frame");
const DAMAGED: CodecError = CodecError::Damaged("the zstd frame is damaged or cut");

/// Appends what `packed` unpacks to.
pub fn decompress(packed: &[u8], limits: Limits, out: &mut Vec<u8>) -> Result<(), CodecError> {
    let start = out.len();
    let mut rest = packed;
    while !rest.is_empty() {
        rest = match skipped(rest)? {
            Some(after) => after,
            None => frame(rest, limits, start, out)?,
        };
    }
    Ok(())
}

/// What follows a frame that is passed over; none when it is a frame of content.
fn skipped(packed: &[u8]) -> Result<Option<&[u8]>, CodecError> {
    let (&magic, rest) = packed.split_first_chunk::<4>().ok_or(HEADER)?;
    if u32::from_le_bytes(magic) & !0xf != SKIPPABLE {
        return Ok(None);
    }
    let (&length, rest) = rest.split_first_chunk::<4>().ok_or(DAMAGED)?;
    rest.get(u32::from_le_bytes(length) as usize..).map(Some).ok_or(DAMAGED)
}

/// Unpacks one frame, and answers what follows it.
fn frame<'a>(
    packed: &'a [u8],
    limits: Limits,
    start: usize,
    out: &mut Vec<u8>,
) -> Result<&'a [u8], CodecError> {
    let mut header = *packed.first_chunk::<6>().ok_or(HEADER)?;
    if header[..4] != MAGIC {
        return Err(HEADER);
    }
    if header[4] & RESERVED != 0 {
        return Err(CodecError::Damaged("a reserved bit is set in the zstd frame"));
    }
    let size = content_size(packed).ok_or(HEADER)?;
    if size.is_some_and(|size| size > limits.bytes) {
        return Err(CodecError::TooLarge { limit: limits.bytes });
    }
    if header[4] & SINGLE_SEGMENT == 0 {
        // The mantissa in the lower bits adds to a window that is already the largest.
        if header[5] > WINDOW_LARGEST {
            return Err(CodecError::Damaged("the window of the zstd frame is over 128 MiB"));
        }
        let needed = limits.bytes.next_power_of_two().trailing_zeros() - WINDOW_LOG_MIN;
        if u32::from(header[5] >> 3) >= needed {
            header[5] = (needed as u8) << 3;
        }
    }
    let before = out.len();
    let mut source = header.chain(&packed[header.len()..]);
    let mut frame = StreamingDecoder::new(&mut source).map_err(|_| HEADER)?;
    loop {
        limits.room(out, start, CHUNK_BYTES)?;
        let at = out.len();
        out.resize(at + CHUNK_BYTES, 0);
        let made = frame.read(&mut out[at..]).map_err(|_| DAMAGED)?;
        out.truncate(at + made);
        if made == 0 {
            break;
        }
    }
    if size.is_some_and(|size| size != (out.len() - before) as u64) {
        return Err(CodecError::Damaged("the zstd frame has not as many bytes as it says"));
    }
    let (said, computed) = (frame.decoder.get_checksum_from_data(), frame.decoder.get_calculated_checksum());
    if said.is_some() && said != computed {
        return Err(CodecError::Damaged("the checksum of the zstd frame does not fit"));
    }
    drop(frame);
    let rest = source.into_inner().1;
    match sets_reserved_bits(&packed[..packed.len() - rest.len()]) {
        true => Err(CodecError::Damaged("a reserved bit is set in the zstd frame")),
        false => Ok(rest),
    }
}

/// Whether a block of a frame that unpacks sets the bits that are reserved in the modes of its sequences: Kafka's library
/// refuses it then.
fn sets_reserved_bits(frame: &[u8]) -> bool {
    let mut rest = &frame[header_bytes(frame[4])..];
    while let Some((&[first, second, third], after)) = rest.split_first_chunk() {
        let header = u32::from_le_bytes([first, second, third, 0]);
        let (kind, size) = (header >> 1 & 3, (header >> 3) as usize);
        let length = if kind == REPEATED { 1 } else { size };
        let Some((block, next)) = after.split_at_checked(length) else { return false };
        if kind == COMPRESSED && modes(block).is_some_and(|modes| modes & 3 != 0) {
            return true;
        }
        if header & 1 == 1 {
            break;
        }
        rest = next;
    }
    false
}

/// The byte with the modes of a block's sequences, behind its literals; none without sequences.
fn modes(block: &[u8]) -> Option<u8> {
    let start = block.iter().take(5).rev().fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
    let (kind, format) = (start & 3, start >> 2 & 3);
    let sized = |at: u32, bits: u32| (start >> at & ((1 << bits) - 1)) as usize;
    // Literals that are packed say both sizes, of which the second is their own.
    let literals = match (kind, format) {
        (0, 0 | 2) => 1 + sized(3, 5),
        (0, 1) => 2 + sized(4, 12),
        (0, _) => 3 + sized(4, 20),
        (1, 0 | 2) => 2,
        (1, 1) => 3,
        (1, _) => 4,
        (_, 0 | 1) => 3 + sized(14, 10),
        (_, 2) => 4 + sized(18, 14),
        _ => 5 + sized(22, 18),
    };
    let sequences = block.get(literals..)?;
    let count_bytes = match sequences.first()? {
        0 => return None,
        1..128 => 1,
        128..255 => 2,
        255 => 3,
    };
    sequences.get(count_bytes).copied()
}

/// Bytes before the size of the content, and of that.
fn header_parts(descriptor: u8) -> (usize, usize) {
    let single = descriptor & SINGLE_SEGMENT != 0;
    let dictionary = [0, 1, 2, 4][usize::from(descriptor & 3)];
    let size = [usize::from(single), 2, 4, 8][usize::from(descriptor >> 6)];
    (5 + usize::from(!single) + dictionary, size)
}

fn header_bytes(descriptor: u8) -> usize {
    let (before, size) = header_parts(descriptor);
    before + size
}

/// The size of the content, if the header of the frame says one; none when the header is cut.
fn content_size(packed: &[u8]) -> Option<Option<u64>> {
    let descriptor = *packed.get(4)?;
    let single = descriptor & SINGLE_SEGMENT != 0;
    let field = packed.get(header_parts(descriptor).0..)?;
    let size = match descriptor >> 6 {
        0 if !single => return Some(None),
        0 => u64::from(*field.first()?),
        1 => u64::from(u16::from_le_bytes(*field.first_chunk()?)) + 256,
        2 => u64::from(u32::from_le_bytes(*field.first_chunk()?)),
        _ => u64::from_le_bytes(*field.first_chunk()?),
    };
    Some(Some(size))
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
        (decompress(packed, Limits::of(packed.len() as u64), &mut out), out)
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
        assert_eq!(unpack(&skippable[..9]).0, Err(DAMAGED));
        assert_eq!(unpack(&[repeats(0, &[2]), b"tail".to_vec()].concat()).0, Err(HEADER));
    }

    #[test]
    fn a_reserved_bit_of_the_frame_or_among_the_modes_of_sequences_is_refused() {
        let reserved = unpack(&repeats(RESERVED, &[5])).0;
        assert_eq!(reserved, Err(CodecError::Damaged("a reserved bit is set in the zstd frame")));
        let text = b"orders 3, orders 33, orders 333, orders 3333, orders 33333, ".repeat(9);
        let sound = compress(&text);
        assert_eq!(unpack(&sound), (Ok(()), text.clone()));
        let block = header_bytes(sound[4]) + 3;
        let at = (block..sound.len()).find(|at| {
            let mut changed = sound.clone();
            changed[*at] ^= 1;
            unpack(&changed).0 == Err(CodecError::Damaged("a reserved bit is set in the zstd frame"))
        });
        let at = at.expect("a block with sequences");
        assert_eq!(Some(sound[at]), modes(&sound[block..]));
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
