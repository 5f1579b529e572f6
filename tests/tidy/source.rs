//! The tree as text and as Rust.

use std::path::{Path, PathBuf};

/// One file of Rust.
pub struct Source {
    /// From the root, with `/`.
    pub path: String,
    pub text: String,
    pub file: syn::File,
}

impl Source {
    /// Panics when the text is not Rust: then nothing else would build either.
    pub fn parse(path: &str, text: &str) -> Source {
        let file = syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"));
        Source { path: path.to_string(), text: text.to_string(), file }
    }

    /// The names of the modules down to this file: `src/log/batch/mod.rs` is `log`, `batch`.
    /// Empty for the root of a crate, and for what does not lie in `src`.
    pub fn module(&self) -> Vec<String> {
        let Some(below) = self.path.strip_prefix("src/") else { return Vec::new() };
        if below.starts_with("bin/") {
            return Vec::new();
        }
        let mut names: Vec<_> = below.trim_end_matches(".rs").split('/').map(String::from).collect();
        if names.last().is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str())) {
            names.pop();
        }
        names
    }

    /// The layer that the file belongs to; none for the roots of the crates, tests and tools.
    pub fn layer(&self) -> Option<String> {
        self.module().into_iter().next()
    }

    /// How a finding begins.
    pub fn at(&self, span: proc_macro2::Span) -> String {
        format!("{}:{}", self.path, span.start().line)
    }
}

/// The project's root.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The files with this extension (any: "") below these folders, sorted: path from the root, and text.
/// A file that is not UTF-8 is left out.
pub fn tree(folders: &[&str], extension: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for folder in folders {
        walk(&root().join(folder), extension, &mut found);
    }
    found.sort();
    found
}

fn walk(folder: &Path, extension: &str, found: &mut Vec<(String, String)>) {
    const NOT_OURS: [&str; 5] = [".git", "target", "dist", "node_modules", "shared"];
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if NOT_OURS.contains(&entry.file_name().to_string_lossy().as_ref()) {
            continue;
        }
        if path.is_dir() {
            walk(&path, extension, found);
        } else if extension.is_empty() || path.extension().is_some_and(|end| end == extension) {
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            let name = path.strip_prefix(root()).expect("below the root");
            found.push((name.to_string_lossy().replace('\\', "/"), text));
        }
    }
}

/// Whether an item carries `#[cfg(test)]`.
pub fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
    })
}

#[test]
fn a_file_knows_its_module() {
    for (path, module) in [
        ("src/log/batch/mod.rs", "log batch"),
        ("src/log/segment.rs", "log segment"),
        ("src/lib.rs", ""),
        ("src/bin/rejoin.rs", ""),
        ("tests/tidy/main.rs", ""),
    ] {
        assert_eq!(Source::parse(path, "").module().join(" "), module, "{path}");
    }
}
