//! Bytes in pieces that are shared: as many as there are, nobody has to hold them twice to have them as one.

use std::borrow::Cow;
use std::ops::Range;
use std::rc::Rc;

/// Bytes in pieces. Cloning shares them.
#[derive(Clone, Debug, Default)]
pub struct Pieces {
    /// None of them empty; each with where it ends.
    parts: Rc<[(u64, Rc<[u8]>)]>,
}

impl Pieces {
    /// These pieces, one after the other.
    pub fn new(pieces: impl IntoIterator<Item = Rc<[u8]>>) -> Pieces {
        let mut end = 0;
        let pieces = pieces.into_iter().filter(|piece| !piece.is_empty());
        let placed = pieces.map(|piece| {
            end += piece.len() as u64;
            (end, piece)
        });
        Pieces { parts: placed.collect() }
    }

    /// How many bytes there are.
    pub fn len(&self) -> u64 {
        self.parts.last().map_or(0, |(end, _)| *end)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Whether these are the very pieces of the other.
    pub fn is(&self, other: &Pieces) -> bool {
        Rc::ptr_eq(&self.parts, &other.parts)
    }

    /// The pieces.
    pub fn iter(&self) -> impl Iterator<Item = &Rc<[u8]>> {
        self.parts.iter().map(|(_, piece)| piece)
    }

    /// The bytes of `range` as they lie in the pieces; those that there are.
    pub fn within(&self, range: Range<u64>) -> impl Iterator<Item = &[u8]> {
        let first = self.parts.partition_point(|(end, _)| *end <= range.start);
        let begun = self.parts[first..].iter().map(|(end, piece)| (end - piece.len() as u64, piece));
        begun.take_while(move |(begin, _)| *begin < range.end).map(move |(begin, piece)| {
            let from = range.start.saturating_sub(begin) as usize;
            &piece[from..piece.len().min((range.end - begin) as usize)]
        })
    }

    /// The bytes of `range` as one, copied only where they lie in several pieces; `None` when not all of them are there.
    pub fn get(&self, range: Range<u64>) -> Option<Cow<'_, [u8]>> {
        if range.start > range.end || range.end > self.len() {
            return None;
        }
        let mut parts = self.within(range.clone());
        Some(match (parts.next(), parts.next()) {
            (None, _) => Cow::Borrowed(&[]),
            (Some(only), None) => Cow::Borrowed(only),
            _ => Cow::Owned(self.within(range).collect::<Vec<_>>().concat()),
        })
    }

    /// The bytes of `range` in pieces of `size` bytes, and what is left: shared where they lie so already.
    pub fn cut(&self, range: Range<u64>, size: u32) -> Vec<Rc<[u8]>> {
        let begins = range.clone().step_by(size as usize);
        let one = |begin: u64| {
            let end = range.end.min(begin + u64::from(size));
            let at = self.parts.partition_point(|(end, _)| *end <= begin);
            match self.parts.get(at) {
                Some((to, piece)) if *to == end && piece.len() as u64 == end - begin => piece.clone(),
                _ => self.get(begin..end).unwrap_or_default().into(),
            }
        };
        begins.map(one).collect()
    }

    /// All of them as one; a single piece is shared.
    pub fn whole(&self) -> Rc<[u8]> {
        match &*self.parts {
            [(_, only)] => only.clone(),
            _ => self.to_vec().into(),
        }
    }

    /// A copy of all of them.
    pub fn to_vec(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.len() as usize);
        self.iter().for_each(|piece| bytes.extend_from_slice(piece));
        bytes
    }
}

/// Whether two have the same bytes; nothing is read where they are one and the same (`==` of an `Rc<[u8]>` reads both).
pub fn same(a: &Rc<[u8]>, b: &Rc<[u8]>) -> bool {
    Rc::ptr_eq(a, b) || a == b
}

/// However they are cut.
impl PartialEq for Pieces {
    fn eq(&self, other: &Pieces) -> bool {
        let bytes = |of: &Pieces| of.whole();
        self.is(other) || (self.len() == other.len() && bytes(self) == bytes(other))
    }
}

impl Eq for Pieces {}

impl From<Rc<[u8]>> for Pieces {
    fn from(bytes: Rc<[u8]>) -> Pieces {
        Pieces::new([bytes])
    }
}

impl From<&[u8]> for Pieces {
    fn from(bytes: &[u8]) -> Pieces {
        Pieces::from(Rc::from(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces() -> Pieces {
        Pieces::new([&b"abc"[..], b"", b"defg", b"h"].map(Rc::from))
    }

    #[test]
    fn any_range_gives_its_bytes_however_they_are_cut() {
        let (of, all) = (pieces(), b"abcdefgh");
        for start in 0..=8_u64 {
            for end in start..=8 {
                let expected = &all[start as usize..end as usize];
                assert_eq!(of.get(start..end).as_deref(), Some(expected), "{start}..{end}");
                assert_eq!(of.within(start..end).collect::<Vec<_>>().concat(), expected, "{start}..{end}");
                for size in 1..=9 {
                    let cut = of.cut(start..end, size);
                    assert_eq!(cut.concat(), expected, "{start}..{end} by {size}");
                    let full = cut.iter().rev().skip(1).all(|piece| piece.len() == size as usize);
                    assert!(full && cut.iter().all(|piece| !piece.is_empty()), "{start}..{end} by {size}");
                }
            }
            assert_eq!(of.get(start..9), None);
        }
        assert_eq!((of.len(), of.to_vec(), &*of.whole()), (8, all.to_vec(), &all[..]));
        assert_eq!(of, Pieces::from(&all[..]));
        assert_ne!(of, Pieces::from(&b"abcdefgx"[..]));
        assert!(Pieces::default().is_empty() && Pieces::default() == Pieces::from(&b""[..]));
    }

    #[test]
    fn what_lies_in_one_piece_is_shared() {
        let of = pieces();
        assert!(matches!(of.get(3..6), Some(Cow::Borrowed(b"def"))));
        let cut = of.cut(3..8, 4);
        let shared = |piece: &Rc<[u8]>| of.iter().any(|own| Rc::ptr_eq(own, piece));
        assert!(cut.len() == 2 && cut.iter().all(shared));
        assert!(Rc::ptr_eq(&Pieces::from(cut[0].clone()).whole(), &cut[0]));
    }
}
