//! The rules of the tree, checked by reading it: rules that matter are checked by a test, not remembered.
//!
//! A rule is a function from a source to its findings. Each has a test on the tree, and a test on small bad examples
//! that shows that it can fail.

mod arrows;
mod banned;
mod page;
mod registry;
mod size;
mod source;
mod words;

use source::{Source, tree};

/// Fails with every finding, one a line.
fn none(rule: &str, findings: Vec<String>) {
    assert!(findings.is_empty(), "{rule}:\n{}\n", findings.join("\n"));
}

/// The findings of a rule in all Rust sources.
fn everywhere(rule: fn(&Source) -> Vec<String>) -> Vec<String> {
    let sources = tree(&["src", "tests", "xtask/src", "fuzz/src", "benches"], "rs");
    assert!(sources.len() > 20, "the tree was not found");
    sources.iter().map(|(path, text)| Source::parse(path, text)).flat_map(|source| rule(&source)).collect()
}

#[test]
fn every_arrow_of_the_tower_points_down() {
    none("a layer uses only what its row allows", everywhere(arrows::check));
}

#[test]
fn files_and_functions_keep_their_bounds() {
    none("split it, or list it with a reason in tests/tidy/size.rs", everywhere(size::check));
    none("listed in tests/tidy/size.rs, but no longer too long", size::needless(&everywhere(size::over)));
}

#[test]
fn banned_things_do_not_appear() {
    none("time, chance, order and storage come from outside", everywhere(banned::check));
}

#[test]
fn state_holds_integers_of_explicit_size() {
    none("no usize and no float in the state of layers 0 to 5", everywhere(banned::fields));
}

#[test]
fn the_page_takes_its_words_from_the_table_and_its_looks_from_the_style_sheet() {
    none("in html!", everywhere(page::check));
}

#[test]
fn every_file_is_a_module_of_its_folder() {
    none("no mod names it", registry::orphans());
}

#[test]
fn registries_equal_their_folders() {
    none("a registry and its folder differ", registry::differences());
}

#[test]
fn nothing_is_left_half_done_or_names_a_machine() {
    none("words", words::findings());
}

/// A rule finds something in `bad` and nothing in `good`, both taken as the text of the file `path`.
#[cfg(test)]
fn tells_apart(rule: fn(&Source) -> Vec<String>, path: &str, good: &str, bad: &[&str]) {
    let found = |text: &str| rule(&Source::parse(path, text));
    assert_eq!(found(good), Vec::<String>::new(), "{good}");
    for text in bad {
        assert_eq!(found(text).len(), 1, "{path} with {text}: {:?}", found(text));
    }
}
