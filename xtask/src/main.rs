//! The project's commands: `cargo xtask serve`, `test`, `build`, `check`, `fuzz`.
//!
//! Each installs what it needs and does not find, pinned, into a cache of its own, and says which step runs and why.
//! Where it may not install something it says in one line what to type.

mod build;
mod check;
mod chrome;
mod fuzz;
mod node;
mod options;
mod policy;
mod serve;
mod shell;
mod test;
mod tools;

use options::Options;
use std::process::ExitCode;

const HELP: &str = "\
cargo xtask serve [--port N] [--release]   build the page, serve it on 127.0.0.1, rebuild on change
cargo xtask test [--long] [FILTER]         every test: native, wasm32, in the browser, journeys through the built page
cargo xtask build                          the optimised page in dist/, for any static server and any sub-folder
cargo xtask check                          format, clippy, tidy, documentation
cargo xtask fuzz [--target T] [--inputs N] [--seed S] [--from I]
                                           what comes from outside, mutated; without --target all seven readers

Tools that are missing are installed into $REJOIN_CACHE, else ~/.cache/rejoin.";

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let command = words.next().unwrap_or_default();
    let done = Options::parse(words).and_then(|options| match command.as_str() {
        "serve" => serve::serve(&options),
        "test" => test::test(&options),
        "build" => build::build(),
        "check" => check::check(),
        "fuzz" => fuzz::fuzz(&options),
        "" | "help" | "--help" | "-h" => {
            println!("{HELP}");
            Ok(())
        }
        other => Err(format!("there is no command `{other}`\n{HELP}")),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("xtask: {reason}");
            ExitCode::FAILURE
        }
    }
}
