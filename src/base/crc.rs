//! The two checksums: CRC-32C of record batches, CRC-32 of ZIP entries.
//!
//! In the page their tables are made at the first use: on the wire they would be 24 KiB that nothing can compress.
//! Natively the processor's own instructions make them, many times faster.

#[cfg(target_family = "wasm")]
mod by_machine {
    use crc::{CRC_32_ISCSI, CRC_32_ISO_HDLC, Crc, Digest, Table};
    use std::sync::LazyLock;

    /// Sixteen bytes a step.
    type Sliced = Crc<u32, Table<16>>;

    static ISCSI: LazyLock<Sliced> = LazyLock::new(|| Sliced::new(&CRC_32_ISCSI));
    static ISO_HDLC: LazyLock<Sliced> = LazyLock::new(|| Sliced::new(&CRC_32_ISO_HDLC));

    pub fn crc32c(bytes: &[u8]) -> u32 {
        ISCSI.checksum(bytes)
    }

    pub fn crc32(bytes: &[u8]) -> u32 {
        ISO_HDLC.checksum(bytes)
    }

    pub type Sum = Digest<'static, u32, Table<16>>;

    pub fn sum() -> Sum {
        ISO_HDLC.digest()
    }
}

#[cfg(not(target_family = "wasm"))]
mod by_machine {
    pub use crc32c::crc32c;
    pub use crc32fast::{Hasher as Sum, hash as crc32};

    pub fn sum() -> Sum {
        Sum::new()
    }
}

/// CRC-32C (Castagnoli), as in record batches.
pub fn crc32c(bytes: &[u8]) -> u32 {
    by_machine::crc32c(bytes)
}

/// CRC-32, as in ZIP.
pub fn crc32(bytes: &[u8]) -> u32 {
    by_machine::crc32(bytes)
}

/// CRC-32, as in ZIP, of bytes that come in parts.
pub struct Crc32Sum(by_machine::Sum);

impl Crc32Sum {
    /// Of no bytes yet.
    pub fn new() -> Crc32Sum {
        Crc32Sum(by_machine::sum())
    }

    /// The next part.
    pub fn update(&mut self, part: &[u8]) {
        self.0.update(part);
    }

    /// The checksum of all parts.
    pub fn value(&self) -> u32 {
        self.0.clone().finalize()
    }
}

impl Default for Crc32Sum {
    fn default() -> Crc32Sum {
        Crc32Sum::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_the_catalogue_of_crcs() {
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }
}
