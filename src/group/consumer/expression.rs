//! Regular expressions over topic names, in RE2/J's syntax, on an engine that has a little less and a little more.
//!
//! Names of topics are letters, digits, `.`, `_` and `-` of ASCII. So a Unicode class (`\p{Lu}`) is what it has of those; a
//! script but Latin has none. Beside these are translated: `\Q…\E`, octal escapes, `{` that begins no repetition, and what
//! only the engine knows is refused: `a**`, flags but `i`, `m`, `s`, `U`, escapes of Rust.

use crate::group::ErrorCode;
use crate::group::event::Checked;
use regex_lite::Regex;
use std::iter::Peekable;
use std::str::Chars;

/// RE2's limit of a repetition.
const REPEAT_MAX: u32 = 1000;

/// Compiles an expression so that it has to match a whole name.
pub(crate) fn compile(regex: &str) -> Checked<Regex> {
    let invalid = ErrorCode::INVALID_REGULAR_EXPRESSION;
    let translated = translate(regex).ok_or(invalid)?;
    // By itself first: `a)(b` is no expression, in parentheses it would be one.
    Regex::new(&translated).map_err(|_| invalid)?;
    Regex::new(&format!("^(?:{translated})$")).map_err(|_| invalid)
}

fn translate(regex: &str) -> Option<String> {
    let mut chars = regex.chars().peekable();
    let mut out = String::with_capacity(regex.len());
    let mut repeated = false;
    while let Some(c) = chars.next() {
        let mut repeats = false;
        match c {
            '\\' if chars.peek() == Some(&'Q') => {
                chars.next();
                quoted(&mut chars, &mut out);
            }
            '\\' if chars.peek() == Some(&'C') => {
                chars.next();
                out.push_str("(?s:.)");
            }
            '\\' => escape(&mut chars, &mut out, false)?,
            '[' => class(&mut chars, &mut out)?,
            '(' if chars.peek() == Some(&'?') => {
                out.push(c);
                group(&mut chars, &mut out)?;
            }
            '*' | '+' | '?' => {
                repeats = true;
                out.push(c);
            }
            '{' => match repetition(chars.clone()) {
                Some((_, most)) if most > REPEAT_MAX => return None,
                Some((length, _)) => {
                    repeats = true;
                    out.push(c);
                    out.extend(chars.by_ref().take(length));
                }
                None => out.push_str("\\{"),
            },
            _ => out.push(c),
        }
        if repeats {
            if repeated {
                return None;
            }
            if let Some(lazy) = chars.next_if_eq(&'?') {
                out.push(lazy);
            }
        }
        repeated = repeats;
    }
    Some(out)
}

/// Up to `\E` or the end, as it stands.
fn quoted(chars: &mut Peekable<Chars>, out: &mut String) {
    let rest: String = chars.clone().collect();
    let length = rest.find("\\E").unwrap_or(rest.len());
    out.push_str(&regex_lite::escape(&rest[..length]));
    let skipped = rest[..length].chars().count() + 2;
    chars.by_ref().take(skipped).for_each(drop);
}

/// How many characters of a repetition follow its `{`, and its larger number; `None` when it is none.
fn repetition(chars: Peekable<Chars>) -> Option<(usize, u32)> {
    let rest: String = chars.collect();
    let (text, _) = rest.split_once('}')?;
    let (low, high) = text.split_once(',').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let number = |text: &str| text.parse().unwrap_or(if text.is_empty() { 0 } else { u32::MAX });
    let is_one = !low.is_empty() && digits(low) && digits(high);
    is_one.then(|| (text.len() + 1, number(low).max(number(high))))
}

/// What follows `(?`: a name or flags that RE2 knows.
fn group(chars: &mut Peekable<Chars>, out: &mut String) -> Option<()> {
    let rest: String = chars.clone().skip(1).collect();
    let flags = rest.find([':', ')']).map(|end| &rest[..end]);
    let is_named = rest.starts_with("P<") || rest.starts_with('<');
    let is_flags = flags.is_some_and(|flags| flags.bytes().all(|b| b"imsU-".contains(&b)));
    out.extend(chars.next());
    (is_named || is_flags).then_some(())
}

