//! Kafka's variable-length integers: zigzag, then groups of seven bits, the lowest first.

/// Appends a `varint`.
pub fn put(out: &mut Vec<u8>, value: i32) {
    put_groups(out, u64::from(((value << 1) ^ (value >> 31)) as u32));
}

/// Appends a `varlong`.
pub fn put_long(out: &mut Vec<u8>, value: i64) {
    put_groups(out, ((value << 1) ^ (value >> 63)) as u64);
}

fn put_groups(out: &mut Vec<u8>, mut bits: u64) {
    while bits >= 0x80 {
        out.push(bits as u8 | 0x80);
        bits >>= 7;
    }
    out.push(bits as u8);
}

/// Bytes of a `varint`: 1 to 5.
pub fn size(value: i32) -> u32 {
    groups(u64::from(((value << 1) ^ (value >> 31)) as u32))
}

/// Bytes of a `varlong`: 1 to 10.
pub fn size_long(value: i64) -> u32 {
    groups(((value << 1) ^ (value >> 63)) as u64)
}

fn groups(bits: u64) -> u32 {
    (70 - (bits | 1).leading_zeros()) / 7
}

/// Moves past a number of either width; whether no fewer bytes would do for it.
pub fn is_shortest(bytes: &mut &[u8]) -> bool {
    let end = bytes.iter().position(|byte| *byte < 0x80).unwrap_or(bytes.len());
    let last = bytes.get(end);
    *bytes = bytes.get(end + 1..).unwrap_or_default();
    end == 0 || last != Some(&0)
}

/// Takes a `varint` from the front of `bytes`; `None` when it is cut or longer than 32 bits.
pub fn take(bytes: &mut &[u8]) -> Option<i32> {
    let bits = u32::try_from(take_groups(bytes, 5)?).ok()?;
    Some((bits >> 1) as i32 ^ -((bits & 1) as i32))
}

/// Takes a `varlong` from the front of `bytes`; `None` when it is cut or longer than 64 bits.
pub fn take_long(bytes: &mut &[u8]) -> Option<i64> {
    let bits = take_groups(bytes, 10)?;
    Some((bits >> 1) as i64 ^ -((bits & 1) as i64))
}

fn take_groups(bytes: &mut &[u8], longest: u32) -> Option<u64> {
    let mut bits = 0u64;
    for group in 0..longest {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let low = u64::from(byte & 0x7f);
        let shifted = low << (7 * group);
        if shifted >> (7 * group) != low {
            return None;
        }
        bits |= shifted;
        if byte < 0x80 {
            return Some(bits);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_at_every_edge_come_back_and_have_the_size_said() {
        let mut edges = vec![0i64, i64::MIN, i64::MAX];
        for shift in 0..63 {
            edges.extend([(1i64 << shift) - 1, 1i64 << shift, -(1i64 << shift), -(1i64 << shift) - 1]);
        }
        for value in edges {
            let mut bytes = Vec::new();
            put_long(&mut bytes, value);
            assert_eq!(bytes.len() as u32, size_long(value), "{value}");
            assert_eq!(take_long(&mut &bytes[..]), Some(value));
            assert_eq!(take_long(&mut &bytes[..bytes.len() - 1]), None, "cut");
            let Ok(small) = i32::try_from(value) else { continue };
            bytes.clear();
            put(&mut bytes, small);
            assert_eq!(bytes.len() as u32, size(small), "{small}");
            assert_eq!(take(&mut &bytes[..]), Some(small));
        }
    }

    #[test]
    fn an_integer_that_is_too_long_is_refused() {
        assert_eq!(take(&mut &[0xff, 0xff, 0xff, 0xff, 0x1f][..]), None, "33 bits");
        assert_eq!(take(&mut &[0x80, 0x80, 0x80, 0x80, 0x80, 0][..]), None, "six bytes");
        assert_eq!(take_long(&mut &[0xff; 10][..]), None);
    }
}
