//! Running other programs, and saying so.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// Done, or a sentence that says what went wrong and what to do.
pub type Done = Result<(), String>;

/// The project's root: the folder above this package.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the project").to_path_buf()
}

/// Cargo itself, the one that runs us.
pub fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root());
    cargo
}

/// Says why a program runs, then what runs; runs it to its end.
pub fn run(why: &str, command: &mut Command) -> Done {
    println!("==> {why}\n    {}", line(command));
    let start = Instant::now();
    let status = command.status().map_err(|error| format!("{}: {error}", line(command)))?;
    println!("    {:.1} s", start.elapsed().as_secs_f64());
    if status.success() { Ok(()) } else { Err(format!("{why}: failed ({status})\n    {}", line(command))) }
}

/// Says why a program runs, then turns into it, so that whoever ends us ends it.
#[cfg(unix)]
pub fn become_it(why: &str, command: &mut Command) -> Done {
    use std::os::unix::process::CommandExt;
    println!("==> {why}\n    {}", line(command));
    Err(format!("{}: {}", line(command), command.exec()))
}

/// Runs it: elsewhere a process cannot turn into another.
#[cfg(not(unix))]
pub fn become_it(why: &str, command: &mut Command) -> Done {
    run(why, command)
}

/// What a program prints on standard output; nothing when it is missing or fails.
pub fn output(command: &mut Command) -> Option<String> {
    let out = command.stderr(Stdio::null()).output().ok()?;
    out.status.success().then(|| String::from_utf8_lossy(&out.stdout).trim().to_string())
}

/// Where a program is on the PATH.
pub fn which(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// The PATH with folders in front.
pub fn path_with(folders: &[PathBuf]) -> std::ffi::OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let all = folders.iter().cloned().chain(std::env::split_paths(&path));
    std::env::join_paths(all).expect("a folder of the cache has no colon in its name")
}

/// The command as a person would type it.
fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    words.join(" ")
}
