//! Registries equal their folders: what is written is offered, and what is offered is written.

use crate::source::{root, tree};
use std::collections::BTreeSet;
use syn::visit::{self, Visit};

/// The folders with a registry: `const ALL: &[Type]` in its `mod.rs`; members are the files that declare a `Type`.
const FOLDERS: [&str; 5] =
    ["src/assign", "src/backup", "src/sim/check", "src/sim/fault", "src/story/command"];

/// Files below `src` and `xtask/src` that no `mod` names: nobody compiles them.
pub fn orphans() -> Vec<String> {
    let files = tree(&["src", "xtask/src", "fuzz/src"], "rs");
    files.iter().filter_map(|(path, _)| orphan(path, &|parent| text_of(&files, parent))).collect()
}

fn text_of(files: &[(String, String)], path: &str) -> Option<String> {
    files.iter().find(|(name, _)| name == path).map(|(_, text)| text.clone())
}

/// Says when no file above `path` has a `mod` for it.
fn orphan(path: &str, read: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let (folder, file) = path.rsplit_once('/')?;
    let (folder, name) = match file.trim_end_matches(".rs") {
        "lib" | "main" => return None,
        "mod" => folder.rsplit_once('/')?,
        name => (folder, name),
    };
    if folder.ends_with("/bin") {
        return None;
    }
    let above = [
        format!("{folder}/mod.rs"),
        format!("{folder}.rs"),
        format!("{folder}/lib.rs"),
        format!("{folder}/main.rs"),
    ];
    let named = above.iter().filter_map(|parent| read(parent)).any(|text| declares(&text, name));
    (!named).then(|| path.to_string())
}

fn declares(text: &str, name: &str) -> bool {
    let file = syn::parse_file(text).expect("Rust");
    file.items.iter().any(|item| matches!(item, syn::Item::Mod(module) if module.ident == name))
}

/// Where a registry and its folder differ.
pub fn differences() -> Vec<String> {
    let mut found: Vec<String> = FOLDERS.iter().flat_map(|folder| folder_differs(folder)).collect();
    found.extend(commands_differ());
    found.extend(library_differs());
    found
}

fn folder_differs(folder: &str) -> Vec<String> {
    let files = tree(&[folder], "rs");
    let above = text_of(&files, &format!("{folder}/mod.rs")).unwrap_or_default();
    let Some(registry) = registry(&above, "ALL") else { return vec![format!("{folder}/mod.rs: no ALL")] };
    let written: BTreeSet<String> = files
        .iter()
        .filter(|(path, text)| *path != format!("{folder}/mod.rs") && holds(text, &registry.of))
        .map(|(path, _)| path[folder.len() + 1..].split(['/', '.']).next().unwrap_or_default().to_string())
        .collect();
    differ(folder, &written, &registry.members)
}

/// Every command is a file, a line of `ALL` and a variant of `Command`.
fn commands_differ() -> Vec<String> {
    let folder = "src/story/command";
    let files = tree(&[folder], "rs");
    let above = text_of(&files, &format!("{folder}/mod.rs")).unwrap_or_default();
    let stems = files.iter().map(|(path, _)| path[folder.len() + 1..].split(['/', '.']).next().unwrap_or(""));
    let written: BTreeSet<_> = stems.filter(|stem| *stem != "mod").map(String::from).collect();
    let variants: BTreeSet<_> = variants(&above, "Command").iter().map(|name| snake(name)).collect();
    differ("src/story/command: Command", &written, &variants)
}

/// Every story of the folder is in the library, and the other way round.
fn library_differs() -> Vec<String> {
    let folder = root().join("static/stories");
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let written: BTreeSet<_> = names.filter(|name| name.ends_with(".story")).collect();
    let sources = tree(&["src/story"], "rs");
    let offered: BTreeSet<_> = sources
        .iter()
        .filter_map(|(_, text)| registry(text, "LIBRARY"))
        .flat_map(|found| found.files)
        .collect();
    differ("static/stories: LIBRARY", &written, &offered)
}

fn differ(place: &str, written: &BTreeSet<String>, offered: &BTreeSet<String>) -> Vec<String> {
    let missing =
        written.difference(offered).map(|name| format!("{place}: {name} is written, not registered"));
    let empty = offered.difference(written).map(|name| format!("{place}: {name} is registered, not written"));
    missing.chain(empty).collect()
}

/// What a `const NAME: &[Type] = &[…]` says.
struct Registry {
    /// The name of `Type`.
    of: String,
    /// The first word of each element's path: `range::RANGE` gives `range`.
    members: BTreeSet<String>,
    /// The last part of every string in it that ends in `.story`.
    files: BTreeSet<String>,
}

