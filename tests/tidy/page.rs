//! The page: its words come from the table of texts, its looks from the style sheet.

use crate::source::Source;
use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

/// Attributes that a person reads or hears.
const READ: [&str; 5] = ["title", "placeholder", "alt", "label", "roledescription"];

/// In `html!`: text and names written in place, and `style` attributes (the security policy forbids those).
pub fn check(source: &Source) -> Vec<String> {
    if source.layer().as_deref() != Some("ui") {
        return Vec::new();
    }
    let mut page = Page { source, found: Vec::new() };
    page.visit_file(&source.file);
    page.found
}

struct Page<'a> {
    source: &'a Source,
    found: Vec<String>,
}

impl<'ast> Visit<'ast> for Page<'_> {
    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        if item.path.segments.last().is_some_and(|last| last.ident == "html") {
            self.markup(&item.tokens.clone().into_iter().collect::<Vec<_>>());
        } else {
            self.code(item.tokens.clone());
        }
        visit::visit_macro(self, item);
    }
}

impl Page<'_> {
    /// Elements, their attributes, and braces with text, code or (after `if`) more elements.
    fn markup(&mut self, tokens: &[TokenTree]) {
        for (i, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Group(group) => {
                    let inside: Vec<_> = group.stream().into_iter().collect();
                    let is_value = i > 0 && is(&tokens[i - 1], '=');
                    match inside.as_slice() {
                        [TokenTree::Literal(text)] if !is_value || is_read(tokens, i) => self.text(text),
                        [first, ..] if is(first, '<') => self.markup(&inside),
                        _ => self.code(group.stream()),
                    }
                }
                TokenTree::Literal(text) if is_read(tokens, i) => self.text(text),
                TokenTree::Literal(text) if i > 0 && is(&tokens[i - 1], '>') => self.text(text),
                TokenTree::Ident(name)
                    if *name == "style" && tokens.get(i + 1).is_some_and(|t| is(t, '=')) =>
                {
                    self.found.push(format!("{}: a style attribute", self.source.at(name.span())));
                }
                _ => {}
            }
        }
    }

    /// Code inside of markup: what counts is the markup inside of it.
    fn code(&mut self, tokens: TokenStream) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        for (i, token) in tokens.iter().enumerate() {
            let TokenTree::Group(group) = token else { continue };
            let named = |at: usize| matches!(&tokens[at], TokenTree::Ident(name) if *name == "html");
            if i >= 2 && is(&tokens[i - 1], '!') && named(i - 2) {
                self.markup(&group.stream().into_iter().collect::<Vec<_>>());
            } else {
                self.code(group.stream());
            }
        }
    }

    /// Text with two letters in a row is a word; `·`, `×` and `:` are not.
    fn text(&mut self, literal: &proc_macro2::Literal) {
        let text = literal.to_string();
        let letters: Vec<bool> = text.trim_matches('"').chars().map(char::is_alphabetic).collect();
        if text.starts_with('"') && letters.windows(2).any(|pair| pair[0] && pair[1]) {
            self.found.push(format!("{}: the words {text}", self.source.at(literal.span())));
        }
    }
}

fn is(token: &TokenTree, wanted: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == wanted)
}

/// Whether the token is the value of an attribute that is read: `aria-label="…"`, `title={"…"}`.
fn is_read(tokens: &[TokenTree], at: usize) -> bool {
    at >= 2
        && is(&tokens[at - 1], '=')
        && matches!(&tokens[at - 2], TokenTree::Ident(name) if READ.contains(&name.to_string().as_str()))
}

#[test]
fn words_and_styles_in_place_are_found() {
    let good =
        "fn f() { html! { <p class=\"lag big\" aria-label={t.lag}>{ t.lag }{ \" · \" }{ format!(\"{x}\") }
            <b hidden={x.then_some(\"true\")} class={if x { \"low\" } else { \"high\" }} /></p> } }
        fn g() { println(\"words\"); }";
    let bad = [
        "fn f() { html! { <p>{ \"Lag\" }</p> } }",
        "fn f() { html! { <p>\"Lag\"</p> } }",
        "fn f() { html! { <p aria-label=\"Lag\" /> } }",
        "fn f() { html! { <p title={\"Lag\"} /> } }",
        "fn f() { html! { <p>{ for x.iter().map(|x| html! { <b>{ \"Lag\" }</b> }) }</p> } }",
        "fn f() { html! { if x { <p>{ \"Lag\" }</p> } } }",
        "fn f() { html! { <p style=\"color: red\" /> } }",
        "fn f() { html! { <p style={x} /> } }",
    ];
    crate::tells_apart(check, "src/ui/panel/lag.rs", good, &bad);
}
