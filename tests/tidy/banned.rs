//! What the library never touches, because time, chance and storage come from outside, and because a run must be the
//! same everywhere.

use crate::source::{Source, is_for_tests};
use proc_macro2::{Span, TokenStream, TokenTree};
use syn::visit::{self, Visit};

/// Names that appear nowhere below the page, and what is wrong with them.
const NAMES: [(&str, &str); 8] = [
    ("HashMap", "its order differs from run to run: take a BTreeMap, a Vec, or the type with Java's order"),
    ("HashSet", "its order differs from run to run: take a BTreeSet or a Vec"),
    ("RandomState", "chance comes from the run's seed"),
    ("SystemTime", "time enters as an argument"),
    ("Instant", "time enters as an argument"),
    ("thread_local", "state belongs to the world"),
    ("Mutex", "the library is single-threaded"),
    ("OnceLock", "state belongs to the world"),
];

/// Modules of the standard library that only the programs and the tests use.
const MODULES: [&str; 5] = ["env", "fs", "net", "process", "thread"];

/// The layers whose types are state that a run hashes.
const OF_STATE: [&str; 6] = ["base", "log", "assign", "group", "backup", "sim"];

/// Types whose size or value depends on the machine.
const UNSURE: [&str; 4] = ["usize", "isize", "f32", "f64"];

/// Banned names and modules in layers 0 to 9, tests left out.
pub fn check(source: &Source) -> Vec<String> {
    if source.layer().is_none_or(|layer| layer == "ui") {
        return Vec::new();
    }
    let mut words = Words { source, found: Vec::new() };
    words.visit_file(&source.file);
    words.found
}

struct Words<'a> {
    source: &'a Source,
    found: Vec<String>,
}

impl Words<'_> {
    fn name(&mut self, word: &str, span: Span) {
        if let Some((name, why)) = NAMES.iter().find(|(name, _)| *name == word) {
            self.found.push(format!("{}: {name}: {why}", self.source.at(span)));
        }
    }

    fn module(&mut self, before: &str, word: &str, span: Span) {
        if before == "std" && MODULES.contains(&word) {
            self.found.push(format!("{}: std::{word} belongs to the programs", self.source.at(span)));
        }
    }

    fn take_use(&mut self, before: &str, tree: &syn::UseTree) {
        let mut leaf = |ident: &proc_macro2::Ident| {
            self.name(&ident.to_string(), ident.span());
            self.module(before, &ident.to_string(), ident.span());
        };
        match tree {
            syn::UseTree::Path(path) => {
                leaf(&path.ident);
                self.take_use(&path.ident.to_string(), &path.tree);
            }
            syn::UseTree::Group(group) => group.items.iter().for_each(|item| self.take_use(before, item)),
            syn::UseTree::Name(name) => leaf(&name.ident),
            syn::UseTree::Rename(rename) => leaf(&rename.ident),
            syn::UseTree::Glob(_) => {}
        }
    }

    fn take_tokens(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => self.name(&ident.to_string(), ident.span()),
                TokenTree::Group(group) => self.take_tokens(group.stream()),
                _ => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Words<'_> {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_for_tests(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.take_use("", &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let mut before = String::new();
        for segment in &path.segments {
            let word = segment.ident.to_string();
            self.name(&word, segment.ident.span());
            self.module(&before, &word, segment.ident.span());
            before = word;
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        self.visit_path(&item.path);
        self.take_tokens(item.tokens.clone());
    }
}

/// Fields of machine size or of floating point in the types of layers 0 to 5.
///
/// A type that borrows is a tool of one call, a reader say, and not state; a function that a field points to has its own
/// arguments; tests may hold what they like.
pub fn fields(source: &Source) -> Vec<String> {
    if !source.layer().is_some_and(|layer| OF_STATE.contains(&layer.as_str())) {
        return Vec::new();
    }
    let mut fields = Fields { source, owner: String::new(), found: Vec::new() };
    fields.visit_file(&source.file);
    fields.found
}

struct Fields<'a> {
    source: &'a Source,
    owner: String,
    found: Vec<String>,
}

impl<'ast> Visit<'ast> for Fields<'_> {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_for_tests(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        if item.generics.lifetimes().next().is_none() {
            self.owner = item.ident.to_string();
            self.visit_fields(&item.fields);
        }
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        if item.generics.lifetimes().next().is_none() {
            self.owner = item.ident.to_string();
            item.variants.iter().for_each(|variant| self.visit_fields(&variant.fields));
        }
    }

    fn visit_field(&mut self, field: &'ast syn::Field) {
        let mut types = Types { found: None };
        types.visit_type(&field.ty);
        if let Some((name, span)) = types.found {
            self.found.push(format!("{}: a field of {} holds {name}", self.source.at(span), self.owner));
        }
    }
}

struct Types {
    found: Option<(String, Span)>,
}

impl<'ast> Visit<'ast> for Types {
    fn visit_type_path(&mut self, path: &'ast syn::TypePath) {
        let last = path.path.segments.last().expect("a path has a segment");
        if UNSURE.contains(&last.ident.to_string().as_str()) {
            self.found = Some((last.ident.to_string(), last.ident.span()));
        }
        visit::visit_type_path(self, path);
    }

    fn visit_type_bare_fn(&mut self, _: &'ast syn::TypeBareFn) {}

    fn visit_parenthesized_generic_arguments(&mut self, _: &'ast syn::ParenthesizedGenericArguments) {}
}

#[test]
fn a_banned_name_is_found_wherever_it_stands() {
    let good = "use std::collections::BTreeMap; use std::io::Read; const MAX: usize = 1;
        #[cfg(test)] mod tests { use std::fs; fn f() { std::env::var(\"UPDATE\"); } }";
    let bad = [
        "use std::collections::HashMap;",
        "use std::collections::{BTreeMap, HashSet};",
        "fn f() -> std::collections::HashMap<u8, u8> { g() }",
        "fn f() { let now = std::time::Instant::now(); }",
        "fn f() { g(SystemTime::now()); }",
        "use std::fs;",
        "use std::{fs::File, io};",
        "fn f() { std::env::var(\"SEED\"); }",
        "fn f() { std::thread::spawn(g); }",
        "thread_local! { static A: u8 = 1; }",
        "fn f() { assert!(HashSet::new().is_empty()); }",
    ];
    crate::tells_apart(check, "src/sim/world.rs", good, &bad);
}

#[test]
fn a_field_that_differs_between_machines_is_found() {
    let good = "struct A { n: u64, bytes: [u8; 16], then: fn(usize) -> f64, call: Box<dyn Fn(usize)> }
        struct Reader<'a> { bytes: &'a [u8], at: usize }
        fn f(n: usize) -> f64 { n as f64 }
        #[cfg(test)] mod tests { struct T { at: usize } }";
    let bad = [
        "struct A { n: usize }",
        "struct A(f64);",
        "struct A { n: Vec<Option<usize>> }",
        "enum A { B { n: isize } }",
        "enum A { B(f32) }",
        "struct A { n: [usize; 3] }",
        "mod inside { struct A { n: usize } }",
    ];
    crate::tells_apart(fields, "src/group/timer.rs", good, &bad);
}
