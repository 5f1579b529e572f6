//! The tower: who may use whom.

use crate::source::Source;
use proc_macro2::{Span, TokenStream, TokenTree};
use syn::visit::{self, Visit};

/// The layers from the ground, and the paths below the crate that each may use.
const TOWER: [(&str, &[&str]); 11] = [
    ("base", &[]),
    ("log", &["base"]),
    ("assign", &["base"]),
    ("group", &["base", "assign"]),
    ("backup", &["base", "log", "group::record"]),
    ("sim", &["base", "log", "assign", "group", "backup"]),
    ("measure", &["base", "log", "assign", "group", "backup", "sim"]),
    ("story", &["base", "log", "assign", "group", "backup", "sim", "measure"]),
    ("terminal", &["base", "log", "assign", "group", "backup", "sim", "measure", "story"]),
    ("session", &["base", "log", "assign", "group", "backup", "sim", "measure", "story", "terminal"]),
    ("ui", &["base", "session"]),
];

/// The crates that know a browser, or JavaScript.
const OF_THE_WEB: [&str; 7] =
    ["yew", "gloo", "web_sys", "js_sys", "wasm_bindgen", "wasm_bindgen_futures", "serde_wasm_bindgen"];

/// Every path that leaves its layer for one that its row does not name, and every web crate below the page.
pub fn check(source: &Source) -> Vec<String> {
    let Some((layer, allowed)) = row(source) else { return Vec::new() };
    let mut paths = Paths { module: source.module(), inline: 0, found: Vec::new() };
    paths.visit_file(&source.file);
    let mut findings = Vec::new();
    for (path, span) in paths.found {
        let text = path.join("::");
        let first = path[0].as_str();
        let fits = |prefix: &&str| text == **prefix || text.starts_with(&format!("{prefix}::"));
        let outside = !TOWER.iter().any(|(name, _)| *name == first);
        let web = OF_THE_WEB.contains(&first) && !["ui", "page"].contains(&layer);
        if web || !(outside || first == layer || allowed.iter().any(fits)) {
            findings.push(format!("{}: {layer} uses {text}", source.at(span)));
        }
    }
    findings
}

