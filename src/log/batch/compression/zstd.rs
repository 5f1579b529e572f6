//! Zstandard: frames one after the other.

use super::{CHUNK_BYTES, CodecError, Limits};
use ruzstd::decoding::StreamingDecoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use std::io::Read;

/// Appends what `packed` unpacks to.
pub fn decompress(packed: &[u8], limits: Limits, out: &mut Vec<u8>) -> Result<(), CodecError> {
    let start = out.len();
    let mut rest = packed;
    while !rest.is_empty() {
        let mut frame = StreamingDecoder::new(&mut rest)
            .map_err(|_| CodecError::Damaged("it does not begin as a zstd frame"))?;
        loop {
            limits.room(out, start, CHUNK_BYTES)?;
            let at = out.len();
            out.resize(at + CHUNK_BYTES, 0);
            let made = frame
                .read(&mut out[at..])
                .map_err(|_| CodecError::Damaged("the zstd frame is damaged or cut"))?;
            out.truncate(at + made);
            if made == 0 {
                break;
            }
        }
    }
    Ok(())
}

/// `plain` as one frame.
pub fn compress(plain: &[u8]) -> Vec<u8> {
    compress_to_vec(plain, CompressionLevel::Fastest)
}
