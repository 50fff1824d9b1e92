//! The text of a configuration file, with other values for keys of its first table. Everything else stays: comments, order, sections.

use std::ops::Range;

use serde::Serialize;
use toml::de::DeTable;

use super::shown_nats;
use crate::{configuration::Configuration, output::fields};

/// A key that is said otherwise than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Change {
    key: &'static str,
    before: Option<String>,
    after: String,
}

/// The keys of a file.
#[derive(Debug)]
pub(super) struct Keys<'a> {
    text: &'a str,
    /// Where the value of each key of the first table stands.
    places: Vec<(String, Range<usize>)>,
    said: Vec<(&'static str, String)>,
    known: &'a Configuration,
}

impl<'a> Keys<'a> {
    /// Those of a text that was read as a configuration.
    pub(super) fn of(text: &'a str, known: &'a Configuration) -> Self {
        let table = DeTable::parse(text).map(toml::Spanned::into_inner).unwrap_or_default();
        let scalars = table.iter().filter(|(_, value)| !value.get_ref().is_table());
        let places = scalars.map(|(key, value)| (key.get_ref().to_string(), value.span())).collect();
        Self { text, places, said: Vec::new(), known }
    }

    /// Has a key say so, if anything.
    pub(super) fn say(&mut self, key: &'static str, value: Option<String>) {
        self.said.extend(value.map(|value| (key, value)));
    }

    fn place(&self, key: &str) -> Option<Range<usize>> {
        self.places.iter().find(|(known, _)| known == key).map(|(_, place)| place.clone())
    }

    /// What the file says of a key, whichever way it is written.
    fn before(&self, key: &str) -> Option<String> {
        self.place(key)?;
        let Configuration { data, library, listen, nats: _, tls_certificate, tls_key, .. } = self.known;
        let path = |path: &Option<std::path::PathBuf>| path.as_ref().map(|path| path.display().to_string());
        match key {
            "data" => Some(data.display().to_string()),
            "library" => path(library),
            "listen" => Some(listen.to_string()),
            "nats" => self.raw(key),
            "tls_certificate" => path(tls_certificate),
            "tls_key" => path(tls_key),
            _ => None,
        }
    }

    /// A text as it stands in the file: what is shown of an address is less.
    pub(super) fn raw(&self, key: &str) -> Option<String> {
        let value = toml::from_str::<toml::Table>(self.text).ok()?;
        value.get(key)?.as_str().map(str::to_owned)
    }

    /// What is otherwise than before.
    pub(super) fn changes(&self) -> Vec<Change> {
        let said = self.said.iter().filter(|(key, after)| self.before(key).as_ref() != Some(after));
        let shown = |key: &str, text: String| if key == "nats" { shown_nats(&text) } else { text };
        let changes = said.map(|(key, after)| Change {
            key,
            before: self.before(key).map(|before| shown(key, before)),
            after: shown(key, after.clone()),
        });
        changes.collect()
    }

    /// The text from now on.
    pub(super) fn text(&self) -> String {
        let written = |value: &str| toml::Value::String(value.to_owned()).to_string();
        let mut edits: Vec<(Range<usize>, String)> = Vec::new();
        let mut new = String::new();
        for (key, value) in &self.said {
            match self.place(key) {
                Some(_) if self.before(key).as_ref() == Some(value) => {}
                Some(place) => edits.push((place, written(value))),
                None => new.extend([*key, " = ", &written(value), "\n"]),
            }
        }
        edits.sort_by_key(|(place, _)| std::cmp::Reverse(place.start));
        let mut text = self.text.to_owned();
        // Behind the last of them, and so before the first section.
        let end = self.places.iter().map(|(_, place)| place.end).max();
        let line_end =
            end.map_or(0, |end| self.text[end..].find('\n').map_or(self.text.len(), |at| end + at + 1));
        if !new.is_empty() {
            let begins_anew = line_end > 0 && !self.text[..line_end].ends_with('\n');
            text.insert_str(line_end, &format!("{}{new}", if begins_anew { "\n" } else { "" }));
        }
        for (place, value) in edits {
            text.replace_range(place, &value);
        }
        text
    }
}

/// Changes as people read them.
pub(super) fn told(changes: &[Change]) -> String {
    let lines: Vec<(&str, Option<String>)> = changes
        .iter()
        .map(|Change { key, before, after }| {
            let before = before.as_deref().unwrap_or("-");
            (*key, Some(format!("{before} -> {after}")))
        })
        .collect();
    fields(&lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(text: &str, said: &[(&'static str, &str)]) -> (String, usize) {
        let known: Configuration = toml::from_str(text).unwrap();
        let mut keys = Keys::of(text, &known);
        for (key, value) in said {
            keys.say(key, Some((*value).to_owned()));
        }
        (keys.text(), keys.changes().len())
    }

    #[test]
    fn a_new_file_says_what_was_said() {
        let said = [("data", "/srv/it's"), ("listen", "127.0.0.1:1")];
        assert_eq!(edited("", &said), ("data = \"/srv/it's\"\nlisten = \"127.0.0.1:1\"\n".to_owned(), 2));
    }

    #[test]
    fn everything_else_stays_as_it_was_written() {
        let text = "# mine\ndata = 'data' # here\norigins = []\n\n[jobs] # listen = 1\ntries_max = 5\n";
        let said = [("data", "data"), ("nats", "off")];
        let expected = "# mine\ndata = 'data' # here\norigins = []\nnats = \"off\"\n\n[jobs] # listen = 1\ntries_max = 5\n";
        assert_eq!(edited(text, &said), (expected.to_owned(), 1));
        let (again, changes) = edited(expected, &said);
        assert_eq!((again.as_str(), changes), (expected, 0));
        let moved = edited(text, &[("data", "/srv")]).0;
        assert_eq!(moved, text.replace("'data'", "\"/srv\""));
        let sections = edited("[jobs]\ntries_max = 5\n", &[("data", "d")]).0;
        assert_eq!(sections, "data = \"d\"\n[jobs]\ntries_max = 5\n");
        let unended = edited("listen = '127.0.0.1:1'", &[("listen", "[::1]:2"), ("data", "d")]).0;
        assert_eq!(unended, "listen = \"[::1]:2\"\ndata = \"d\"\n");
    }

    #[test]
    fn a_password_in_an_address_is_kept_and_not_shown() {
        let text = "nats = 'nats://u:hidden@h:1'\n";
        let known: Configuration = toml::from_str(text).unwrap();
        let mut keys = Keys::of(text, &known);
        keys.say("nats", Some("nats://u:other@h:2".to_owned()));
        assert!(keys.text().contains("other"), "{}", keys.text());
        assert_eq!(told(&keys.changes()).trim(), "nats  nats://h:1 -> nats://h:2");
    }
}
