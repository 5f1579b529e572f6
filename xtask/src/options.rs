//! What follows the command's name.

/// The options of all commands; each reads those that concern it.
#[derive(Debug, PartialEq, Eq)]
pub struct Options {
    /// Where `serve` listens.
    pub port: u16,
    /// Whether `serve` optimises the page.
    pub release: bool,
    /// Whether `test` draws more seeds (`REJOIN_LONG=1` for the tests).
    pub long: bool,
    /// Which tests run: those whose name contains it.
    pub filter: Option<String>,
    /// What follows `fuzz`, as it stands: the fuzzer reads it itself.
    pub fuzz: Vec<String>,
}

impl Options {
    /// Reads the words after the command; refuses a word that it does not know.
    pub fn parse(words: impl Iterator<Item = String>) -> Result<Options, String> {
        let mut options = Options { port: 8080, release: false, long: false, filter: None, fuzz: Vec::new() };
        let mut words = words;
        while let Some(word) = words.next() {
            match word.as_str() {
                "--port" => {
                    let port = words.next().ok_or("--port wants a number")?;
                    options.port =
                        port.parse().map_err(|_| format!("--port wants 1 to 65535, not `{port}`"))?;
                }
                "--target" | "--inputs" | "--seed" | "--from" => {
                    let value = words.next().ok_or_else(|| format!("{word} wants a value"))?;
                    options.fuzz.extend([word, value]);
                }
                "--release" => options.release = true,
                "--long" => options.long = true,
                flag if flag.starts_with('-') => return Err(format!("there is no option `{flag}`")),
                _ if options.filter.is_some() => return Err(format!("one filter only, then `{word}`")),
                _ => options.filter = Some(word),
            }
        }
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    use super::Options;

    fn parse(line: &str) -> Result<Options, String> {
        Options::parse(line.split_whitespace().map(String::from))
    }

    #[test]
    fn options_are_read_in_any_order() {
        let read = parse("--long kill --port 9000").unwrap();
        assert_eq!(
            read,
            Options { filter: Some("kill".into()), port: 9000, release: false, long: true, fuzz: Vec::new() }
        );
    }

    #[test]
    fn an_unknown_option_a_bad_port_and_a_second_filter_are_refused() {
        assert_eq!(parse("--target zip --inputs 5").unwrap().fuzz, ["--target", "zip", "--inputs", "5"]);
        for line in ["--prot 9000", "--inputs", "--port", "--port x", "--port 70000", "kill close"] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