/// What follows a backslash.
fn escape(chars: &mut Peekable<Chars>, out: &mut String, in_class: bool) -> Option<()> {
    let c = chars.next()?;
    match c {
        'p' | 'P' => {
            let name: String = match chars.next()? {
                '{' => chars.by_ref().take_while(|c| *c != '}').collect(),
                one => one.to_string(),
            };
            let (name, inverted) = name.strip_prefix('^').map_or((&*name, false), |name| (name, true));
            let ranges = unicode((c == 'P') != inverted, name)?;
            match in_class {
                true => out.push_str(&ranges),
                false => out.extend(["[", &ranges, "]"]),
            }
        }
        '0'..='7' => {
            let mut value = c.to_digit(8)?;
            let mut digits = 0;
            while digits < 2
                && let Some(digit) = chars.peek().and_then(|c| c.to_digit(8))
            {
                value = value * 8 + digit;
                digits += 1;
                chars.next();
            }
            // One digit that is not zero would be a reference back, which RE2 does not have.
            (c == '0' || digits > 0).then_some(())?;
            out.push_str(&format!("\\x{{{value:x}}}"));
        }
        '<' | '>' => out.push(c),
        'u' | 'U' => return None,
        'b' if chars.peek() == Some(&'{') => out.push_str("\\b"),
        _ => out.extend(['\\', c]),
    }
    Some(())
}

/// What follows `[`, up to its end.
fn class(chars: &mut Peekable<Chars>, out: &mut String) -> Option<()> {
    out.push('[');
    out.extend(chars.next_if_eq(&'^'));
    let mut is_first = true;
    loop {
        let c = chars.next()?;
        match c {
            ']' if !is_first => break,
            '[' if chars.peek() == Some(&':') => {
                out.push(c);
                loop {
                    let c = chars.next()?;
                    out.push(c);
                    if c == ']' {
                        break;
                    }
                }
            }
            // The engine would take these for more than they are.
            '[' | ']' | '&' | '~' => out.extend(['\\', c]),
            '\\' => escape(chars, out, true)?,
            _ => out.push(c),
        }
        is_first = false;
    }
    out.push(']');
    Some(())
}

/// What a class of Unicode, or its opposite, has of the characters of topic names, as ranges.
fn unicode(inverted: bool, name: &str) -> Option<String> {
    let has = |c: char| match name {
        "Any" => true,
        "L" | "Latin" => c.is_ascii_alphabetic(),
        "Lu" => c.is_ascii_uppercase(),
        "Ll" => c.is_ascii_lowercase(),
        "N" | "Nd" => c.is_ascii_digit(),
        "P" => !c.is_ascii_alphanumeric(),
        "Pc" => c == '_',
        "Pd" => c == '-',
        "Po" => c == '.',
        "Common" => !c.is_ascii_alphabetic(),
        _ => false,
    };
    let is_category = matches!(name.len(), 1 | 2) && "CLMNPSZ".contains(&name[..1]);
    let is_script = name.len() > 2 && name.starts_with(|c: char| c.is_ascii_uppercase());
    if !is_category && !is_script {
        return None;
    }
    // Never in a name, so that there is something.
    let mut ranges = String::from("\\x00");
    let all = ('a'..='z').chain('A'..='Z').chain('0'..='9').chain(['_', '.', '-']);
    for c in all.filter(|c| has(*c) != inverted) {
        if !c.is_ascii_alphanumeric() {
            ranges.push('\\');
        }
        ranges.push(c);
    }
    Some(ranges)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_has_to_match_a_whole_name() {
        for (regex, name, expected) in [
            ("orders", "orders", true),
            ("orders", "orders-1", false),
            ("a|b", "ab", false),
            ("a|b", "b", true),
            ("[a-p].*", "audit", true),
            (r"\p{Lu}\p{L}+-\pN", "Orders-1", true),
            (r"\p{Lu}\p{L}+-\pN", "orders-1", false),
            (r"[\p{Nd}_]+", "1_2", true),
            (r"\P{L}+", "1.2", true),
            (r"\p{^L}+", "a", false),
            (r"\p{Greek}", "a", false),
            (r"[^\p{Greek}]", "a", true),
            (r"\Qa.b\E.", "a.bc", true),
            (r"\Qa.b", "axb", false),
            (r"a\x2eb|\141", "a", true),
            ("a{2}", "aa", true),
            ("[[:alpha:]]+", "orders", true),
            ("(?i)ORDERS", "orders", true),
            ("(?P<kind>o.*)", "orders", true),
            ("[a&&b]", "a", true),
            ("a+?", "aaa", true),
            ("a{2", "a{2", true),
            ("a{x}", "a{x}", true),
        ] {
            assert_eq!(compile(regex).map(|r| r.is_match(name)), Ok(expected), "{regex} {name}");
        }
    }

    #[test]
    fn what_re2_does_not_know_is_no_expression() {
        for invalid in [
            "[",
            "*bad(",
            "a)(b",
            "a**",
            "a+*",
            "a{2}{3}",
            r"\p{lower}",
            r"\p",
            r"\1",
            r"\u0061",
            "(?x)a",
            "(?=a)",
            "a{1001}",
        ] {
            assert_eq!(compile(invalid).map(|_| ()), Err(ErrorCode::INVALID_REGULAR_EXPRESSION), "{invalid}");
        }
    }
}
