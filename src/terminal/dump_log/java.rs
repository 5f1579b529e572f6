//! What Java's library does where Rust's does otherwise: text from bytes, numbers, names of files.

use super::output::{Done, thrown};

/// U+FFFD in UTF-8.
const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();

/// Appends `bytes` as UTF-8 text, as `new String(bytes, UTF_8)` reads them: what is wrong becomes U+FFFD.
///
/// Java replaces an encoded surrogate by one mark, where Rust makes three of it; elsewhere both agree, but for the ends
/// of cut characters.
pub fn put_utf8(out: &mut Vec<u8>, bytes: &[u8]) {
    let mut rest = bytes;
    loop {
        match std::str::from_utf8(rest) {
            Ok(_) => {
                out.extend_from_slice(rest);
                return;
            }
            Err(error) => {
                let (good, bad) = rest.split_at(error.valid_up_to());
                out.extend_from_slice(good);
                out.extend_from_slice(REPLACEMENT);
                rest = &bad[malformed(bad)..];
            }
        }
    }
}

/// How many bytes of `bad`, which begins with something that is no character, one mark replaces.
fn malformed(bad: &[u8]) -> usize {
    let continues = |at: usize| bad.get(at).map(|byte| byte & 0xc0 == 0x80);
    let second = bad.get(1).copied().unwrap_or(0);
    match bad[0] {
        // Two bytes: what follows is no continuation, or the end.
        0xc2..=0xdf => 1,
        first @ 0xe0..=0xef => match (continues(1), continues(2)) {
            (None, _) => 1,
            (Some(false), _) => 1,
            (Some(true), _) if first == 0xe0 && second & 0xe0 == 0x80 => 1,
            (Some(true), None | Some(false)) => 2,
            // Three bytes that make a surrogate.
            (Some(true), Some(true)) => 3,
        },
        first @ 0xf0..=0xf4 => {
            let narrow = (first == 0xf0 && !(0x90..=0xbf).contains(&second))
                || (first == 0xf4 && second & 0xf0 != 0x80);
            match (continues(1), continues(2), continues(3)) {
                (None | Some(false), _, _) => 1,
                _ if narrow => 1,
                (_, None | Some(false), _) => 2,
                _ => 3,
            }
        }
        _ => 1,
    }
}

/// `bytes` as text: see [`put_utf8`].
pub fn utf8(bytes: &[u8]) -> String {
    let mut out = Vec::with_capacity(bytes.len());
    put_utf8(&mut out, bytes);
    String::from_utf8(out).expect("what is wrong was replaced")
}

/// `Long.parseLong`.
pub fn parse_long(text: &str) -> Done<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = if plain { text.parse().ok() } else { None };
    number.ok_or_else(|| {
        let radix = if plain { " under radix 10" } else { "" };
        thrown("java.lang.NumberFormatException", format_args!("For input string: \"{text}\"{radix}"))
    })
}

/// A path as `java.io.File` keeps it: no doubled and no trailing slashes.
pub fn file_path(text: &str) -> String {
    let mut path = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter != '/' || !path.ends_with('/') {
            path.push(letter);
        }
    }
    if path.len() > 1 && path.ends_with('/') {
        path.pop();
    }
    path
}

/// The last part of a path.
pub fn file_name(path: &str) -> &str {
    path.rsplit('/').next().expect("a split has a part")
}

/// `File.getAbsolutePath`.
pub fn absolute(folder: &str, path: &str) -> String {
    match path {
        "" => folder.to_owned(),
        _ if path.starts_with('/') => path.to_owned(),
        _ => format!("{}/{path}", folder.trim_end_matches('/')),
    }
}

/// `Double.toString`: the shortest digits that give the number back, with an exponent below a thousandth and from ten million.
pub fn double(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let size = number.abs();
    if number == 0.0 || (1e-3..1e7).contains(&size) {
        return format!("{number:?}");
    }
    // Java writes two digits at least, and the nearest two: 4.9E-324.
    let two = format!("{number:.1e}");
    let text = if two.parse() == Ok(number) { two } else { format!("{number:e}") };
    let (digits, exponent) = text.split_once('e').expect("the format has an exponent");
    let point = if digits.contains('.') { "" } else { ".0" };
    format!("{digits}{point}E{exponent}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_bytes_are_replaced_as_java_replaces_them() {
        // What `new String(bytes, UTF_8)` of JDK 17 gives.
        let cases: [(&[u8], &str); 14] = [
            (b"plain", "plain"),
            (&[0xff, 0x41], "\u{fffd}A"),
            (&[0xc3], "\u{fffd}"),
            (&[0xc3, 0x41], "\u{fffd}A"),
            (&[0xc0, 0x80], "\u{fffd}\u{fffd}"),
            (&[0xe2, 0x82], "\u{fffd}"),
            (&[0xe2, 0x82, 0x41], "\u{fffd}A"),
            (&[0xe2, 0x41, 0x42], "\u{fffd}AB"),
            (&[0xe0, 0x80, 0x80], "\u{fffd}\u{fffd}\u{fffd}"),
            (&[0xed, 0xa0, 0x80], "\u{fffd}"),
            (&[0xf0, 0x9f, 0x98], "\u{fffd}"),
            (&[0xf0, 0x9f, 0x41, 0x42], "\u{fffd}AB"),
            (&[0xf4, 0x90, 0x80, 0x80], "\u{fffd}\u{fffd}\u{fffd}\u{fffd}"),
            ("é€😀".as_bytes(), "é€😀"),
        ];
        for (bytes, expected) in cases {
            assert_eq!(utf8(bytes), expected, "{bytes:02x?}");
        }
    }

    #[test]
    fn doubles_are_written_as_java_writes_them() {
        let cases = [(0.0, "0.0"), (-0.0, "-0.0"), (1.0, "1.0"), (1e7, "1.0E7"), (9_999_999.5, "9999999.5")];
        for (number, text) in cases.into_iter().chain([
            (1.5e-4, "1.5E-4"),
            (0.001, "0.001"),
            (1e300, "1.0E300"),
            (5e-324, "4.9E-324"),
        ]) {
            assert_eq!(double(number), text);
        }
    }

    #[test]
    fn paths_are_kept_as_java_keeps_them() {
        assert_eq!(file_path("a//b/"), "a/b");
        assert_eq!(file_path("/"), "/");
        assert_eq!(absolute("/work", "a/0.log"), "/work/a/0.log");
        assert_eq!(absolute("/work", "/a/0.log"), "/a/0.log");
    }
}
