//! The two checksums: CRC-32C of record batches, CRC-32 of ZIP entries.
//!
//! Natively the processor's own instructions make them; wasm has none for it.

#[cfg(any(target_family = "wasm", test))]
mod folded;

#[cfg(any(target_family = "wasm", test))]
mod in_words {
    use super::folded::{Folds, Tables, sum};
    use std::sync::LazyLock;

    pub struct Castagnoli;
    pub struct Zip;

    impl Folds for Castagnoli {
        const POLYNOMIAL: u32 = 0x82f6_3b78;
        const AT: [usize; 5] = [65, 155, 170, 195, 209];
        fn tables() -> &'static Tables {
            static TABLES: LazyLock<Tables> = LazyLock::new(|| Tables::new(Castagnoli::POLYNOMIAL));
            &TABLES
        }
    }

    impl Folds for Zip {
        const POLYNOMIAL: u32 = 0xedb8_8320;
        const AT: [usize; 5] = [17, 80, 118, 124, 203];
        fn tables() -> &'static Tables {
            static TABLES: LazyLock<Tables> = LazyLock::new(|| Tables::new(Zip::POLYNOMIAL));
            &TABLES
        }
    }

    pub fn crc32c(bytes: &[u8]) -> u32 {
        !sum::<Castagnoli>(!0, bytes)
    }

    pub fn crc32(bytes: &[u8]) -> u32 {
        !sum::<Zip>(!0, bytes)
    }

    /// The sum as it is inside.
    #[derive(Clone)]
    pub struct Sum(u32);

    impl Sum {
        pub fn update(&mut self, part: &[u8]) {
            self.0 = sum::<Zip>(self.0, part);
        }

        pub fn finalize(self) -> u32 {
            !self.0
        }
    }

    pub fn sum_of_none() -> Sum {
        Sum(!0)
    }
}

#[cfg(target_family = "wasm")]
use in_words as by_machine;

#[cfg(not(target_family = "wasm"))]
mod by_machine {
    pub use crc32c::crc32c;
    pub use crc32fast::{Hasher as Sum, hash as crc32};

    pub fn sum_of_none() -> Sum {
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
        Crc32Sum(by_machine::sum_of_none())
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
        for crc32c in [crc32c, in_words::crc32c] {
            assert_eq!(crc32c(b"123456789"), 0xe306_9283);
        }
        for crc32 in [crc32, in_words::crc32] {
            assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        }
    }

    /// Every number of words up to beyond the second block, and every number of bytes beside them.
    #[test]
    fn sums_by_folding_are_those_by_the_processor() {
        let mut state = 1u32;
        let mut byte = || {
            state = state.wrapping_mul(0x0019_660d).wrapping_add(0x3c6e_f35f);
            (state >> 24) as u8
        };
        let bytes: Vec<u8> = (0..40_000).map(|_| byte()).collect();
        let words = 209 + 2 * 512 + 64;
        for length in (0..words * 8).step_by(7).chain(39_900..39_980) {
            for bytes in [&bytes[..length], &bytes[3..length + 3], &vec![0; length]] {
                assert_eq!(in_words::crc32c(bytes), crc32c(bytes), "{length}");
                assert_eq!(in_words::crc32(bytes), crc32(bytes), "{length}");
            }
            let mut parts = in_words::sum_of_none();
            bytes.chunks(length.max(1)).for_each(|part| parts.update(part));
            assert_eq!(parts.finalize(), crc32(&bytes), "{length}");
        }
    }
}
