//! Bits of a zstd block: forward in the descriptions of tables, backward in everything else.

/// Bits from the lowest of the first byte on; zeros behind the end.
pub struct Forward<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Forward<'a> {
    pub fn new(bytes: &'a [u8]) -> Forward<'a> {
        Forward { bytes, at: 0 }
    }

    /// The next bits, at most 16, without taking them.
    pub fn peek(&self, count: u32) -> u32 {
        let from = self.bytes.get(self.at / 8..).unwrap_or_default();
        let word = from.iter().take(4).rev().fold(0u32, |word, byte| word << 8 | u32::from(*byte));
        word >> (self.at % 8) & ((1 << count) - 1)
    }

    pub fn pass(&mut self, count: u32) {
        self.at += count as usize;
    }

    pub fn take(&mut self, count: u32) -> u32 {
        let bits = self.peek(count);
        self.pass(count);
        bits
    }

    /// Whole bytes that were begun; none when that is more than there are.
    pub fn bytes_taken(&self) -> Option<usize> {
        Some(self.at.div_ceil(8)).filter(|taken| *taken <= self.bytes.len())
    }
}

/// Bits from the end of a stream to its start. The highest that is set in its last byte only says where they begin.
pub struct Backward<'a> {
    /// The stream, and what lies before it.
    bytes: &'a [u8],
    /// Bits from the start of `bytes` on that were not taken.
    left: i64,
    /// Those of them that lie before the stream.
    before: i64,
}

impl<'a> Backward<'a> {
    /// The stream that begins at `from` and ends with `bytes`; none without a mark in its last byte.
    pub fn new(bytes: &'a [u8], from: usize) -> Option<Backward<'a>> {
        Backward::unmarked(bytes, from).filter(|_| bytes.last() != Some(&0))
    }

    /// The same; without a mark it begins with the whole last byte.
    pub fn unmarked(bytes: &'a [u8], from: usize) -> Option<Backward<'a>> {
        let last = *bytes.get(from..)?.last()?;
        let mark = if last == 0 { 0 } else { i64::from(last.leading_zeros()) + 1 };
        Some(Backward { bytes, left: 8 * bytes.len() as i64 - mark, before: 8 * from as i64 })
    }

    /// The next bits at the top of a word, at least 57 of them; zeros behind the start of what there is.
    #[inline]
    pub fn word(&self) -> u64 {
        let end = (self.left + 7) >> 3;
        let spare = (8 * end - self.left) as u32;
        match self.bytes.get(..end.max(0) as usize).and_then(|bytes| bytes.last_chunk::<8>()) {
            Some(bytes) => u64::from_le_bytes(*bytes) << spare,
            None => self.short(end) << spare,
        }
    }

    /// The same where fewer than eight bytes are left.
    #[cold]
    fn short(&self, end: i64) -> u64 {
        let mut word = [0; 8];
        for (to, from) in word.iter_mut().rev().zip(self.bytes[..end.max(0) as usize].iter().rev()) {
            *to = *from;
        }
        u64::from_le_bytes(word)
    }

    #[inline]
    pub fn pass(&mut self, count: u32) {
        self.left -= i64::from(count);
    }

    /// Takes at most 57 bits.
    #[inline]
    pub fn take(&mut self, count: u32) -> u32 {
        let bits = (self.word() >> 1) >> (63 - count);
        self.pass(count);
        bits as u32
    }

    /// Bits of the stream that were not taken; negative when more were.
    pub fn left(&self) -> i64 {
        self.left - self.before
    }
}
