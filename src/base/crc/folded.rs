//! CRCs where the processor has no instruction for them, in 64-bit words.
//!
//! A message is a polynomial, its CRC the remainder by the CRC's own polynomial. So any multiple of that may be added to
//! it; and there are multiples of only six terms whose distances are whole words ([`Folds`]). Adding such a one takes
//! the first word of the message away and puts it on five words further on: no table is asked. So all words go but the
//! last ones, and only these go through the tables. (The idea is known as Chorba.)

/// The distances of a multiple's other terms from its first, in words: see [`sum`].
pub trait Folds {
    /// The CRC's polynomial, its highest term the lowest bit, without the term x³².
    const POLYNOMIAL: u32;
    /// The multiple is xᵉ + xᵉ⁻ᵃ + … + 1 for the words' x = x⁶⁴; ascending, the first is at least [`AT_ONCE`], the last at
    /// most [`WINDOW`].
    const AT: [usize; 5];
    /// The tables, made at the first use: on the wire they would be 8 KiB that nothing can compress.
    fn tables() -> &'static Tables;
}

/// Words that a fold reaches.
const WINDOW: usize = 209;
/// Words that are folded at a time.
const AT_ONCE: usize = 8;
/// Words that are folded before the last ones are moved to the front.
const BLOCK: usize = 512;

/// What a byte adds to the sum when so many bytes follow it as the table's number.
pub struct Tables([[u32; 256]; 8]);

impl Tables {
    /// Of a polynomial as in [`Folds::POLYNOMIAL`].
    pub fn new(polynomial: u32) -> Tables {
        let mut tables = [[0; 256]; 8];
        for (byte, sum) in (0..).zip(&mut tables[0]) {
            let bit = |sum: u32, _| (sum >> 1) ^ (polynomial & (sum & 1).wrapping_neg());
            *sum = (0..8).fold(byte, bit);
        }
        for number in 1..8 {
            for byte in 0..256 {
                let sum = tables[number - 1][byte];
                tables[number][byte] = (sum >> 8) ^ tables[0][(sum & 0xff) as usize];
            }
        }
        Tables(tables)
    }

    #[inline(always)]
    fn word(&self, sum: u32, word: u64) -> u32 {
        let [a, b, c, d, e, f, g, h] = (word ^ u64::from(sum)).to_le_bytes().map(usize::from);
        let t = &self.0;
        t[7][a] ^ t[6][b] ^ t[5][c] ^ t[4][d] ^ t[3][e] ^ t[2][f] ^ t[1][g] ^ t[0][h]
    }

    fn bytes(&self, mut sum: u32, bytes: &[u8]) -> u32 {
        let (words, rest) = bytes.as_chunks();
        for word in words {
            sum = self.word(sum, u64::from_le_bytes(*word));
        }
        rest.iter().fold(sum, |sum, byte| (sum >> 8) ^ self.0[0][usize::from(sum as u8 ^ byte)])
    }
}

/// Goes on with a sum, both as they are inside: begun with all ones, and inverted at the end.
pub fn sum<F: Folds>(sum: u32, bytes: &[u8]) -> u32 {
    let tables = F::tables();
    let (words, rest) = bytes.as_chunks::<8>();
    if words.len() < 2 * WINDOW {
        return tables.bytes(sum, bytes);
    }
    let (head, last) = words.split_at(words.len() - WINDOW);
    let reached = folded::<F>(sum, head);
    let mut sum = 0;
    for (i, word) in last.iter().enumerate() {
        let folds = F::AT.iter().filter(|at| i < **at).map(|at| reached[WINDOW + i - at]);
        sum = tables.word(sum, folds.fold(u64::from_le_bytes(*word), |word, fold| word ^ fold));
    }
    tables.bytes(sum, rest)
}

/// The last words of `words`, and what was folded on each.
fn folded<F: Folds>(sum: u32, words: &[[u8; 8]]) -> [u64; WINDOW] {
    // A word that is folded alone looks at as much as a group: the last of a block must find that too.
    let mut all = [0; WINDOW + BLOCK + AT_ONCE];
    let mut sum = u64::from(sum);
    for block in words.chunks(BLOCK) {
        let (groups, few) = block.as_chunks::<AT_ONCE>();
        let mut at = 0;
        for group in groups {
            // An array, so that nothing is checked for each word; spelled out, as a compiler that wants the least code
            // makes a loop of it.
            let Some(near) = all[at..].first_chunk_mut::<{ WINDOW + AT_ONCE }>() else { unreachable!() };
            macro_rules! fold {
                ($($i:literal)*) => { $( near[WINDOW + $i] = fold_on::<F>(near, $i, &group[$i]); )* };
            }
            fold!(0 1 2 3 4 5 6 7);
            near[WINDOW] ^= std::mem::take(&mut sum);
            at += AT_ONCE;
        }
        for word in few {
            let Some(near) = all[at..].first_chunk_mut::<{ WINDOW + AT_ONCE }>() else { unreachable!() };
            near[WINDOW] = fold_on::<F>(near, 0, word) ^ std::mem::take(&mut sum);
            at += 1;
        }
        all.copy_within(at..at + WINDOW, 0);
    }
    *all.first_chunk().expect("the window is the smaller part")
}

#[inline(always)]
fn fold_on<F: Folds>(near: &[u64; WINDOW + AT_ONCE], i: usize, word: &[u8; 8]) -> u64 {
    let [a, b, c, d, e] = F::AT;
    let i = WINDOW + i;
    u64::from_le_bytes(*word) ^ near[i - a] ^ near[i - b] ^ near[i - c] ^ near[i - d] ^ near[i - e]
}