fn registry(text: &str, name: &str) -> Option<Registry> {
    let file = syn::parse_file(text).expect("Rust");
    let item = file.items.iter().find_map(|item| match item {
        syn::Item::Const(item) if item.ident == name => Some(item),
        _ => None,
    })?;
    let mut words = Words::default();
    words.visit_expr(&item.expr);
    let mut of = Words::default();
    of.visit_type(&item.ty);
    Some(Registry {
        of: of.lasts.last().cloned().unwrap_or_default(),
        members: words.firsts,
        files: words.files,
    })
}

/// Whether a constant or a static of this type is declared.
fn holds(text: &str, of: &str) -> bool {
    let file = syn::parse_file(text).expect("Rust");
    file.items.iter().any(|item| {
        let ty = match item {
            syn::Item::Const(item) => &item.ty,
            syn::Item::Static(item) => &item.ty,
            _ => return false,
        };
        matches!(&**ty, syn::Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == of))
    })
}

fn variants(text: &str, name: &str) -> Vec<String> {
    let file = syn::parse_file(text).expect("Rust");
    let found = file.items.iter().find_map(|item| match item {
        syn::Item::Enum(item) if item.ident == name => Some(item),
        _ => None,
    });
    found.into_iter().flat_map(|item| &item.variants).map(|variant| variant.ident.to_string()).collect()
}

fn snake(name: &str) -> String {
    let mut out = String::new();
    for (i, letter) in name.chars().enumerate() {
        if letter.is_uppercase() && i > 0 {
            out.push('_');
        }
        out.extend(letter.to_lowercase());
    }
    out
}

#[derive(Default)]
struct Words {
    firsts: BTreeSet<String>,
    lasts: Vec<String>,
    files: BTreeSet<String>,
}

impl<'ast> Visit<'ast> for Words {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.segments.len() > 1 {
            self.firsts.insert(path.segments[0].ident.to_string());
        }
        self.lasts.extend(path.segments.last().map(|last| last.ident.to_string()));
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        // `include_str!("…/name.story")`
        if let Ok(text) = item.parse_body::<syn::LitStr>() {
            self.string(&text.value());
        }
    }

    fn visit_lit_str(&mut self, text: &'ast syn::LitStr) {
        self.string(&text.value());
    }
}

impl Words {
    fn string(&mut self, text: &str) {
        if text.ends_with(".story") {
            self.files.extend(text.rsplit('/').next().map(String::from));
        }
    }
}

#[test]
fn a_file_without_a_mod_is_found() {
    let tree = |path: &str| match path {
        "src/lib.rs" => Some("pub mod log; mod a { }".to_string()),
        "src/log/mod.rs" => Some("mod batch; // mod segment;".to_string()),
        _ => None,
    };
    for (path, lost) in [
        ("src/log/mod.rs", false),
        ("src/log/batch.rs", false),
        ("src/log/batch/mod.rs", false),
        ("src/log/segment.rs", true),
        ("src/sim/mod.rs", true),
        ("src/log/batch/codec.rs", true),
        ("src/lib.rs", false),
        ("src/bin/rejoin.rs", false),
    ] {
        assert_eq!(orphan(path, &tree).is_some(), lost, "{path}");
    }
}

#[test]
fn a_registry_says_its_members_its_type_and_its_files() {
    let all = registry("pub const ALL: &[Assignor] = &[range::RANGE, uniform::sticky::U];", "ALL").unwrap();
    assert_eq!(all.members, ["range", "uniform"].map(String::from).into());
    assert_eq!(all.of, "Assignor");
    assert!(holds("pub const RANGE: Assignor = Assignor { };", &all.of));
    assert!(!holds("pub const RANGE: Kind = Kind { };", &all.of));
    let stories = "const LIBRARY: &[Entry] = &[Entry { name: \"A\", text: include_str!(\"../../static/stories/a.story\") }];";
    assert_eq!(registry(stories, "LIBRARY").unwrap().files, ["a.story".to_string()].into());
    assert_eq!(variants("enum Command { Kill(Kill), AddTopic { a: u8 } }", "Command"), ["Kill", "AddTopic"]);
    assert_eq!(snake("AddTopic"), "add_topic");
}

#[test]
fn a_difference_is_told_from_both_sides() {
    let set = |names: &[&str]| names.iter().map(|name| name.to_string()).collect();
    assert_eq!(differ("x", &set(&["a", "b"]), &set(&["a", "b"])), Vec::<String>::new());
    assert_eq!(differ("x", &set(&["a", "b"]), &set(&["b"])), ["x: a is written, not registered"]);
    assert_eq!(differ("x", &set(&["b"]), &set(&["b", "c"])), ["x: c is registered, not written"]);
}
