//! What the tool prints, and how it ends.

use std::fmt;
use std::io::{self, Write};

/// Bytes that are gathered before they are written.
const BUFFER_BYTES: usize = 64 << 10;

/// Why the tool ends early.
#[derive(Debug)]
pub enum Stop {
    /// A Java exception leaves `main`: its class and message. The exit status is 1.
    Thrown(String),
    /// An option that cannot be followed here. The exit status is 2.
    Refused(String),
    /// Nobody takes the output.
    Output(io::Error),
}

/// What a step answers.
pub type Done<T = ()> = Result<T, Stop>;

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Stop {
        Stop::Output(error)
    }
}

/// An exception of that class, with a message.
pub fn thrown(class: &str, message: impl fmt::Display) -> Stop {
    Stop::Thrown(format!("{class}: {message}"))
}

/// Kafka's `InvalidRecordException`.
pub fn invalid_record(message: impl fmt::Display) -> Stop {
    thrown("org.apache.kafka.common.InvalidRecordException", message)
}

/// Standard output: text and numbers, gathered.
pub struct Output<'a> {
    buffer: Vec<u8>,
    sink: &'a mut dyn Write,
}

impl<'a> Output<'a> {
    /// Gathers for `sink`.
    pub fn new(sink: &'a mut dyn Write) -> Output<'a> {
        Output { buffer: Vec::with_capacity(BUFFER_BYTES + 4096), sink }
    }

    /// Appends a text.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.buffer.extend_from_slice(text.as_bytes());
        self
    }

    /// Appends a number.
    pub fn number(&mut self, number: impl Into<i64>) -> &mut Self {
        put_number(&mut self.buffer, number.into());
        self
    }

    /// Appends `true` or `false`.
    pub fn flag(&mut self, flag: bool) -> &mut Self {
        self.text(if flag { "true" } else { "false" })
    }

    /// Where bytes may be appended directly.
    pub fn bytes(&mut self) -> &mut Vec<u8> {
        &mut self.buffer
    }

    /// Ends the line, and writes what was gathered when that is much.
    pub fn end_line(&mut self) -> io::Result<()> {
        self.buffer.push(b'\n');
        if self.buffer.len() >= BUFFER_BYTES { self.flush() } else { Ok(()) }
    }

    /// Writes what was gathered.
    pub fn flush(&mut self) -> io::Result<()> {
        self.sink.write_all(&self.buffer)?;
        self.buffer.clear();
        self.sink.flush()
    }
}

/// Two digits for each number below 100.
const PAIRS: &[u8; 200] = b"0001020304050607080910111213141516171819\
2021222324252627282930313233343536373839\
4041424344454647484950515253545556575859\
6061626364656667686970717273747576777879\
8081828384858687888990919293949596979899";

/// Appends a number in decimal.
pub fn put_number(out: &mut Vec<u8>, number: i64) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    let mut rest = number.unsigned_abs();
    while rest >= 10 {
        let pair = 2 * (rest % 100) as usize;
        at -= 2;
        digits[at..at + 2].copy_from_slice(&PAIRS[pair..pair + 2]);
        rest /= 100;
    }
    if rest > 0 || at == digits.len() {
        at -= 1;
        digits[at] = b'0' + rest as u8;
    }
    if number < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[at..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_the_standard_library_writes_them() {
        let mut numbers = vec![0, 1, 9, 10, 11, 99, 100, 101, 999, 1000, i64::MAX, i64::MIN];
        numbers.extend((0..63).flat_map(|bit| [(1i64 << bit) - 1, 1 << bit, -(1 << bit)]));
        for number in numbers {
            let mut out = Vec::new();
            put_number(&mut out, number);
            assert_eq!(String::from_utf8(out).expect("digits"), number.to_string());
        }
    }
}
