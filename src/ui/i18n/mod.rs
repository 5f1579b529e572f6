//! All words of the page: one table, a row a text and a column a language; numbers and times in [`mod@format`].
//!
//! No panel holds a literal word of its own. Kafka's words (states, settings, commands) are not translated and come
//! with the views.

mod event;
pub mod format;
mod state;
mod table;

pub use event::sentence;
pub use state::{StateWord, Tone, state_name, state_word};
pub use table::{EN, Texts};

use std::fmt::Display;

/// The texts of the language that the page speaks.
pub fn t() -> &'static Texts {
    &EN
}

/// Puts `args` in the places `{0}`, `{1}` … of a text.
pub fn fill(template: &str, args: &[&dyn Display]) -> String {
    let mut text = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let Some(length) = rest[open..].find('}') else { break };
        text.push_str(&rest[..open]);
        if let Some(arg) = rest[open + 1..open + length].parse::<usize>().ok().and_then(|i| args.get(i)) {
            text.push_str(&arg.to_string());
        }
        rest = &rest[open + length + 1..];
    }
    text.push_str(rest);
    text
}

/// [`fill`] for a text that counts: `one|many`, chosen by `n`; a language without plurals has no bar. `{0}` is `n`.
pub fn plural(template: &str, n: u64, args: &[&dyn Display]) -> String {
    let chosen = match template.split_once('|') {
        Some((one, _)) if n == 1 => one,
        Some((_, many)) => many,
        None => template,
    };
    let number = format::count_u(n);
    let mut all: Vec<&dyn Display> = vec![&number];
    all.extend_from_slice(args);
    fill(chosen, &all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_in_any_order() {
        assert_eq!(fill("{1} of {0}", &[&"a", &2]), "2 of a");
        assert_eq!(fill("no place", &[]), "no place");
    }

    #[test]
    fn one_thing_and_many_things_are_told_apart() {
        assert_eq!(plural("{0} row|{0} rows", 1, &[]), "1 row");
        assert_eq!(plural("{0} row|{0} rows", 1200, &[]), "1,200 rows");
    }
}
