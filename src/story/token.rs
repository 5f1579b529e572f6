//! A line as words. A word ends at a space; a part in double quotes belongs to it and means what it spells; `#` at the
//! beginning of a word starts a comment.

use super::error::ParseError;
use std::rc::Rc;

/// One character of a word, and whether it stood in quotes or was escaped there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The character that is meant.
    pub char: char,
    /// Whether it has no meaning for the language (`=`, `,` and `:` in quotes).
    pub quoted: bool,
    /// Its column, from 1, in characters.
    pub column: u32,
}

/// A word, or a part of one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word {
    letters: Vec<Letter>,
    /// Its column, from 1, in characters.
    pub column: u32,
    /// Whether any quote stood in it: then it may be empty.
    pub quoted: bool,
}

impl Word {
    /// What it says, without the quotes.
    pub fn text(&self) -> String {
        self.letters.iter().map(|letter| letter.char).collect()
    }

    /// What it says, cut to a length that a message can bear.
    pub fn shown(&self) -> Rc<str> {
        let text = self.text();
        if text.is_empty() {
            return "nothing".into();
        }
        if text.chars().count() <= 60 {
            return text.into();
        }
        format!("{}…", text.chars().take(60).collect::<String>()).into()
    }

    /// The parts before and after the first `mark` outside quotes.
    pub fn split_once(&self, mark: char) -> Option<(Word, Word)> {
        let at = self.letters.iter().position(|l| l.char == mark && !l.quoted)?;
        Some(self.cut(at))
    }

    /// The parts before and after the last `mark` outside quotes.
    pub fn split_last(&self, mark: char) -> Option<(Word, Word)> {
        let at = self.letters.iter().rposition(|l| l.char == mark && !l.quoted)?;
        Some(self.cut(at))
    }

    /// The parts between the `mark`s outside quotes: one at least.
    pub fn split(&self, mark: char) -> Vec<Word> {
        let mut parts = Vec::new();
        let mut rest = self.clone();
        while let Some((first, others)) = rest.split_once(mark) {
            parts.push(first);
            rest = others;
        }
        parts.push(rest);
        parts
    }

    fn cut(&self, at: usize) -> (Word, Word) {
        let (left, right) = self.letters.split_at(at);
        let after = Word { letters: right[1..].to_vec(), column: right[0].column + 1, quoted: self.quoted };
        (Word { letters: left.to_vec(), column: self.column, quoted: self.quoted }, after)
    }
}

/// A line, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    /// Its words, in order.
    pub words: Vec<Word>,
    /// What follows `#`, without the spaces around it; `None` when there is no comment.
    pub comment: Option<Rc<str>>,
    /// The column after its last character.
    pub end: u32,
}

/// Takes a line (without its end) apart. `line` is its number, for errors.
pub fn tokens(text: &str, line: u32) -> Result<Tokens, ParseError> {
    let mut tokens = Tokens { end: text.chars().count() as u32 + 1, ..Tokens::default() };
    let mut word: Option<Word> = None;
    let mut chars = (1u32..).zip(text.chars()).peekable();
    while let Some((column, char)) = chars.next() {
        match char {
            '#' if word.is_none() => {
                let comment: String = chars.map(|(_, char)| char).collect();
                tokens.comment = Some(comment.trim().into());
                return Ok(tokens);
            }
            _ if char.is_whitespace() => tokens.words.extend(word.take()),
            '"' => {
                let word = word.get_or_insert_with(|| Word { column, ..Word::default() });
                word.quoted = true;
                quoted(word, &mut chars, line, column)?;
            }
            _ => {
                let word = word.get_or_insert_with(|| Word { column, ..Word::default() });
                word.letters.push(Letter { char, quoted: false, column });
            }
        }
    }
    tokens.words.extend(word);
    Ok(tokens)
}

/// Takes the rest of a quoted part, up to and including the closing quote.
fn quoted(
    word: &mut Word,
    chars: &mut impl Iterator<Item = (u32, char)>,
    line: u32,
    opened: u32,
) -> Result<(), ParseError> {
    let error = |column, found: String, expected: &str| {
        Err(ParseError { line, column, found: found.into(), expected: expected.into(), nearest: None })
    };
    loop {
        let char = match chars.next() {
            None => return error(opened, "a quote that is never closed".into(), "\" at the end of the name"),
            Some((_, '"')) => return Ok(()),
            Some((column, '\\')) => match chars.next() {
                Some((_, 'n')) => (column, '\n'),
                Some((_, 't')) => (column, '\t'),
                Some((_, 'r')) => (column, '\r'),
                Some((_, char @ ('"' | '\\'))) => (column, char),
                Some((_, char)) => return error(column, format!("\\{char}"), "one of \\\" \\\\ \\n \\t \\r"),
                None => return error(column, "\\".into(), "one of \\\" \\\\ \\n \\t \\r"),
            },
            Some(plain) => plain,
        };
        word.letters.push(Letter { char: char.1, quoted: true, column: char.0 });
    }
}

/// A name as it stands in a canonical line: bare when that means the same, else in quotes.
pub fn quote(name: &str) -> String {
    let plain = |char: char| !char.is_whitespace() && !char.is_control() && !"#\"\\=<>!,:$".contains(char);
    if !name.is_empty() && name.chars().all(plain) {
        return name.to_owned();
    }
    let mut text = String::from('"');
    for char in name.chars() {
        match char {
            '"' | '\\' => text.extend(['\\', char]),
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            '\r' => text.push_str("\\r"),
            _ => text.push(char),
        }
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_end_at_spaces_and_quotes_hold_them_together() {
        let tokens = tokens(r#"load "my topic" file="a b".txt  # why "not"#, 1).expect("closed quotes");
        let words: Vec<(String, u32)> = tokens.words.iter().map(|w| (w.text(), w.column)).collect();
        let expected = [("load", 1), ("my topic", 6), ("file=a b.txt", 17)].map(|(w, c)| (w.to_owned(), c));
        assert_eq!(words, expected);
        assert_eq!(tokens.comment.as_deref(), Some("why \"not"));
    }

    #[test]
    fn columns_count_characters_and_marks_in_quotes_mean_nothing() {
        let tokens = tokens("größe topics=\"a,b\",c", 1).expect("closed quotes");
        let (key, list) = tokens.words[1].split_once('=').expect("an equals sign");
        assert_eq!((key.text().as_str(), list.column), ("topics", 14));
        let parts: Vec<(String, u32)> = list.split(',').iter().map(|w| (w.text(), w.column)).collect();
        assert_eq!(parts, [("a,b".to_owned(), 14), ("c".to_owned(), 20)]);
    }

    #[test]
    fn a_quote_that_is_never_closed_is_named_where_it_opens() {
        let error = tokens("kill \"c1", 3).expect_err("an open quote");
        assert_eq!((error.line, error.column), (3, 6));
    }

    #[test]
    fn a_quoted_name_reads_as_itself() {
        for name in ["c1", "", "a b", "a\"b\\c", "a=b", "#x", "tab\tline\n", "größe", "t:0", "$x"] {
            let tokens = tokens(&quote(name), 1).expect("what was quoted");
            assert_eq!(tokens.words.len(), 1, "{name}");
            assert_eq!(tokens.words[0].text(), name);
        }
    }
}
