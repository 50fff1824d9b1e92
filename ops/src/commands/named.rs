//! Things by what people call them: an id or its beginning, a name, a title, an address, or `@last`.

use mediary_schema::{CommandId, is_word};
use serde_json::json;

use super::failure::Failure;
use crate::{
    answers::named::{Named, resolve},
    client::{Client, Document},
    output::clean,
};

pub(crate) const RESOLVE: Document<resolve::Answer> =
    Document::repeatable(include_str!("named/resolve.graphql"));

/// What may be meant: a kind of things that people call by a name. Each concern has its own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    /// The name in GraphQL; none for all of them.
    pub(crate) name: Option<&'static str>,
    /// What people call it.
    pub(crate) word: &'static str,
    /// Where they see those that there are.
    pub(crate) advice: &'static str,
}

impl Kind {
    /// Whatever has an id.
    pub(crate) const ANY: Self = Self {
        name: None,
        word: "thing",
        advice: "give its id, the first digits of it, its name, title or address, or `@last`",
    };

    /// A kind, by its name in GraphQL.
    pub(crate) const fn new(name: &'static str, word: &'static str, advice: &'static str) -> Self {
        Self { name: Some(name), word, advice }
    }
}

impl Named {
    /// As people recognise it.
    fn text(&self) -> String {
        let Self { id, name, address } = self;
        let parts = [Some(id), name.as_ref(), address.as_ref()];
        parts.into_iter().flatten().map(|part| clean(part)).collect::<Vec<_>>().join("  ")
    }
}

/// The id of the thing that is called so. A whole id is taken as it is: whoever has it says whether there is such a thing.
pub(crate) async fn id(client: &Client, kind: Kind, text: &str) -> Result<String, Failure> {
    if is_id(text) {
        return Ok(text.to_owned());
    }
    let kinds = kind.name.map(|name| vec![name]);
    let found: Vec<Named> = client.ask(&RESOLVE, json!({ "text": text, "kinds": kinds })).await?;
    let Kind { word, advice, .. } = kind;
    match found.as_slice() {
        [one] => Ok(one.id.clone()),
        [] => Err(Failure::NotFound { id: format!("{word} called {text:?}"), advice }),
        several => Err(Failure::Ambiguous {
            text: text.to_owned(),
            candidates: several.iter().map(Named::text).collect(),
        }),
    }
}

/// The ids of several things.
pub(crate) async fn ids(client: &Client, kind: Kind, texts: &[String]) -> Result<Vec<String>, Failure> {
    let mut ids = Vec::with_capacity(texts.len());
    for text in texts {
        ids.push(id(client, kind, text).await?);
    }
    Ok(ids)
}

/// Whether a text is a whole id already, with its kind or without.
fn is_id(text: &str) -> bool {
    let of_kind = text.split_once('-').filter(|(kind, _)| is_word(kind));
    let rest = of_kind.map_or(text, |(_, rest)| rest);
    [text, rest].iter().any(|text| text.parse::<CommandId>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::is_id;

    #[test]
    fn a_whole_id_is_asked_for_as_it_is() {
        for id in ["job-01890a5d-ac96-774b-bcce-b302099a8057", "01890a5d-ac96-774b-bcce-b302099a8057"] {
            assert!(is_id(id), "{id}");
        }
        let named_after_one = "refresh playlist-01890a5d-ac96-774b-bcce-b302099a8057";
        for called in [
            "job-01890a5d",
            "01890a5d",
            "@last",
            "Sample videos",
            "https://example.org/list",
            named_after_one,
        ] {
            assert!(!is_id(called), "{called}");
        }
    }
}
