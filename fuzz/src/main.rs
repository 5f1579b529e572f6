//! `cargo xtask fuzz`: feeds the targets and says what breaks them.

use fuzz::corpus::Corpus;
use fuzz::{ALL, Target, holds, input};
use std::process::ExitCode;
use std::time::Instant;

/// Failures after which a target is given up.
const FAILURES_MAX: u32 = 5;

struct Wanted {
    target: Option<String>,
    inputs: u64,
    seed: u64,
    from: u64,
}

fn main() -> ExitCode {
    let wanted = match wanted(std::env::args().skip(1)) {
        Ok(wanted) => wanted,
        Err(why) => {
            eprintln!("fuzz: {why}");
            return ExitCode::from(2);
        }
    };
    let corpus = Corpus::load();
    let chosen = ALL.iter().filter(|target| wanted.target.as_ref().is_none_or(|name| name == target.name));
    let failed: u32 = chosen.map(|target| run(target, &corpus, &wanted)).sum();
    ExitCode::from(u8::from(failed > 0))
}

/// How many inputs broke the target.
fn run(target: &Target, corpus: &Corpus, wanted: &Wanted) -> u32 {
    let start = Instant::now();
    let (mut failed, mut sound, mut done) = (0, 0u64, 0u64);
    for number in wanted.from..wanted.from.saturating_add(wanted.inputs) {
        let bytes = input(target, corpus, wanted.seed, number);
        done += 1;
        match holds(target, &bytes) {
            Ok(taken) => sound += u64::from(taken),
            Err(why) => {
                println!(
                    "{}: seed {}, input {number}, {} bytes: {why}",
                    target.name,
                    wanted.seed,
                    bytes.len()
                );
                failed += 1;
                if failed >= FAILURES_MAX {
                    break;
                }
            }
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    println!("{}: {done} inputs, {sound} taken as sound, {failed} failed, {seconds:.1} s", target.name);
    failed
}

fn wanted(mut words: impl Iterator<Item = String>) -> Result<Wanted, String> {
    let mut wanted = Wanted { target: None, inputs: 100_000, seed: 1, from: 0 };
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
        let number = || value.parse().map_err(|_| format!("{word} wants a number, not {value}"));
        match word.as_str() {
            "--target" if ALL.iter().any(|target| target.name == value) => wanted.target = Some(value),
            "--target" => {
                let names: Vec<&str> = ALL.iter().map(|target| target.name).collect();
                return Err(format!("there is no target {value}, only {}", names.join(", ")));
            }
            "--inputs" => wanted.inputs = number()?,
            "--seed" => wanted.seed = number()?,
            "--from" => wanted.from = number()?,
            _ => return Err(format!("there is no option {word}: --target, --inputs, --seed, --from")),
        }
    }
    Ok(wanted)
}
