//! A file is read as a whole: one that is longer than this is two.

use super::tree::{Broken, Tree};

/// Lines that a Rust file may have.
const LINES_MAX: usize = 400;

pub(super) fn rule(tree: &Tree) -> Vec<Broken> {
    let longer = |(path, text): (&str, &str)| {
        let lines = text.lines().count();
        let message =
            format!("{lines} lines, {LINES_MAX} are the most: give a part of it a file with a name");
        (lines > LINES_MAX).then(|| Broken::file(path, message))
    };
    tree.rust_files().filter_map(longer).collect()
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
}
