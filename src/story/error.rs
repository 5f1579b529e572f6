//! Why a text is not a story: where, what was found, what was expected.

use std::fmt;
use std::rc::Rc;

/// Errors of one text that are kept; the last one then counts the rest.
pub const ERRORS_MAX: usize = 1000;

/// One thing in a text that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, in characters.
    pub column: u32,
    /// What stands there.
    pub found: Rc<str>,
    /// What could stand there.
    pub expected: Rc<str>,
    /// The nearest name that would have been right, when one is near.
    pub nearest: Option<Rc<str>>,
}

impl ParseError {
    /// The message without its place: `found 200/m, expected a rate such as 200/s.`
    pub fn reason(&self) -> String {
        let nearest = self.nearest.as_ref().map(|name| format!(" Did you mean {name}?"));
        format!("found {}, expected {}.{}", self.found, self.expected, nearest.unwrap_or_default())
    }
}

/// `Line 4, column 12: found 200/m, expected a rate such as 200/s.`
impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Line {}, column {}: {}", self.line, self.column, self.reason())
    }
}

impl std::error::Error for ParseError {}

/// The one of `names` that is nearest to `found`: within two edits, or three for long names.
pub fn nearest<'a>(found: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let found: Vec<char> = found.chars().take(64).collect();
    let within = if found.len() > 8 { 3 } else { 2 };
    names
        .into_iter()
        .map(|name| (distance(&found, &name.chars().collect::<Vec<char>>()), name))
        .filter(|&(distance, name)| distance <= within && distance < name.chars().count())
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, name)| name)
}

/// Edits (insert, delete, replace, swap of neighbours) from one word to the other.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = match (i, j) {
                (0, _) => j,
                (_, 0) => i,
                _ => {
                    let same = usize::from(!a[i - 1].eq_ignore_ascii_case(&b[j - 1]));
                    let mut best =
                        (rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(rows[i - 1][j - 1] + same);
                    if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                        best = best.min(rows[i - 2][j - 2] + 1);
                    }
                    best
                }
            };
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_within_reach_of_a_slip_of_the_finger() {
        let names = ["consumer", "cluster", "kill", "close", "session-timeout"];
        for (found, expected) in [
            ("consumr", Some("consumer")),
            ("klil", Some("kill")),
            ("Kill", Some("kill")),
            ("sesion-timeuot", Some("session-timeout")),
            ("xyz", None),
            ("", None),
        ] {
            assert_eq!(nearest(found, names), expected, "{found}");
        }
    }
}
