//! The codecs of record batches: the records of a batch, and only they, are compressed as one stream.
//!
//! | file | what Kafka writes | what is read |
//! |---|---|---|
//! | [`gzip`] | one member | members one after the other |
//! | [`snappy`] | blocks of 32 KiB in the framing of Kafka's Java library | the same, and a bare block |
//! | [`lz4`] | a frame of independent blocks of 64 KiB | the same with any block size, checksums or not |
//! | [`zstd`] | one frame | frames one after the other |
//!
//! What comes out is bounded before room is made for it: see [`Limits`].

pub mod gzip;
pub mod lz4;
pub mod snappy;
pub mod zstd;

use super::Compression;
use std::fmt;

/// The most bytes that a batch may unpack to, whatever its ratio: 512 MiB.
pub const UNPACKED_BYTES_MAX: u64 = 512 << 20;

/// Bytes that a batch may always unpack to: 16 MiB, far over the largest batch that a broker takes by default (1 MiB).
pub const UNPACKED_BYTES_FREE: u64 = 16 << 20;

/// How many times larger than itself a batch may get beyond [`UNPACKED_BYTES_FREE`]. Deflate ends at 1,032; only a bomb
/// of one repeated byte gets above this in the other codecs.
pub const UNPACKED_RATIO_MAX: u64 = 1_100;

/// Bytes asked for at a time while it is not known how much will come.
const CHUNK_BYTES: usize = 32 << 10;

/// Why a batch's records cannot be unpacked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodecError {
    /// The stream is not what the codec writes, or is damaged or cut.
    Damaged(&'static str),
    /// It unpacks to more than is allowed.
    TooLarge {
        /// The most bytes allowed for a stream of this size.
        limit: u64,
    },
}

impl fmt::Display for CodecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CodecError::Damaged(what) => f.write_str(what),
            CodecError::TooLarge { limit } => write!(f, "it unpacks to more than {limit} bytes"),
        }
    }
}

impl std::error::Error for CodecError {}

/// How strictly a stream is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rigor {
    /// As its format demands.
    Format,
    /// As Kafka's own tools read it: what the libraries of Kafka 4.3.1 let pass is let pass.
    Kafka,
}

/// How much may come out of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    bytes: u64,
}

impl Limits {
    /// For a stream of so many bytes.
    pub fn of(packed: u64) -> Limits {
        let by_ratio = packed.saturating_mul(UNPACKED_RATIO_MAX).max(UNPACKED_BYTES_FREE);
        Limits { bytes: by_ratio.min(UNPACKED_BYTES_MAX) }
    }

    /// Makes room for `more` bytes at the end of `out`, of which the stream has given `start..` so far.
    fn room(&self, out: &mut Vec<u8>, start: usize, more: usize) -> Result<(), CodecError> {
        if (out.len() - start) as u64 + more as u64 > self.bytes {
            return Err(CodecError::TooLarge { limit: self.bytes });
        }
        out.reserve(more);
        Ok(())
    }
}

/// Appends to `out` what `packed` unpacks to.
///
/// # Errors
/// A damaged stream, or one that unpacks to more than [`Limits`] allow; `out` may then have grown.
pub fn decompress(
    codec: Compression,
    packed: &[u8],
    rigor: Rigor,
    out: &mut Vec<u8>,
) -> Result<(), CodecError> {
    let limits = Limits::of(packed.len() as u64);
    match codec {
        Compression::None => {
            limits.room(out, out.len(), packed.len())?;
            out.extend_from_slice(packed);
            Ok(())
        }
        Compression::Gzip => gzip::decompress(packed, limits, out),
        Compression::Snappy => snappy::decompress(packed, limits, out),
        Compression::Lz4 => lz4::decompress(packed, lz4::Descriptor::Checked, rigor, limits, out),
        Compression::Zstd => zstd::decompress(packed, rigor, limits, out),
    }
}

/// `plain` as a stream of the codec.
pub fn compress(codec: Compression, plain: &[u8]) -> Vec<u8> {
    match codec {
        Compression::None => plain.to_vec(),
        Compression::Gzip => gzip::compress(plain),
        Compression::Snappy => snappy::compress(plain),
        Compression::Lz4 => lz4::compress(plain),
        Compression::Zstd => zstd::compress(plain),
    }
}

/// Appends `length` bytes from `back` before the end; they may overlap with what is appended.
fn repeat(out: &mut Vec<u8>, back: usize, length: usize) {
    let from = out.len() - back;
    let mut left = length;
    while left > 0 {
        // What was appended is as good as what it was copied from.
        let now = left.min(out.len() - from);
        out.extend_from_within(from..from + now);
        left -= now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Something of every kind: nothing, text, noise, zeros, more than a block of every codec.
    fn samples() -> Vec<Vec<u8>> {
        let mut seed = 7u32;
        let mut noise = |count: usize| -> Vec<u8> {
            let byte = |_| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (seed >> 24) as u8
            };
            (0..count).map(byte).collect()
        };
        let text = "offset 17 of orders-3 ".repeat(9_000).into_bytes();
        let mixed = [noise(100_000), vec![0; 200_000], text.clone(), noise(70_000)].concat();
        vec![vec![], b"k".to_vec(), text, noise(5), noise(200_000), vec![0; 300_000], mixed]
    }

    #[test]
    fn what_a_codec_packs_it_unpacks() {
        for codec in Compression::ALL {
            for plain in samples() {
                let packed = compress(codec, &plain);
                let mut out = b"before".to_vec();
                decompress(codec, &packed, Rigor::Format, &mut out)
                    .unwrap_or_else(|error| panic!("{codec}: {error}"));
                assert_eq!(&out[..6], b"before");
                assert!(out[6..] == plain, "{codec}: {} bytes came back as {}", plain.len(), out.len() - 6);
            }
        }
    }

    #[test]
    fn a_stream_that_is_cut_anywhere_is_refused() {
        let plain = "offset 17 of orders-3 ".repeat(400).into_bytes();
        for codec in &Compression::ALL[1..] {
            let packed = compress(*codec, &plain);
            for end in 1..packed.len() {
                let mut out = Vec::new();
                let refused = decompress(*codec, &packed[..end], Rigor::Format, &mut out).is_err();
                // Snappy's framing has no end: a cut between two blocks, or in the length of one, is an end.
                let framed =
                    *codec == Compression::Snappy && out.len() < plain.len() && plain.starts_with(&out);
                assert!(refused || framed, "{codec} cut at {end} of {}", packed.len());
            }
        }
    }

    #[test]
    fn a_bomb_is_refused_by_ratio_before_it_is_made() {
        let plain = vec![0u8; 64 << 20];
        let packed = compress(Compression::Zstd, &plain);
        let mut out = Vec::new();
        let refusal =
            decompress(Compression::Zstd, &packed, Rigor::Format, &mut out).expect_err("64 MiB of zeros");
        assert_eq!(refusal, CodecError::TooLarge { limit: Limits::of(packed.len() as u64).bytes });
        assert!(out.capacity() as u64 <= 2 * UNPACKED_BYTES_FREE, "{} bytes were made", out.capacity());
        // Deflate cannot get beyond the ratio.
        let packed = compress(Compression::Gzip, &plain);
        assert_eq!(decompress(Compression::Gzip, &packed, Rigor::Format, &mut Vec::new()), Ok(()));
        // A block of snappy that says it is 4 GiB.
        let claim = [0xff, 0xff, 0xff, 0xff, 0x0f, 0x00];
        assert!(decompress(Compression::Snappy, &claim, Rigor::Format, &mut Vec::new()).is_err());
    }
}
