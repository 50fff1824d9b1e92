//! No committed file names a path that exists on one machine only.

use super::tree::{Broken, Tree};

pub(super) fn rule(tree: &Tree) -> Vec<Broken> {
    broken_by(tree, checkout().as_deref())
}

/// Where this checkout is, if that is long enough to be recognised in a text (`/src` is not).
fn checkout() -> Option<String> {
    let root = Tree::root();
    (root.components().count() > 2).then(|| root.display().to_string())
}

fn broken_by(tree: &Tree, checkout: Option<&str>) -> Vec<Broken> {
    let mut broken = Vec::new();
    for (path, text) in tree.texts() {
        for (index, line) in text.lines().enumerate() {
            if let Some(found) = machine_path(line, checkout) {
                let message =
                    format!("{found:?} is a path of one machine: write it from the root of the repository");
                broken.push(Broken::line(path, index + 1, message));
            }
        }
    }
    broken
}

/// The first path in a line that only one machine has.
fn machine_path<'a>(line: &'a str, checkout: Option<&'a str>) -> Option<&'a str> {
    if let Some(checkout) = checkout
        && line.contains(checkout)
    {
        return Some(checkout);
    }
    // Homes of people. The word before the slash must be missing: `docs/home/` is ours.
    ["home", "Users", "root"].into_iter().find_map(|home| {
        let prefix = format!("/{home}/");
        let at = line.find(&prefix)?;
        let before = line[..at].chars().next_back();
        let starts_a_path =
            before.is_none_or(|before| !before.is_alphanumeric() && !"._-~$}>)/".contains(before));
        let rest = &line[at + prefix.len()..];
        let name = rest.split(|next: char| !next.is_alphanumeric() && !"._-".contains(next)).next()?;
        let is_a_name = !name.is_empty() && !name.chars().all(char::is_uppercase);
        (starts_a_path && is_a_name).then(|| &line[at..at + prefix.len() + name.len()])
    })
}

#[cfg(test)]
mod tests {
    use super::{Tree, broken_by, machine_path};

    // Put together, so that this file keeps its own rule.
    fn home(of: &str, rest: &str) -> String {
        ["", of, rest].join("/")
    }

    #[test]
    fn homes_and_the_checkout_are_found() {
        for path in [home("home", "ann/media"), home("Users", "ann/media"), home("root", "x.sh")] {
            for line in [path.clone(), format!("cd {path}"), format!("\"{path}\""), format!("file:{path}")] {
                assert!(machine_path(&line, None).is_some(), "{line}");
            }
        }
        let line = "see /builds/mediary/main/README.md";
        assert_eq!(machine_path(line, Some("/builds/mediary/main")), Some("/builds/mediary/main"));
    }

    #[test]
    fn the_place_is_said() {
        let text = format!("first\ncd {}\n", home("home", "ann"));
        let broken = broken_by(&Tree::of([("ops/run", text.as_str())]), None);
        let place = broken.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(place.len(), 1);
        assert!(place[0].starts_with("ops/run:2: "), "{place:?}");
    }

    #[test]
    fn what_every_machine_may_have_is_fine() {
        let placeholder = home("home", "YOU/media");
        for line in
            ["cd docs/home/x", "$HOME/media", "https://example.org/home/x", "/srv/media", &placeholder]
        {
            assert_eq!(machine_path(line, None), None, "{line}");
        }
    }
}
