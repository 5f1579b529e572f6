//! `cargo xtask test`: every test there is.

use crate::options::Options;
use crate::shell::{Done, cargo, root, run};
use crate::tools::{WASM, WASM_BINDGEN, need_wasm_target};
use crate::{build, chrome, fuzz, node, tools};
use std::process::Command;

type Step = fn(&Options) -> Done;

const STEPS: [(&str, Step); 7] = [
    ("native tests", native),
    ("the page's own functions, natively", page_natively),
    ("the library for wasm32, without and with the page", for_wasm),
    ("tests in the browser", in_browser),
    ("the cut of the page's wasm", cut),
    ("journeys through the built page", journeys),
    ("the long fuzzing, when asked for", fuzz::long),
];

/// Runs every step even when one fails, then says which failed.
pub fn test(options: &Options) -> Done {
    need_wasm_target()?;
    let mut failed = Vec::new();
    for (name, step) in STEPS {
        if let Err(reason) = step(options) {
            eprintln!("{reason}");
            failed.push(name);
        }
    }
    if failed.is_empty() {
        println!("==> every step passed: {}", STEPS.map(|(name, _)| name).join(", "));
        return Ok(());
    }
    Err(format!("failed: {}", failed.join(", ")))
}

fn native(options: &Options) -> Done {
    let mut test = cargo();
    test.args(["test", "--workspace", "--no-default-features"]);
    test.args(&options.filter);
    long(&mut test, options);
    run("native tests, without the page", &mut test)
}

/// What the page computes for its pictures needs no browser.
fn page_natively(options: &Options) -> Done {
    let mut test = cargo();
    test.args(["test", "--lib", "--", options.filter.as_deref().unwrap_or("ui::")]);
    run("tests of the page that need no browser", &mut test)
}

fn for_wasm(_: &Options) -> Done {
    let library = ["build", "--lib", "--target", WASM];
    run("the library builds for wasm32 alone", cargo().args(library).arg("--no-default-features"))?;
    run("the library builds for wasm32 with the page", cargo().args(library))
}

fn in_browser(options: &Options) -> Done {
    let bindgen = WASM_BINDGEN.need()?;
    let (_, driver) = chrome::need()?;
    let mut test = cargo();
    test.args(["test", "--target", WASM, "--test", "browser"]);
    test.args(&options.filter);
    test.env(
        "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
        bindgen.with_file_name("wasm-bindgen-test-runner"),
    );
    test.env("CHROMEDRIVER", driver).env("WASM_BINDGEN_TEST_TIMEOUT", "120");
    long(&mut test, options);
    run("tests in headless Chrome", &mut test)
}

fn cut(options: &Options) -> Done {
    if options.filter.as_ref().is_some_and(|filter| !"outline".contains(filter.as_str())) {
        return Ok(());
    }
    node::need(&[&node::BINARYEN])?;
    let mut test = Command::new("node");
    test.current_dir(root()).args(["--test", "xtask/split/"]);
    test.env("REJOIN_NODE_MODULES", node::folder().join("node_modules"));
    run("tests of the cut of the page's wasm", &mut test)
}

fn journeys(options: &Options) -> Done {
    if let Some(filter) = &options.filter
        && !journeys_named(filter)
    {
        println!("==> no journey is called like `{filter}`");
        return Ok(());
    }
    node::need(&[&node::PLAYWRIGHT])?;
    let (chrome, _) = chrome::need()?;
    let light = build::page()?;
    run(
        "the journeys compare with the command line",
        cargo().args(["build", "--bin", "rejoin", "--no-default-features"]),
    )?;
    let mut walk = Command::new("node");
    walk.current_dir(root()).arg("tests/journeys/run.mjs").args(&options.filter);
    walk.env("REJOIN_NODE_MODULES", node::folder().join("node_modules"));
    walk.env("REJOIN_BIN", tools::target().join("debug/rejoin")).env("CHROME", chrome);
    run("journeys through the built page", &mut walk)?;
    light
}

/// Whether a journey's file speaks of `filter`: then the page is worth building.
fn journeys_named(filter: &str) -> bool {
    let entries = std::fs::read_dir(root().join("tests/journeys")).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    let mut journeys = paths.filter(|path| path.to_string_lossy().ends_with(".journey.mjs"));
    journeys.any(|path| {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        path.to_string_lossy().contains(filter)
            || text.lines().any(|line| line.contains("const name") && line.contains(filter))
    })
}

fn long(command: &mut Command, options: &Options) {
    if options.long {
        command.env("REJOIN_LONG", "1");
    }
}
