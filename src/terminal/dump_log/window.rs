//! A log read through a window: a batch at a time, never the whole file.

use super::batch::{Batch, frame};
use super::output::{Done, thrown};
use crate::log::batch::HEADER_BYTES;
use std::io::Read;

/// Bytes asked for at a time.
const CHUNK_BYTES: u64 = 256 << 10;

/// The batches of a file, from its start to an end.
pub struct Window<'a> {
    /// The file's name as the tool was given it, for messages.
    path: &'a str,
    file: Box<dyn Read>,
    length: u64,
    end: i64,
    /// Where the next batch begins.
    position: i64,
    buffer: Vec<u8>,
    /// Where in the file the buffer begins.
    start: u64,
}

impl<'a> Window<'a> {
    /// Reads `file`, of so many bytes, and no batch that ends beyond the first `max_bytes`.
    pub fn new(path: &'a str, file: Box<dyn Read>, length: u64, max_bytes: i32) -> Done<Window<'a>> {
        if max_bytes < 0 {
            let what =
                format!("Invalid size: {max_bytes} in read from FileRecords(size={length}, file={path})");
            return Err(thrown("java.lang.IllegalArgumentException", what));
        }
        let end = (length as i64).min(i64::from(max_bytes));
        Ok(Window { path, file, length, end, position: 0, buffer: Vec::new(), start: 0 })
    }

    /// Where the next batch begins.
    pub fn position(&self) -> i64 {
        self.position
    }

    /// Where the last batch has to end.
    pub fn end(&self) -> i64 {
        self.end
    }

    /// The next batch; none when what is left is no batch that can be whole.
    pub fn take(&mut self) -> Done<Option<Batch<'_>>> {
        let position = self.position;
        self.fill(position as u64, HEADER_BYTES as u64)?;
        let at = (position as u64 - self.start) as usize;
        let Some((offset, magic, size)) = frame(self.path, &self.buffer[at..], position, self.end)? else {
            return Ok(None);
        };
        self.fill(position as u64, (size as u64).max(HEADER_BYTES as u64))?;
        self.position += size;
        let at = (position as u64 - self.start) as usize;
        Ok(Some(Batch { offset, magic, size, from: &self.buffer[at..] }))
    }

    /// Has so many bytes from `position` in the buffer, as far as the file has them.
    fn fill(&mut self, position: u64, bytes: u64) -> Done {
        let wanted = (position + bytes).min(self.length);
        if self.start + self.buffer.len() as u64 >= wanted {
            return Ok(());
        }
        let passed = (position - self.start) as usize;
        self.buffer.drain(..passed);
        self.start = position;
        // The file is that long: so much may be asked for.
        let more =
            (wanted - position).max(CHUNK_BYTES).min(self.length - position) - self.buffer.len() as u64;
        let before = self.buffer.len();
        self.buffer.resize(before + more as usize, 0);
        self.file.read_exact(&mut self.buffer[before..]).map_err(|error| {
            thrown("org.apache.kafka.common.KafkaException", format_args!("{}: {error}", self.path))
        })
    }
}
