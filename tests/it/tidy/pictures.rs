//! Documents show pictures that are there, and say in words what they show; no picture lies about unshown.
//!
//! `api/web/browser/pictures.test.ts` makes them.

use std::{collections::BTreeSet, path::Path};

use super::tree::{Broken, Tree};

/// Where pictures of the page are committed.
const FOLDER: &str = "tests/golden/pictures";

pub(super) fn rule(tree: &Tree) -> Vec<Broken> {
    let mut broken = Vec::new();
    let mut shown = BTreeSet::new();
    let known: BTreeSet<&str> = tree.paths().collect();
    let documents = tree.texts().filter(|(path, _)| {
        Path::new(path).extension().is_some_and(|ending| ending == "md") && !path.contains("node_modules")
    });
    for (document, text) in documents {
        for (index, line) in text.lines().enumerate() {
            for picture in pictures(line) {
                let path = joined(document, picture.path);
                if !known.contains(path.as_str()) {
                    broken.push(Broken::line(document, index + 1, format!("there is no picture {path}")));
                }
                if picture.words.is_some_and(str::is_empty) {
                    let message = format!("say in the `alt` of {path} what it shows: not everybody sees it");
                    broken.push(Broken::line(document, index + 1, message));
                }
                shown.insert(path);
            }
        }
    }
    for name in tree.below(FOLDER) {
        let path = format!("{FOLDER}/{name}");
        if !shown.contains(&path) {
            broken.push(Broken::file(&path, "no document shows it: show it, or take it away"));
        }
    }
    broken
}

/// A picture of a document; without words where another one beside it has them.
struct Picture<'a> {
    path: &'a str,
    words: Option<&'a str>,
}

/// The pictures of a line: `![words](path)`, `<img src="path" alt="words">` and `<source srcset="path">`.
fn pictures(line: &str) -> Vec<Picture<'_>> {
    let written = line.split("![").skip(1).filter_map(|rest| {
        let (words, rest) = rest.split_once("](")?;
        Some(Picture { path: rest.split_once(')')?.0, words: Some(words) })
    });
    let images = line.split("<img ").skip(1).filter_map(|rest| {
        let tag = rest.split_once('>')?.0;
        Some(Picture { path: attribute(tag, "src")?, words: Some(attribute(tag, "alt").unwrap_or_default()) })
    });
    let sources = line.split("<source ").skip(1).filter_map(|rest| {
        let tag = rest.split_once('>')?.0;
        Some(Picture { path: attribute(tag, "srcset")?, words: None })
    });
    written.chain(images).chain(sources).collect()
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let begin = format!("{name}=\"");
    Some(tag.split_once(begin.as_str())?.1.split_once('"')?.0)
}

/// A path as a document writes it, from the root.
fn joined(document: &str, path: &str) -> String {
    let mut parts: Vec<&str> = document.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            ".." => {
                parts.pop();
            }
            "." | "" => {}
            other => parts.push(other),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::{super::tree, rule};

    const HOME: (&str, &str) = ("tests/golden/pictures/home.webp", "");

    #[test]
    fn a_picture_that_is_not_there_is_found() {
        let shows = "![Home](../tests/golden/pictures/gone.webp)";
        tree::breaks(
            rule,
            [("docs/a.md", shows)],
            "docs/a.md:1: there is no picture tests/golden/pictures/gone.webp",
        );
    }

    #[test]
    fn a_picture_without_words_is_found() {
        for shows in ["![](tests/golden/pictures/home.webp)", "<img src=\"tests/golden/pictures/home.webp\">"]
        {
            tree::breaks(rule, [("README.md", shows), HOME], "README.md:1: say in the `alt` of");
        }
    }

    #[test]
    fn a_picture_that_nothing_shows_is_found() {
        tree::breaks(
            rule,
            [("README.md", "Words."), HOME],
            "tests/golden/pictures/home.webp: no document shows it",
        );
    }

    #[test]
    fn pictures_for_two_themes_need_words_once() {
        let shows = "<source srcset=\"tests/golden/pictures/home.webp\" media=\"(prefers-color-scheme: dark)\">\n\
                     <img src=\"tests/golden/pictures/home.webp\" alt=\"Home: what moves now\">";
        tree::keeps(rule, [("README.md", shows), HOME]);
    }
}
