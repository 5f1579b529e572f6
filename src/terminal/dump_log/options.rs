//! The options, read as `joptsimple` reads them.

use super::decoder::{Decoder, Plain};
use super::output::{Done, Stop, thrown};

/// What the tool says it is for.
pub const DESCRIPTION: &str = "This tool helps to parse a log file and dump its contents to the console, useful for \
                               debugging a seemingly corrupt log segment.";

/// The table of options that follows the description, and every usage error.
pub const TABLE: &str = include_str!("help.txt");

/// The release whose output this is.
pub const VERSION: &str = "4.3.1";

const OPTION: &str = "joptsimple";
const STRING_DECODER: &str = "org.apache.kafka.tools.api.StringDecoder";
const MAX_MESSAGE_SIZE: i32 = 5 * 1024 * 1024;

/// What an option takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Nothing,
    AValue,
    PerhapsAValue,
}

/// Every option but those of ours.
const ALL: [(&str, Takes); 17] = [
    ("cluster-metadata-decoder", Takes::Nothing),
    ("deep-iteration", Takes::Nothing),
    ("files", Takes::AValue),
    ("help", Takes::Nothing),
    ("index-sanity-check", Takes::Nothing),
    ("key-decoder-class", Takes::PerhapsAValue),
    ("max-bytes", Takes::AValue),
    ("max-message-size", Takes::AValue),
    ("offsets-decoder", Takes::Nothing),
    ("print-data-log", Takes::Nothing),
    ("remote-log-metadata-decoder", Takes::Nothing),
    ("share-group-state-decoder", Takes::Nothing),
    ("skip-record-metadata", Takes::Nothing),
    ("transaction-log-decoder", Takes::Nothing),
    ("value-decoder-class", Takes::PerhapsAValue),
    ("verify-index-only", Takes::Nothing),
    ("version", Takes::Nothing),
];

/// The options that decide on keys and values.
const DECODERS: [&str; 7] = [
    "offsets-decoder",
    "transaction-log-decoder",
    "cluster-metadata-decoder",
    "remote-log-metadata-decoder",
    "value-decoder-class",
    "key-decoder-class",
    "share-group-state-decoder",
];

/// The options of a call, each with its values.
#[derive(Debug, Default)]
pub struct Options {
    given: Vec<(&'static str, Option<String>)>,
}

impl Options {
    /// Reads the arguments. What is no option is passed over, as the tool does.
    pub fn parse(arguments: &[String]) -> Done<Options> {
        let mut options = Options::default();
        let mut rest = arguments.iter().peekable();
        while let Some(argument) = rest.next() {
            if argument == "--" {
                break;
            }
            let Some(text) = argument.strip_prefix("--").or_else(|| argument.strip_prefix('-')) else {
                continue;
            };
            if text.is_empty() {
                continue;
            }
            let (name, inline) = match text.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (text, None),
            };
            let Some(&(name, takes)) = ALL.iter().find(|(own, _)| *own == name) else {
                return Err(unrecognized(argument, name));
            };
            let value = match takes {
                Takes::Nothing => None,
                _ if inline.is_some() => inline,
                Takes::AValue => Some(rest.next().cloned().ok_or_else(|| {
                    thrown(
                        &format!("{OPTION}.OptionMissingRequiredArgumentException"),
                        format_args!("Option {name} requires an argument"),
                    )
                })?),
                Takes::PerhapsAValue => rest.next_if(|next| !looks_like_an_option(next)).cloned(),
            };
            options.given.push((name, value));
        }
        Ok(options)
    }

    /// Whether an option was given.
    pub fn has(&self, name: &str) -> bool {
        self.given.iter().any(|(own, _)| *own == name)
    }

