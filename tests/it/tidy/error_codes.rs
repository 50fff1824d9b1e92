//! Every code that a decider can answer is explained in `docs/errors`: in the list, or in the page of its concern.

use std::collections::BTreeSet;

use proc_macro2::Span;
use syn::{
    ImplItemFn, LitStr,
    visit::{self, Visit},
};

use super::tree::{self, Broken, Tree};

const PAGES: &str = "docs/errors/";

pub(super) fn rule(tree: &Tree) -> Vec<Broken> {
    let pages = tree.texts().filter(|(path, _)| path.contains(PAGES));
    let explained: BTreeSet<&str> = pages.flat_map(|(_, text)| text.split('`').skip(1).step_by(2)).collect();
    if explained.is_empty() {
        return Vec::new();
    }
    let mut broken = Vec::new();
    for (path, text) in tree.rust_files().filter(|(path, _)| path.ends_with("/decide.rs")) {
        let file = match tree::parse(path, text) {
            Ok(file) => file,
            Err(unreadable) => {
                broken.push(unreadable);
                continue;
            }
        };
        let mut codes = Codes::default();
        codes.visit_file(&file);
        for (code, span) in codes.found.iter().filter(|(code, _)| !explained.contains(code.as_str())) {
            broken.push(Broken::at(path, *span, format!("{code} is not explained in {PAGES}")));
        }
    }
    broken
}

/// The texts in the methods called `code`.
#[derive(Default)]
struct Codes {
    found: Vec<(String, Span)>,
    inside: bool,
}

impl<'ast> Visit<'ast> for Codes {
    fn visit_impl_item_fn(&mut self, method: &'ast ImplItemFn) {
        self.inside = method.sig.ident == "code";
        visit::visit_impl_item_fn(self, method);
        self.inside = false;
    }

    fn visit_lit_str(&mut self, text: &'ast LitStr) {
        if self.inside {
            self.found.push((text.value(), text.span()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tree, rule};

    const LIST: &str = "docs/errors/README.md";

    const DECIDE: &str = "impl Rejection {\n    fn code(&self) -> &'static str {\n        \"JOB_ENDED\"\n    }\n    \
                          fn advice(&self) -> &'static str {\n        \"retry\"\n    }\n}";

    #[test]
    fn a_code_that_nobody_explains_is_found() {
        let files = [("events/src/job/decide.rs", DECIDE), (LIST, "| `JOB_EXISTS` | there is one |")];
        tree::breaks(rule, files, "events/src/job/decide.rs:3: JOB_ENDED is not explained");
    }

    #[test]
    fn an_explained_code_is_fine() {
        tree::keeps(rule, [("events/src/job/decide.rs", DECIDE), (LIST, "| `JOB_ENDED` | it is final |")]);
    }
}
