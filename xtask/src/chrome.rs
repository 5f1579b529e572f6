//! The browser that the tests run in, and its driver.

use crate::shell::{Done, output, run, which};
use std::path::PathBuf;
use std::process::Command;

const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const ON_A_MAC: &str = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

/// The browser and its driver: from `CHROME` and `CHROMEDRIVER`, the PATH, or installed now by apt-get.
pub fn need() -> Result<(PathBuf, PathBuf), String> {
    if let Some(found) = find() {
        return Ok(found);
    }
    apt_install("the tests run in a real browser", &["chromium", "chromium-driver"])?;
    find().ok_or_else(|| {
        "apt-get installed no browser that runs: install Chrome and chromedriver, then set CHROME and CHROMEDRIVER".into()
    })
}

fn find() -> Option<(PathBuf, PathBuf)> {
    let named = |name| std::env::var_os(name).map(PathBuf::from).filter(|file| file.is_file());
    let on_a_mac = || Some(PathBuf::from(ON_A_MAC)).filter(|file| file.is_file());
    let chrome = named("CHROME").or_else(|| BROWSERS.into_iter().find_map(which)).or_else(on_a_mac)?;
    let driver = named("CHROMEDRIVER").or_else(|| which("chromedriver"))?;
    Some((chrome, driver))
}

/// Installs packages of Debian or Ubuntu when we are root there; else says what to type.
pub fn apt_install(why: &str, packages: &[&str]) -> Done {
    let by_hand = format!("{why}: install them with `sudo apt-get install -y {}`", packages.join(" "));
    if which("apt-get").is_none() {
        return Err(format!(
            "{why}: {} not found (any Chrome with its chromedriver will do)",
            packages.join(", ")
        ));
    }
    if output(Command::new("id").arg("-u")).as_deref() != Some("0") {
        return Err(by_hand);
    }
    run(why, apt_get().arg("update"))?;
    run(why, apt_get().args(["install", "-y", "--no-install-recommends"]).args(packages))
}

fn apt_get() -> Command {
    let mut apt_get = Command::new("apt-get");
    apt_get.arg("-q").env("DEBIAN_FRONTEND", "noninteractive");
    apt_get
}