    /// The one value of an option; none when it was not given, or without a value.
    fn value(&self, name: &str) -> Done<Option<&str>> {
        let mut values =
            self.given.iter().filter(|(own, _)| *own == name).filter_map(|(_, value)| value.as_deref());
        let value = values.next();
        if values.next().is_some() {
            return Err(thrown(
                &format!("{OPTION}.MultipleArgumentsForOptionException"),
                format_args!("Found multiple arguments for option {name}, but you asked for only one"),
            ));
        }
        Ok(value)
    }

    fn number(&self, name: &str, default: i32) -> Done<i32> {
        let Some(text) = self.value(name)? else { return Ok(default) };
        text.parse().map_err(|_| {
            thrown(
                &format!("{OPTION}.OptionArgumentConversionException"),
                format_args!("Cannot parse argument '{text}' of option {name}"),
            )
        })
    }

    /// The files, in the order given: parts between commas, without empty ones at the end.
    pub fn files(&self) -> Done<Vec<&str>> {
        let text = self.value("files")?.unwrap_or_default();
        let mut files: Vec<&str> = text.split(',').collect();
        while files.len() > 1 && files.last().is_some_and(|last| last.is_empty()) {
            files.pop();
        }
        // Of commas alone nothing is left.
        if !text.is_empty() && files == [""] { Ok(Vec::new()) } else { Ok(files) }
    }

    /// Keys and values are printed.
    pub fn prints_contents(&self) -> bool {
        self.has("print-data-log") || DECODERS.iter().any(|name| self.has(name))
    }

    /// Records are looked at.
    pub fn is_deep(&self) -> bool {
        self.has("deep-iteration") || self.prints_contents()
    }

    /// Only keys and values are printed of a record.
    pub fn skips_metadata(&self) -> bool {
        self.has("skip-record-metadata")
    }

    /// How much of a log is looked at.
    pub fn max_bytes(&self) -> Done<i32> {
        self.number("max-bytes", i32::MAX)
    }

    /// How much of a log is looked at for an entry of an index.
    pub fn max_message_size(&self) -> Done<i32> {
        self.number("max-message-size", MAX_MESSAGE_SIZE)
    }

    /// The reader of keys and values.
    pub fn decoder(&self) -> Done<Decoder> {
        if self.has("offsets-decoder") {
            return Ok(Decoder::offsets());
        }
        if self.has("transaction-log-decoder") {
            return Ok(Decoder::transactions());
        }
        if self.has("cluster-metadata-decoder") {
            return Ok(Decoder::metadata());
        }
        if self.has("remote-log-metadata-decoder") {
            return Ok(Decoder::Remote);
        }
        if self.has("share-group-state-decoder") {
            return Ok(Decoder::share());
        }
        let value = plain(self.value("value-decoder-class")?)?;
        Ok(Decoder::Plain { value, key: plain(self.value("key-decoder-class")?)? })
    }
}

fn unrecognized(argument: &str, name: &str) -> Stop {
    // After one dash every letter is an option of its own.
    let end = name.chars().next().map_or(0, char::len_utf8);
    let name = if argument.starts_with("--") { name } else { &name[..end] };
    thrown(
        &format!("{OPTION}.UnrecognizedOptionException"),
        format_args!("{name} is not a recognized option"),
    )
}

fn looks_like_an_option(argument: &str) -> bool {
    argument.len() > 1 && argument.starts_with('-')
}

fn plain(class: Option<&str>) -> Done<Plain> {
    let class = class.unwrap_or(STRING_DECODER);
    Plain::of_class(class).ok_or_else(|| match class {
        "org.apache.kafka.tools.api.DefaultDecoder" => {
            Stop::Refused(format!("{class} prints where an array lies in Java's memory: nothing that could be repeated"))
        }
        _ => Stop::Thrown(format!(
            "java.lang.RuntimeException: Failed to load decoder class\nCaused by: java.lang.ClassNotFoundException: \
             {class} (classes of Java cannot be run here; {STRING_DECODER}, IntegerDecoder and LongDecoder are known)"
        )),
    })
}
