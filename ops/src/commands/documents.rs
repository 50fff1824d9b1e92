//! Every GraphQL document of the command line against the schema that the server is built with.
//!
//! Found in the folders, not listed: a schema reads and checks each with what its variables may be, and is stopped before it
//! runs it. Then the type that each answer is read as is given what the schema may answer: all of it, and as little of
//! it as the schema allows.

mod sample;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::Arc,
};

use async_graphql::{
    Request, Schema, ServerError, ValidationResult, Variables, async_trait,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextValidation},
};
use futures::StreamExt as _;
use mediary_api::schema::{Mutation, Query, Subscription};
use serde_json::{Value, json};

use self::sample::{Amount, Contract};
use super::{concerns::CONCERNS, job, log, named, playlist, top, why};
use crate::client::{Checked, Document, with_fragments};

/// Documents of no concern's noun, each with its type.
const OTHERS: &[&dyn Checked] = &[
    &log::ERASE,
    &log::EVENTS,
    &log::EXCERPT,
    &log::HEAD,
    &log::HISTORY,
    &log::KINDS,
    &log::RECORDED,
    &log::SHRED,
    &log::VERIFY,
    &named::RESOLVE,
    &top::CHANGES,
    &top::HEAD,
    &top::PROGRESS,
    &why::WHY,
];

/// Each document with its type. A file that is not among them fails the test.
fn documents() -> impl Iterator<Item = &'static dyn Checked> {
    CONCERNS.iter().flat_map(|concern| concern.documents).chain(OTHERS).copied()
}

/// The text of every `.graphql` file, by its path from the sources.
fn files() -> BTreeMap<String, String> {
    fn read(folder: &Path, prefix: &str, files: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let (path, name) = entry.map(|entry| (entry.path(), entry.file_name())).unwrap();
            let name = format!("{prefix}{}", name.to_str().unwrap());
            if path.is_dir() {
                read(&path, &format!("{name}/"), files);
            } else if name.ends_with(".graphql") {
                files.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    let mut files = BTreeMap::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), "", &mut files);
    files
}

fn is_fragment(path: &str) -> bool {
    path.ends_with(".fragment.graphql")
}

/// Ends every request once the schema has understood it, before a resolver asks for the platform.
struct Understood;

const UNDERSTOOD: &str = "understood";

impl ExtensionFactory for Understood {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for Understood {
    async fn validation(
        &self,
        context: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        next.run(context).await?;
        Err(vec![ServerError::new(UNDERSTOOD, None)])
    }
}

async fn answers(text: String, variables: Value) -> Vec<String> {
    let schema = Schema::build(Query::default(), Mutation::default(), Subscription::default());
    let schema = schema.extension(Understood).finish();
    let request = Request::new(text).variables(Variables::from_json(variables));
    let answer = schema.execute_stream(request).next().await.expect("a refusal is an answer");
    answer.errors.into_iter().map(|error| error.message).collect()
}

#[tokio::test]
async fn the_server_understands_every_document() {
    let contract = Contract::published();
    for (path, text) in files().iter().filter(|(path, _)| !is_fragment(path)) {
        let text = with_fragments(text);
        for amount in [Amount::Most, Amount::Least] {
            let variables = contract.variables(&text, amount);
            assert_eq!(answers(text.clone(), variables.clone()).await, [UNDERSTOOD], "{path} {variables}");
        }
    }
}

#[tokio::test]
async fn a_wrong_field_argument_or_variable_is_noticed() {
    let follow = Checked::text(&playlist::FOLLOW);
    let wrong = [
        ("query { limits { kinds { knid } totl } }".to_owned(), json!({})),
        ("query { playlists(frist: 1) { nodes { id } } }".to_owned(), json!({})),
        (with_fragments("query { jobs { nodes { ...Jbo } } }"), json!({})),
        (follow.clone(), json!({ "input": { "adress": "u" } })),
        (follow, json!({ "input": { "url": 1 } })),
    ];
    for (text, variables) in wrong {
        let answers = answers(text.clone(), variables).await;
        assert!(!answers.contains(&UNDERSTOOD.to_owned()), "{text}");
    }
}

#[test]
fn every_answer_that_the_schema_allows_is_read() {
    let contract = Contract::published();
    for document in documents() {
        for amount in [Amount::Most, Amount::Least] {
            let answer = contract.answer(&document.text(), amount);
            let read = document.read(answer.clone());
            assert!(read.is_ok(), "{}\n{answer}\n{read:?}", document.text());
        }
    }
}

#[test]
fn a_type_that_does_not_fit_its_document_is_noticed() {
    /// A position has more than 32 bits.
    #[derive(serde::Deserialize)]
    struct Narrow {
        #[expect(dead_code, reason = "only whether it can be read counts")]
        position: u32,
    }

    let contract = Contract::published();
    let text = Checked::text(&log::HEAD);
    let misread =
        |document: &dyn Checked, text: &str, amount| document.read(contract.answer(text, amount)).is_err();
    assert!(misread(&Document::<Narrow>::repeatable("query"), &text, Amount::Most));
    // There may be no such job.
    let text = Checked::text(&job::SHOW);
    assert!(misread(&Document::<job::Job>::repeatable("query"), &text, Amount::Least));
}

#[test]
fn no_document_is_left_out() {
    let files = files();
    let operations = files.iter().filter(|(path, _)| !is_fragment(path));
    let written: BTreeMap<String, &str> =
        operations.map(|(path, text)| (with_fragments(text), path.as_str())).collect();
    let typed: BTreeSet<String> = documents().map(Checked::text).collect();
    let untyped: Vec<&str> =
        written.iter().filter(|(text, _)| !typed.contains(*text)).map(|(_, path)| *path).collect();
    assert_eq!(untyped, Vec::<&str>::new(), "of these nobody checks the type");
    assert_eq!(typed.len(), documents().count(), "one is there twice");
    // A fragment that no document names is read by nobody.
    for (path, text) in files.iter().filter(|(path, _)| is_fragment(path)) {
        assert!(written.keys().any(|document| document.contains(text.trim_end())), "{path}");
    }
}
