//! Changes of bytes that know nothing of what they mean.

use rejoin::base::Rng;

/// Inputs do not grow beyond this.
const BYTES_MAX: usize = 128 << 10;

/// One of a list.
pub fn any<'a, T>(random: &mut Rng, list: &'a [T]) -> &'a T {
    &list[random.below(list.len() as u64) as usize]
}

/// A place in so many bytes; 0 when there are none.
pub fn place(random: &mut Rng, bytes: usize) -> usize {
    random.below(bytes as u64) as usize
}

/// A number that readers stumble over.
pub fn number(random: &mut Rng) -> i64 {
    let near = random.below(5) as i64 - 2;
    let edges = [0, 1 << 7, 1 << 8, 1 << 15, 1 << 16, 1 << 31, 1 << 32, i64::MAX - 2, i64::MIN + 2];
    match random.below(4) {
        0 => random.next_u64() as i64,
        1 => random.below(300) as i64,
        _ => any(random, &edges).wrapping_add(near),
    }
}

/// One to four changes; `other` is something to take bytes from.
pub fn bytes(random: &mut Rng, bytes: &mut Vec<u8>, other: &[u8]) {
    for _ in 0..1 + random.below(4) {
        one(random, bytes, other);
    }
    bytes.truncate(BYTES_MAX);
}

fn one(random: &mut Rng, bytes: &mut Vec<u8>, other: &[u8]) {
    let at = place(random, bytes.len());
    let some = 1 + random.below(16) as usize;
    match random.below(10) {
        0 => bytes.truncate(at),
        1 => bytes.extend((0..some).map(|_| random.below(256) as u8)),
        2 if !bytes.is_empty() => drop(bytes.drain(at..(at + some).min(bytes.len()))),
        3 => {
            let from = place(random, other.len());
            let piece = other[from..(from + some * 8).min(other.len())].to_vec();
            drop(bytes.splice(at..at, piece));
        }
        4 if !bytes.is_empty() => {
            let piece = bytes[at..(at + some).min(bytes.len())].to_vec();
            drop(bytes.splice(at..at, piece));
        }
        5 | 6 => {
            let number = number(random);
            let big = random.below(2) == 0;
            let width = [1, 2, 4, 8][random.below(4) as usize];
            let written = if big {
                number.to_be_bytes()[8 - width..].to_vec()
            } else {
                number.to_le_bytes()[..width].to_vec()
            };
            if let Some(there) = bytes.get_mut(at..at + width) {
                there.copy_from_slice(&written);
            }
        }
        _ if !bytes.is_empty() => bytes[at] ^= 1 << random.below(8),
        _ => bytes.push(random.below(256) as u8),
    }
}
