//! Checksums of files: SHA-256 as the proof, CRC-32 as ZIP needs it.

use super::manifest::json::{Json, Wrong};
use crate::base::crc;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::fmt;

/// A SHA-256, written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

/// A CRC-32 (the one of ZIP), written as 8 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Crc32(pub u32);

/// Bytes that are hashed in one call: a browser replaces the code that it compiled first, ten times slower, only from one call to
/// the next.
const CALL_BYTES: usize = 64 << 10;

/// The SHA-256 of `bytes`.
pub fn sha256(bytes: &[u8]) -> Digest {
    let mut sha = Sha256::new();
    bytes.chunks(CALL_BYTES).for_each(|part| sha.update(part));
    Digest(sha.finalize().into())
}

/// The CRC-32 of `bytes`.
pub fn crc32(bytes: &[u8]) -> Crc32 {
    Crc32(crc::crc32(bytes))
}

impl Digest {
    /// Reads 64 lower-case hexadecimal digits; `None` when `text` is anything else.
    pub fn parse(text: &str) -> Option<Digest> {
        let mut bytes = [0; 32];
        parse_hex(text, &mut bytes)?;
        Some(Digest(bytes))
    }

    /// The first 16 digits, for places where all are too many.
    pub fn short(&self) -> String {
        self.to_string()[..16].to_owned()
    }
}

impl Crc32 {
    /// Reads 8 lower-case hexadecimal digits; `None` when `text` is anything else.
    pub fn parse(text: &str) -> Option<Crc32> {
        let mut bytes = [0; 4];
        parse_hex(text, &mut bytes)?;
        Some(Crc32(u32::from_be_bytes(bytes)))
    }
}

fn parse_hex(text: &str, into: &mut [u8]) -> Option<()> {
    if text.len() != 2 * into.len() || !text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    for (i, byte) in into.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).ok()?;
    }
    Some(())
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{b:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Crc32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

impl fmt::Debug for Crc32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Json for Digest {
    fn to_value(&self) -> Value {
        Value::String(self.to_string())
    }

    fn from_value(value: &Value) -> Result<Digest, Wrong> {
        let digest = value.as_str().and_then(Digest::parse);
        digest.ok_or_else(|| Wrong::new(value, "64 hexadecimal digits"))
    }
}

impl Json for Crc32 {
    fn to_value(&self) -> Value {
        Value::String(self.to_string())
    }

    fn from_value(value: &Value) -> Result<Crc32, Wrong> {
        let crc = value.as_str().and_then(Crc32::parse);
        crc.ok_or_else(|| Wrong::new(value, "8 hexadecimal digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_coreutils_and_zip() {
        let digest = sha256(b"abc");
        assert_eq!(digest.to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(Digest::parse(&digest.to_string()), Some(digest));
        assert_eq!(Digest::parse(&digest.to_string().to_uppercase()), None, "one spelling only");
        assert_eq!(crc32(b"123456789").to_string(), "cbf43926");
        assert_eq!(Crc32::parse("+bf43926"), None);
    }
}
