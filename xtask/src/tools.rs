//! The tools that Cargo installs, pinned, in a cache of their own.

use crate::shell::{Done, cargo, output, run, which};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The target that the page is built for.
pub const WASM: &str = "wasm32-unknown-unknown";

/// A program that comes from a crate.
pub struct Tool {
    program: &'static str,
    package: &'static str,
    version: &'static str,
    features: &'static [&'static str],
    why: &'static str,
}

/// Builds and serves the page. Without its features it neither asks for new versions nor needs a TLS library.
pub const TRUNK: Tool = Tool {
    program: "trunk",
    package: "trunk",
    version: "0.21.14",
    features: &["--no-default-features"],
    why: "Trunk builds and serves the page",
};

/// Makes JavaScript for the page's wasm; runs the tests in the browser.
/// Its version must be that of the crate `wasm-bindgen` in `Cargo.toml`.
pub const WASM_BINDGEN: Tool = Tool {
    program: "wasm-bindgen",
    package: "wasm-bindgen-cli",
    version: "0.2.126",
    features: &[],
    why: "wasm-bindgen joins the page's wasm to JavaScript",
};

/// Where installed tools live: `$REJOIN_CACHE`, else `~/.cache/rejoin`.
pub fn cache() -> PathBuf {
    if let Some(folder) = std::env::var_os("REJOIN_CACHE") {
        return PathBuf::from(folder);
    }
    let home = std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE")).unwrap_or_default();
    PathBuf::from(home).join(".cache").join("rejoin")
}

/// The folder of the programs that Cargo installed.
pub fn bin() -> PathBuf {
    cache().join("tools").join("bin")
}

impl Tool {
    /// The program of the pinned version: from the cache, else from the PATH, else installed now.
    pub fn need(&self) -> Result<PathBuf, String> {
        self.here().map_or_else(|| self.install(), Ok)
    }

    /// The same, and what `other` makes, which hears whether it runs while this program is being built.
    pub fn need_beside<T: Send>(
        &self,
        other: impl FnOnce(bool) -> Result<T, String> + Send,
    ) -> Result<(PathBuf, T), String> {
        if let Some(found) = self.here() {
            return Ok((found, other(false)?));
        }
        std::thread::scope(|scope| {
            let beside = scope.spawn(|| other(true));
            let installed = self.install();
            let made = beside.join().map_err(|_| format!("what {} waits for panicked", self.program))?;
            Ok((installed?, made?))
        })
    }

    fn cached(&self) -> PathBuf {
        bin().join(self.program)
    }

    fn here(&self) -> Option<PathBuf> {
        let places = [Some(self.cached()), which(self.program)];
        places.into_iter().flatten().find(|place| self.is_at(place))
    }

    fn is_at(&self, place: &Path) -> bool {
        let version = output(Command::new(place).arg("--version").env_remove("NO_COLOR"));
        version.is_some_and(|text| text.split_whitespace().nth(1) == Some(self.version))
    }

    /// From source, in the debug profile and without debug symbols: several times faster than optimised, and fast
    /// enough in use.
    fn install(&self) -> Result<PathBuf, String> {
        let mut install = cargo();
        install
            .args(["install", "--debug", "--locked", "--force", "--version", self.version])
            .args(self.features)
            .arg("--root")
            .arg(cache().join("tools"))
            .arg(self.package)
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env_remove("CARGO_TARGET_DIR");
        run(&format!("{}: {} {} is not here yet", self.why, self.package, self.version), &mut install)?;
        let place = self.cached();
        if self.is_at(&place) {
            return Ok(place);
        }
        Err(format!("{} is not {} {}", place.display(), self.program, self.version))
    }
}

/// Sees to it that the compiler can build for the page.
pub fn need_wasm_target() -> Done {
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    let sysroot = output(rustc.args(["--print", "sysroot"]))
        .ok_or("rustc is not on the PATH: see https://rustup.rs")?;
    if PathBuf::from(sysroot).join("lib/rustlib").join(WASM).is_dir() {
        return Ok(());
    }
    if which("rustup").is_none() {
        return Err(format!(
            "this Rust has no {WASM}: install rustup (https://rustup.rs), then `rustup target add {WASM}`"
        ));
    }
    run("the page is built for WebAssembly", Command::new("rustup").args(["target", "add", WASM]))
}

/// Where Cargo puts what it builds.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| crate::shell::root().join("target"), PathBuf::from)
}
