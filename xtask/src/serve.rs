//! `cargo xtask serve`: the page on 127.0.0.1, built again whenever a source changes.

use crate::options::Options;
use crate::shell::{Done, become_it, cargo, path_with, root, run};
use crate::{node, tools};
use std::process::Command;

/// Runs until it is interrupted.
pub fn serve(options: &Options) -> Done {
    let address = format!("127.0.0.1:{}", options.port);
    std::net::TcpListener::bind(&address)
        .map_err(|error| format!("{address}: {error}; take another port with --port N"))?;
    let profile: &[&str] = if options.release { &["--profile", "page"] } else { &[] };
    let mut trunk = trunk(options.release, profile)?;
    // A folder of its own: `dist/` keeps what `cargo xtask build` made.
    trunk.arg("serve").args(["--dist", "target/serve"]);
    trunk.args([
        "--address",
        "127.0.0.1",
        "--disable-address-lookup",
        "true",
        "--port",
        &options.port.to_string(),
    ]);
    if options.release {
        trunk.args(["--release", "--cargo-profile", "page"]);
    }
    std::fs::create_dir_all(root().join("target")).map_err(|error| format!("target: {error}"))?;
    println!("    Rejoin will be at http://{address}/ (end with Ctrl-C)");
    become_it("building the page, then serving it", &mut trunk)
}

/// Trunk with all that it needs on its PATH, so that it downloads nothing. `profile` is what Cargo is told for the page.
pub fn trunk(optimised: bool, profile: &[&str]) -> Result<Command, String> {
    tools::need_wasm_target()?;
    // Trunk takes minutes to build, and its last crate keeps one core busy: all else is made beside it.
    let trunk = tools::TRUNK.need_beside(|in_time| {
        let bindgen = tools::WASM_BINDGEN.need()?;
        if optimised {
            node::need(&[&node::BINARYEN])?;
        }
        // Trunk runs Cargo offline, as it runs itself.
        let fetch = ["fetch", "--locked", "--quiet"];
        run("the crates of Cargo.lock are downloaded unless they are here", cargo().args(fetch))?;
        if in_time {
            let build = ["build", "--locked", "--offline", "--bin", "page", "--target", tools::WASM];
            run("the page is compiled while Trunk is built", cargo().args(build).args(profile))?;
        }
        Ok(bindgen)
    });
    let (trunk, bindgen) = trunk?;
    let bindgen = bindgen.parent().map(|folder| folder.to_path_buf()).unwrap_or_else(tools::bin);
    let mut command = Command::new(trunk);
    // Trunk 0.21 refuses NO_COLOR=1: it wants `true` there.
    command.current_dir(root()).env("PATH", path_with(&[bindgen, node::bin()])).env_remove("NO_COLOR");
    // A backtrace through Trunk says nothing about the page.
    command.env_remove("RUST_BACKTRACE");
    Ok(command)
}
