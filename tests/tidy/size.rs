//! How long a file and a function may be.

use crate::source::Source;
use syn::visit::{self, Visit};

const FILE_LINES_MAX: usize = 400;
const FUNCTION_LINES_MAX: usize = 80;

/// What may be longer, and why: a path, or `path function`.
const LISTED: [(&str, &str); 1] = [("src/ui/i18n/table.rs", "one table: a row a text")];

/// What is too long and not listed.
pub fn check(source: &Source) -> Vec<String> {
    let listed = |finding: &String| LISTED.iter().any(|(what, _)| names(finding, what));
    over(source).into_iter().filter(|finding| !listed(finding)).collect()
}

/// What is too long, listed or not.
pub fn over(source: &Source) -> Vec<String> {
    let lines = source.text.lines().count();
    let mut functions = Functions { source, found: Vec::new() };
    if lines > FILE_LINES_MAX {
        functions.found.push(format!("{}: {lines} lines", source.path));
    }
    functions.visit_file(&source.file);
    functions.found
}

/// What is listed for nothing.
pub fn needless(over: &[String]) -> Vec<String> {
    let needed = |what: &str| over.iter().any(|finding| names(finding, what));
    LISTED
        .iter()
        .filter(|(what, _)| !needed(what))
        .map(|(what, reason)| format!("{what}: {reason}"))
        .collect()
}

fn names(finding: &str, what: &str) -> bool {
    finding.split(": ").next() == Some(what)
}

struct Functions<'a> {
    source: &'a Source,
    found: Vec<String>,
}

impl Functions<'_> {
    /// From the signature to the closing brace: documentation and attributes do not count.
    fn measure(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let lines = block.brace_token.span.close().end().line + 1 - signature.fn_token.span.start().line;
        if lines > FUNCTION_LINES_MAX {
            self.found.push(format!("{} {}: {lines} lines", self.source.path, signature.ident));
        }
    }
}

impl<'ast> Visit<'ast> for Functions<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.measure(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.measure(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.measure(&item.sig, block);
        }
        visit::visit_trait_item_fn(self, item);
    }
}

#[test]
fn a_long_file_and_a_long_function_are_found() {
    let function = |lines: usize| format!("fn f() {{\n{}}}\n", "g();\n".repeat(lines - 2));
    let good = format!("{}{}", "/// Doc.\n".repeat(100), function(80));
    let method = format!("impl A {{ {} }}", function(81));
    let given = format!("trait A {{ {} }}", function(81));
    let inside = format!("mod tests {{ {} }}", function(81));
    let bad = ["\n".repeat(401), function(81), method, given, inside];
    crate::tells_apart(over, "src/a.rs", &good, &bad.each_ref().map(String::as_str));
}
