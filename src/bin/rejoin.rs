//! The command line: a thin shell over the library.

use rejoin::base::lines::LineError;
use std::io::{BufWriter, stdin, stdout};
use std::process::ExitCode;

fn main() -> ExitCode {
    let command = std::env::args().nth(1).unwrap_or_default();
    let (input, output) = (stdin().lock(), BufWriter::new(stdout().lock()));
    let result = match command.as_str() {
        "assign" => rejoin::assign::wire::answer(input, output),
        "coordinate" => rejoin::group::wire::coordinate(input, output),
        other => Err(LineError::Line { line: 0, reason: format!("unknown command {other:?}") }),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("rejoin {command}: {error}");
            ExitCode::from(2)
        }
    }
}
