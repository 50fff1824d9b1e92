//! A file is read as a whole: one that is longer than this is two.

use super::tree::{Broken, Tree};

/// Lines that a Rust file may have.
const LINES_MAX: usize = 400;

/// Longer files, and why they still are.
const LONGER: &[(&str, &str)] = &[];

pub(super) fn rule(tree: &Tree) -> Vec<Broken> {
    let mut broken = Vec::new();
    for (path, text) in tree.rust_files() {
        let lines = text.lines().count();
        let is_longer = lines > LINES_MAX;
        match LONGER.iter().any(|(longer, _)| *longer == path) {
            false if is_longer => {
                let message =
                    format!("{lines} lines, {LINES_MAX} are the most: give a part of it a file with a name");
                broken.push(Broken::file(path, message));
            }
            true if !is_longer => {
                let message = "short enough: take it out of LONGER (tests/it/tidy/length.rs)";
                broken.push(Broken::file(path, message));
            }
            true | false => {}
        }
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::{super::tree, LINES_MAX, rule};

    #[test]
    fn a_file_of_one_line_too_many_is_found() {
        let whole = "//\n".repeat(LINES_MAX);
        tree::keeps(rule, [("ops/src/main.rs", whole.as_str()), ("docs/cli.md", &whole.repeat(2))]);
        let longer = format!("{whole}fn main() {{}}\n");
        tree::breaks(rule, [("ops/src/main.rs", longer.as_str())], "ops/src/main.rs: 401 lines");
    }

    #[test]
    fn an_exception_that_nobody_needs_is_found() {}
}
