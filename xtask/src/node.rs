//! Node, and the packages that npm installs, pinned, in the same cache.

use crate::shell::{Done, output, run, which};
use crate::tools::cache;
use std::path::PathBuf;
use std::process::Command;

/// A package of npm.
pub struct Package {
    name: &'static str,
    version: &'static str,
    why: &'static str,
}

/// `wasm-opt`: makes the built page smaller and faster.
pub const BINARYEN: Package =
    Package { name: "binaryen", version: "132.0.0", why: "wasm-opt makes the page's wasm smaller" };

/// Drives a browser that is already installed; brings none itself.
pub const PLAYWRIGHT: Package =
    Package { name: "playwright-core", version: "1.60.0", why: "the journeys drive a real browser" };

/// The folder with `node_modules`.
pub fn folder() -> PathBuf {
    cache().join("node")
}

/// The folder of the packages' programs.
pub fn bin() -> PathBuf {
    folder().join("node_modules").join(".bin")
}

/// Sees to it that Node is here.
pub fn need_node() -> Done {
    if which("node").is_some() && which("npm").is_some() {
        return Ok(());
    }
    crate::chrome::apt_install("Node runs wasm-opt and the journeys", &["nodejs", "npm"])
        .map_err(|_| "Node 18 or newer and npm are missing: see https://nodejs.org".to_string())
}

/// Sees to it that these packages are in the cache.
pub fn need(packages: &[&Package]) -> Done {
    need_node()?;
    let missing: Vec<_> = packages.iter().filter(|package| !package.is_here()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let why: Vec<_> = missing.iter().map(|package| package.why).collect();
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--save-exact", "--prefix"])
        .arg(folder());
    npm.args(missing.iter().map(|package| format!("{}@{}", package.name, package.version)));
    std::fs::create_dir_all(folder()).map_err(|error| format!("{}: {error}", folder().display()))?;
    run(&why.join("; "), &mut npm)
}

impl Package {
    fn is_here(&self) -> bool {
        let manifest = folder().join("node_modules").join(self.name).join("package.json");
        let text = std::fs::read_to_string(manifest).unwrap_or_default();
        text.contains(&format!("\"version\": \"{}\"", self.version))
    }
}

/// What a short script prints.
pub fn script(text: &str, arguments: &[&std::path::Path]) -> Result<String, String> {
    output(Command::new("node").arg("-e").arg(text).args(arguments))
        .ok_or_else(|| "node -e failed".to_string())
}
