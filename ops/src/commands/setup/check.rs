//! What is looked at again and again, in the words of a file of checks.

use std::collections::BTreeMap;

use mediary_schema::check::Definition;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    answers::check::ExportCheck,
    commands::check::{
        export::{self, Said},
        file::{self, Wanted},
    },
};

/// A check. It is whole: what is left out is as if nobody had said it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Check(Map<String, Value>);

/// What it is called that it waits, which no file of checks says.
const PAUSED: &str = "paused";

impl Check {
    /// One that there is, with the names of all by their ids.
    pub(super) fn of(check: &ExportCheck, names: &BTreeMap<String, String>) -> Self {
        let Said { mut fields, is_paused } = export::said(check, names);
        fields.remove("name");
        if is_paused {
            fields.insert(PAUSED.to_owned(), true.into());
        }
        Self(fields)
    }

    pub(super) fn is_paused(&self) -> bool {
        self.0.get(PAUSED) == Some(&Value::Bool(true))
    }

    /// As the API takes it, but for what it depends on; or why it makes no sense.
    pub(super) fn wanted(&self, name: &str) -> Result<Wanted, String> {
        let mut fields = self.0.clone();
        match fields.remove(PAUSED) {
            None | Some(Value::Bool(_)) => {}
            Some(_) => return Err("`paused` is true or false".to_owned()),
        }
        fields.insert("name".to_owned(), name.into());
        file::of_fields(fields)
    }

    /// Whether both are looked at in the same way, however that is spelled.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let read = |check: &Self| -> Option<(Definition, Vec<String>)> {
            let Wanted { input, mut depends_on, .. } = check.wanted("it").ok()?;
            depends_on.sort();
            Some((mediary_api::check_of(input).ok()?.definition, depends_on))
        };
        read(self).is_some_and(|own| read(other) == Some(own))
    }

    /// The names of the secrets that its program has.
    pub(super) fn secrets(&self) -> impl Iterator<Item = &str> {
        let secrets = self.0.get("secrets").and_then(Value::as_object);
        secrets.into_iter().flat_map(Map::values).filter_map(Value::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Check {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn what_is_spelled_otherwise_is_the_same() {
        let minute = check("kind = 'ping'\nhost = 'nas'\nevery = '60s'\ndepends_on = ['b', 'a']");
        assert!(minute.is_like(&check("kind = 'ping'\nhost = 'nas'\nevery = '1m'\nfail_after = 1\ndepends_on = ['a', 'b']\npaused = true")));
        assert!(
            !minute.is_like(&check("kind = 'ping'\nhost = 'nas'\nevery = '2m'\ndepends_on = ['b', 'a']"))
        );
        assert!(!minute.is_like(&check("kind = 'ping'\nhost = 'nas'\nevery = '60s'\ndepends_on = ['b']")));
    }

    #[test]
    fn what_makes_no_sense_says_so() {
        for text in
            ["kind = 'ping'", "kind = 'pong'\nhost = 'nas'", "kind = 'ping'\nhost = 'nas'\npaused = 'yes'"]
        {
            assert!(check(text).wanted("it").is_err(), "{text}");
        }
        let program = check("kind = 'command'\nargv = ['a']\nsecrets = { TOKEN = 'backup' }");
        assert_eq!(program.secrets().collect::<Vec<_>>(), ["backup"]);
    }
}
