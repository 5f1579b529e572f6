//! `cargo xtask fuzz`: the seven readers of what comes from outside, fed without end.

use crate::options::Options;
use crate::shell::{Done, cargo, run};

/// Inputs of each target in a long test.
const LONG: &str = "1000000";

/// Runs the fuzzer with the words that follow.
pub fn fuzz(options: &Options) -> Done {
    let mut fuzz = cargo();
    fuzz.args(["run", "--quiet", "--profile", "fuzz", "--package", "fuzz", "--"]).args(&options.fuzz);
    run("readers of what comes from outside, fuzzed", &mut fuzz)
}

/// The long test of all targets.
pub fn long(options: &Options) -> Done {
    if !options.long {
        return Ok(());
    }
    let mut fuzz = cargo();
    fuzz.args(["run", "--quiet", "--profile", "fuzz", "--package", "fuzz", "--", "--inputs", LONG]);
    run("readers of what comes from outside, fuzzed for long", &mut fuzz)
}