/// The row of a file: a layer's, or that of one of the two programs.
fn row(source: &Source) -> Option<(&'static str, &'static [&'static str])> {
    match source.path.as_str() {
        "src/main.rs" => return Some(("page", &["ui"])),
        "src/bin/rejoin.rs" => return Some(("rejoin", TOWER[9].1)),
        _ => {}
    }
    let layer = source.layer()?;
    TOWER.iter().find(|(name, _)| *name == layer).copied()
}

/// Collects paths, resolved from the crate's root; those of other crates as they stand.
struct Paths {
    module: Vec<String>,
    /// How many `mod x { … }` we are inside.
    inline: u32,
    found: Vec<(Vec<String>, Span)>,
}

impl Paths {
    /// Puts down a path when it is one from the root or from another crate.
    fn take(&mut self, words: &[String], span: Span) {
        let mut here = self.module.clone();
        here.extend((0..self.inline).map(|_| "inline".to_string()));
        let mut rest = words;
        match words.first().map(String::as_str) {
            Some("crate" | "rejoin") => (here, rest) = (Vec::new(), &words[1..]),
            Some("self") => rest = &words[1..],
            Some("super") => {
                while rest.first().is_some_and(|word| word == "super") {
                    here.pop();
                    rest = &rest[1..];
                }
            }
            _ => here.clear(),
        }
        let relative =
            matches!(words.first().map(String::as_str), Some("crate" | "rejoin" | "self" | "super"));
        here.extend(rest.iter().cloned());
        let of_the_web = here.first().is_some_and(|first| OF_THE_WEB.contains(&first.as_str()));
        if !here.is_empty() && (relative || of_the_web) {
            self.found.push((here, span));
        }
    }

    fn take_use(&mut self, tree: &syn::UseTree, before: &mut Vec<String>) {
        match tree {
            syn::UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.take_use(&path.tree, before);
                before.pop();
            }
            syn::UseTree::Group(group) => group.items.iter().for_each(|item| self.take_use(item, before)),
            syn::UseTree::Name(name) => self.take_leaf(before, &name.ident),
            syn::UseTree::Rename(rename) => self.take_leaf(before, &rename.ident),
            syn::UseTree::Glob(glob) => self.take(before, glob.star_token.spans[0]),
        }
    }

    fn take_leaf(&mut self, before: &[String], ident: &proc_macro2::Ident) {
        let words: Vec<_> = before.iter().cloned().chain([ident.to_string()]).collect();
        self.take(&words, ident.span());
    }

    /// Paths inside a macro's tokens: words joined by `::`.
    fn take_tokens(&mut self, tokens: TokenStream) {
        let mut words: Vec<String> = Vec::new();
        let mut span = Span::call_site();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == ':' => {
                    colons += 1;
                    continue;
                }
                TokenTree::Ident(ident) if colons == 2 && !words.is_empty() => words.push(ident.to_string()),
                TokenTree::Ident(ident) => {
                    self.take_several(&words, span);
                    (words, span) = (vec![ident.to_string()], ident.span());
                }
                TokenTree::Group(group) => self.take_tokens(group.stream()),
                _ => {
                    self.take_several(&words, span);
                    words.clear();
                }
            }
            colons = 0;
        }
        self.take_several(&words, span);
    }

    /// A lone word in a macro is a name, not a path.
    fn take_several(&mut self, words: &[String], span: Span) {
        if words.len() > 1 {
            self.take(words, span);
        }
    }
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.inline += u32::from(item.content.is_some());
        visit::visit_item_mod(self, item);
        self.inline -= u32::from(item.content.is_some());
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.take_use(&item.tree, &mut Vec::new());
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let words: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if words.len() > 1 {
            self.take(&words, path.segments[0].ident.span());
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        self.visit_path(&item.path);
        self.take_tokens(item.tokens.clone());
    }
}

#[test]
fn an_arrow_that_points_up_is_found() {
    let good =
        "use crate::base::Time; use super::segment::Segment; use std::sync::Arc; fn f() { crate::log::g() }
        mod tests { use super::super::segment::X; fn f() { assert_eq!(crate::base::a(), super::b()); } }";
    let bad = [
        "use crate::group::Coordinator;",
        "use crate::{base::Time, sim::World};",
        "use crate::sim as world;",
        "use crate::sim::*;",
        "fn f() -> crate::sim::World { todo() }",
        "fn f() { crate::sim::g() }",
        "fn f(x: Vec<crate::sim::World>) {}",
        "use super::super::super::group::Coordinator;",
        "mod tests { use super::super::super::super::group::Coordinator; }",
        "mod tests { fn f() { assert_eq!(crate::sim::g(), 1); } }",
        "use rejoin::sim::World;",
        "use web_sys::Window;",
        "fn f() { js_sys::Date::now(); }",
    ];
    crate::tells_apart(check, "src/log/batch/codec.rs", good, &bad);
}

#[test]
fn a_row_may_name_a_part_of_a_layer_only() {
    let good = "use crate::group::record::Record; use crate::group::record;";
    let bad = ["use crate::group::Coordinator;", "use crate::group;", "use crate::group::records::X;"];
    crate::tells_apart(check, "src/backup/full.rs", good, &bad);
}

#[test]
fn the_page_knows_the_session_only() {
    let good = "use crate::session::Session; use yew::prelude::*; use crate::base::Time;";
    let bad = ["use crate::story::Command;", "fn f() { html! { <p>{ crate::sim::name() }</p> } }"];
    crate::tells_apart(check, "src/ui/app.rs", good, &bad);
    crate::tells_apart(check, "src/main.rs", "use rejoin::ui::App;", &["use rejoin::session::Session;"]);
    crate::tells_apart(check, "src/bin/rejoin.rs", "use rejoin::story::Story;", &["use rejoin::ui::App;"]);
}
