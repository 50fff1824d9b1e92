//! One word for one thing: what `docs/glossary.md` says, held over every public surface.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use std::collections::BTreeSet;

use mediary_log::work::REGISTRY;

const GLOSSARY: &str = include_str!("../../docs/glossary.md");

/// The first cells of the table under a heading.
fn words_under(heading: &str) -> BTreeSet<&'static str> {
    let section = GLOSSARY.split("\n## ").find(|section| section.starts_with(heading)).unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| ")).skip(1);
    rows.flat_map(|row| row.split('|').nth(1).unwrap().split(',')).map(str::trim).collect()
}

/// The words of a name, whatever its case: `playlistRefresh`, `refresh_completed`.
fn parts(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for letter in name.chars() {
        let begins =
            letter.is_uppercase() && parts.last().is_some_and(|part| part.chars().any(char::is_lowercase));
        if begins || !letter.is_alphanumeric() {
            parts.push(String::new());
        }
        if letter.is_alphanumeric() {
            parts.last_mut().unwrap().extend(letter.to_lowercase());
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// Names that people and programs meet: of the command line, of GraphQL, of commands, of events and their concerns, which subjects repeat.
fn names() -> Vec<String> {
    let sdl = mediary_api::sdl();
    let mut names = Vec::new();
    let mut is_text = false;
    for line in sdl.lines() {
        if line.trim() == "\"\"\"" {
            is_text = !is_text;
        } else if !is_text {
            let name = line.trim().trim_start_matches("type ").trim_start_matches("input ");
            names.push(
                name.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
                    .next()
                    .unwrap()
                    .to_owned(),
            );
        }
    }
    names.extend(mediary::commands::words());
    for entry in REGISTRY.entries() {
        names.push(entry.name.to_owned());
        names.extend(entry.events.iter().map(|event| event.name.to_owned()));
        names.extend(entry.commands.iter().map(|command| command.name.to_owned()));
    }
    names
}

#[test]
fn no_public_name_has_a_word_that_is_not_used() {
    // What stands in brackets says of what: those words have other meanings, too.
    let section = GLOSSARY.split("\n## ").find(|section| section.starts_with("Words that")).unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| ")).skip(1);
    let forbidden: BTreeSet<&str> = rows
        .flat_map(|row| row.split('|').nth(1).unwrap().split(','))
        .map(str::trim)
        .filter(|word| !word.contains('('))
        .collect();
    assert!(forbidden.contains("relist"), "{forbidden:?}");
    for name in names() {
        let used: Vec<String> =
            parts(&name).into_iter().filter(|part| forbidden.contains(part.as_str())).collect();
        assert!(used.is_empty(), "{name} has {used:?}, which docs/glossary.md replaces");
    }
}

#[test]
fn every_command_is_a_noun_and_a_verb_of_the_glossary() {
    let (things, verbs) = (words_under("Things"), words_under("Verbs"));
    assert!(things.contains("playlist") && verbs.contains("follow"), "{things:?} {verbs:?}");
    for command in REGISTRY.commands() {
        let (noun, verb) = command.name.split_once('.').unwrap();
        assert!(things.contains(noun), "{}: {noun} is no thing of docs/glossary.md", command.name);
        let verb = parts(verb).remove(0);
        assert!(verbs.contains(verb.as_str()), "{}: {verb} is no verb of docs/glossary.md", command.name);
    }
    for entry in REGISTRY.entries() {
        let known = things.contains(entry.name) || ["setting", "log"].contains(&entry.name);
        assert!(known, "{} is no thing of docs/glossary.md", entry.name);
    }
}
