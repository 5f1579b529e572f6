//! `cargo xtask check`: what needs no run: format, lints, the rules of the tower, documentation.

use crate::shell::{Done, cargo, run};
use crate::tools::{WASM, need_wasm_target};

/// Stops at the first step that fails: each takes a minute at most.
pub fn check() -> Done {
    need_wasm_target()?;
    run("format", cargo().args(["fmt", "--all", "--check"]))?;
    let native = ["clippy", "--workspace", "--all-targets", "--no-default-features"];
    run("lints, natively", cargo().args(native).args(["--", "-D", "warnings"]))?;
    let page = ["clippy", "--target", WASM, "--lib", "--bin", "page", "--test", "browser"];
    run("lints, for the page", cargo().args(page).args(["--", "-D", "warnings"]))?;
    run("the rules of the tower", cargo().args(["test", "--no-default-features", "--test", "tidy"]))?;
    let docs = ["doc", "--no-deps", "--lib", "--document-private-items", "--target", WASM];
    run("documentation: no broken link", cargo().args(docs).env("RUSTDOCFLAGS", "-D warnings"))
}
