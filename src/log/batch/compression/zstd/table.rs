//! Tables of finite state entropy: a state stands for a symbol, and says how many bits lead to which next state.

use super::bits::{Backward, Forward};

/// Bits of a table's size: at least, and the most that its description can say.
const LOG_MIN: u32 = 5;
const LOG_MAX: u32 = 15;

/// A state.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cell {
    pub symbol: u8,
    /// Bits to take, and what is added to them.
    bits: u8,
    next: u16,
}

/// A table of two to the power of `log` states.
#[derive(Clone, Debug, Default)]
pub struct Table {
    cells: Vec<Cell>,
    log: u32,
}

impl Table {
    /// Whether it was never filled.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// One state that stays.
    pub fn repeat(&mut self, symbol: u8) {
        self.cells.clear();
        self.cells.push(Cell { symbol, bits: 0, next: 0 });
        self.log = 0;
    }

    /// Reads a description: of symbols up to `symbol_max`, in a table of at most `log_max` bits. How many bytes it takes.
    pub fn read(&mut self, bytes: &[u8], symbol_max: u8, log_max: u32) -> Option<usize> {
        let mut bits = Forward::new(bytes);
        let log = bits.take(4) + LOG_MIN;
        if log > log_max.min(LOG_MAX) {
            return None;
        }
        let mut counts = [0i16; 256];
        let mut symbol = 0;
        let mut left = 1i32 << log;
        while left > 0 {
            let count = take_count(&mut bits, left as u32);
            *counts[..=usize::from(symbol_max)].get_mut(symbol)? = count as i16;
            left -= count.abs();
            symbol += 1;
            let mut more = if count == 0 { 3 } else { 0 };
            while more == 3 && symbol <= usize::from(symbol_max) {
                more = bits.take(2) as usize;
                symbol += more;
            }
        }
        self.fill(&counts[..symbol], log);
        bits.bytes_taken()
    }

    /// Fills it from how often each symbol stands in it; −1 for those that stand once, at its end.
    pub fn fill(&mut self, counts: &[i16], log: u32) {
        let size = 1usize << log;
        self.log = log;
        self.cells.clear();
        self.cells.resize(size, Cell::default());
        let mut high = size;
        let mut next = [0u16; 256];
        for (symbol, &count) in counts.iter().enumerate() {
            next[symbol] = count.unsigned_abs();
            if count < 0 {
                high -= 1;
                self.cells[high].symbol = symbol as u8;
            }
        }
        let step = (size >> 1) + (size >> 3) + 3;
        let mut at = 0;
        for (symbol, &count) in counts.iter().enumerate() {
            for _ in 0..count {
                self.cells[at].symbol = symbol as u8;
                at = (at + step) & (size - 1);
                while at >= high {
                    at = (at + step) & (size - 1);
                }
            }
        }
        for cell in &mut self.cells {
            let number = &mut next[usize::from(cell.symbol)];
            cell.bits = (log - number.ilog2()) as u8;
            cell.next = (*number << cell.bits) - size as u16;
            *number += 1;
        }
    }

    /// The first state.
    pub fn start(&self, bits: &mut Backward<'_>) -> Cell {
        self.cells[bits.take(self.log) as usize]
    }

    /// The state after `cell`.
    #[inline]
    pub fn after(&self, cell: Cell, bits: &mut Backward<'_>) -> Cell {
        self.cells[usize::from(cell.next) + bits.take(u32::from(cell.bits)) as usize]
    }
}

/// How often the next symbol stands in a table with `left` states that are free: a number from −1 to `left`, in as few bits
/// as tell all of these apart.
fn take_count(bits: &mut Forward<'_>, left: u32) -> i32 {
    let width = (left + 1).ilog2() + 1;
    let (half, spare) = (1 << (width - 1), (1 << width) - 1 - (left + 1));
    let low = bits.peek(width - 1);
    let value = if low < spare {
        bits.pass(width - 1);
        low
    } else {
        let value = bits.take(width);
        if value >= half { value - spare } else { value }
    };
    value as i32 - 1
}
