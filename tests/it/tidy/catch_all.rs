//! Deciding and evolving match every pair and say what they ignore, so that the compiler asks everyone
//! about a new event. No lint of clippy finds a catch-all arm over a tuple; this does.

use syn::{
    Arm, Expr, ExprMatch, Pat,
    visit::{self, Visit},
};

use super::tree::{self, Broken, Tree};

pub(super) fn rule(tree: &Tree) -> Vec<Broken> {
    let mut broken = Vec::new();
    for (path, text) in tree.rust_files().filter(|(path, _)| decides(path)) {
        match tree::parse(path, text) {
            Ok(file) => {
                let mut found = Found { path, broken: &mut broken };
                found.visit_file(&file);
            }
            Err(unreadable) => broken.push(unreadable),
        }
    }
    broken
}

/// `decide.rs` and `state.rs` of a concern, and what is in a folder of these names.
fn decides(path: &str) -> bool {
    let Some(inside) = path.strip_prefix("events/src/") else { return false };
    let mut parts = inside.split('/').skip(1);
    parts.any(|part| matches!(part.strip_suffix(".rs").unwrap_or(part), "decide" | "state"))
}

struct Found<'a> {
    path: &'a str,
    broken: &'a mut Vec<Broken>,
}

impl<'ast> Visit<'ast> for Found<'_> {
    fn visit_expr_match(&mut self, expression: &'ast ExprMatch) {
        // Numbers and texts have no last case: over them a catch-all is the only way.
        if !expression.arms.iter().any(|arm| has_literal(&arm.pat)) {
            for arm in expression.arms.iter().filter(|arm| is_catch_all(arm)) {
                let message = "a catch-all arm: name every pair, also the ignored ones, so that the compiler asks \
                               here about the next variant";
                self.broken.push(Broken::at(self.path, arm.fat_arrow_token.spans[0], message));
            }
        }
        visit::visit_expr_match(self, expression);
    }

    // `matches!` is not looked into: it asks a question about one case and decides about no other.
}

fn is_catch_all(arm: &Arm) -> bool {
    // With a condition it catches some; the compiler asks for the rest. `if true` fools nobody but a rule.
    let conditional = arm.guard.as_ref().is_some_and(|(_, condition)| !is_true(condition));
    !conditional && catches_all(&arm.pat)
}

fn is_true(condition: &Expr) -> bool {
    matches!(condition, Expr::Lit(literal) if matches!(&literal.lit, syn::Lit::Bool(value) if value.value))
}

fn catches_all(pattern: &Pat) -> bool {
    match pattern {
        Pat::Wild(_) | Pat::Rest(_) => true,
        // A name in lower case binds; one in upper case is a constant or a unit variant.
        Pat::Ident(binding) => match &binding.subpat {
            Some((_, inner)) => catches_all(inner),
            None => binding.ident.to_string().starts_with(|first: char| first.is_lowercase() || first == '_'),
        },
        Pat::Tuple(tuple) => tuple.elems.iter().all(catches_all),
        Pat::Paren(paren) => catches_all(&paren.pat),
        Pat::Reference(reference) => catches_all(&reference.pat),
        Pat::Or(or) => or.cases.iter().any(catches_all),
        _ => false,
    }
}

fn has_literal(pattern: &Pat) -> bool {
    struct Literals(bool);
    impl<'ast> Visit<'ast> for Literals {
        fn visit_pat(&mut self, pattern: &'ast Pat) {
            let is_bool = matches!(pattern, Pat::Lit(literal) if matches!(literal.lit, syn::Lit::Bool(_)));
            self.0 |= matches!(pattern, Pat::Lit(_) | Pat::Range(_)) && !is_bool;
            visit::visit_pat(self, pattern);
        }
    }
    let mut literals = Literals(false);
    literals.visit_pat(pattern);
    literals.0
}

#[cfg(test)]
mod tests {
    use super::{super::tree, rule};

    fn decide(arms: &str) -> String {
        format!(
            "fn decide(state: State, command: Command) {{\n    match (state, command) {{\n        {arms}\n    }}\n}}"
        )
    }

    #[test]
    fn every_form_of_a_catch_all_is_found() {
        for arm in [
            "_ => {}",
            "(_, _) => {}",
            "(state, command) => {}",
            "(_, other) => {}",
            "(..) => {}",
            "other => {}",
            "_ignored => {}",
            "pair @ _ => {}",
            "&_ => {}",
            "(State::Done, _) | _ => {}",
            "_ if true => {}",
        ] {
            let text = decide(&format!("(State::Done, Command::Stop) => {{}}, {arm}"));
            for path in
                ["events/src/download/decide.rs", "events/src/job/state.rs", "events/src/job/decide/end.rs"]
            {
                tree::breaks(rule, [(path, text.as_str())], &format!("{path}:3: a catch-all arm"));
            }
        }
    }

    #[test]
    fn a_catch_all_inside_an_arm_is_found() {
        let text = decide("(State::Done, Command::Stop { at }) => match at { Some(at) => at, _ => return }");
        tree::breaks(
            rule,
            [("events/src/job/decide.rs", text.as_str())],
            "events/src/job/decide.rs:3: a catch-all arm",
        );
    }

    #[test]
    fn naming_every_case_is_fine() {
        for arms in [
            "(State::Done, _) => {}, (State::Running, Command::Stop | Command::Go { .. }) => {}",
            "(State::Done, command) if command.is_odd() => {}",
            "(Some(_), _) => {}, (None, _) => {}",
            "NOTHING => {}",
            "(State::Done, Command::Take(0)) => {}, (state, _) => {}",
        ] {
            tree::keeps(rule, [("events/src/job/decide.rs", decide(arms).as_str())]);
        }
    }

    #[test]
    fn elsewhere_it_may_be_the_right_thing() {
        let text = decide("_ => {}");
        tree::keeps(
            rule,
            [("events/src/log/decide.rs.md", text.as_str()), ("events/src/job/tests.rs", text.as_str())],
        );
    }
}
