//! What the build makes of a schema and documents. That it fits every document that there is, `commands::documents` proves.

use std::collections::BTreeMap;

#[path = "../../build/answers.rs"]
mod answers;
#[path = "../../build/contract.rs"]
mod contract;
#[path = "../../build/rust.rs"]
mod rust;

const SCHEMA: &str = r"
type Query { parrots(first: Int): ParrotConnection! parrot(id: ID!): Parrot }
type Mutation { parrotTell: ParrotPayload! }
type Parrot { id: ID! text: String letters: Long! mood: Mood! rate: Float keepers: [Keeper!]! }
type Keeper { name: String! type: String parrots: [Parrot!] }
type ParrotPayload { parrot: Parrot userErrors: [UserError!]! }
type UserError { code: String! }
type ParrotConnection { edges: [ParrotEdge!]! nodes: [Parrot!]! pageInfo: PageInfo! }
type ParrotEdge { node: Parrot! cursor: String! }
type PageInfo { hasNextPage: Boolean! endCursor: String }
enum Mood { CALM LOUD }
";

/// What is made of the files of a folder.
fn made(files: &[(&str, &str)]) -> Result<String, String> {
    let mut folder = answers::Folder::default();
    for (file, text) in files {
        folder.add(file, text)?;
    }
    let contract = contract::Contract::parse(SCHEMA)?;
    answers::text(&contract, &BTreeMap::from([("parrot".to_owned(), folder)]))
}

#[track_caller]
fn has(text: &str, lines: &[&str]) {
    for line in lines {
        assert!(text.lines().any(|known| known == *line), "{line}\n{text}");
    }
}

#[test]
fn a_type_has_what_is_asked_for_and_may_lack_what_the_schema_lets_lack() {
    let text = made(&[(
        "show",
        "query Q { parrot(id: 1) { id text letters mood rate called: text keepers { type } } }",
    )]);
    has(
        &text.unwrap(),
        &[
            "pub(crate) struct Parrot {",
            "pub(crate) id: String,",
            "pub(crate) text: Option<String>,",
            "pub(crate) letters: u64,",
            "pub(crate) mood: String,",
            "pub(crate) rate: Option<f64>,",
            "pub(crate) called: Option<String>,",
            "pub(crate) keepers: Vec<Keeper>,",
            "#[serde(rename = \"type\")]",
            "pub(crate) r#type: Option<String>,",
            "pub(crate) type Answer = Option<super::Parrot>;",
        ],
    );
}

#[test]
fn what_is_asked_twice_alike_is_one_type_and_what_is_asked_otherwise_is_called_after_its_file() {
    let fragment = ("parrot", "fragment Parrot on Parrot { id }");
    let text = made(&[
        fragment,
        ("show", "query Q { parrot(id: 1) { ...Parrot keepers { name } } }"),
        ("keepers", "query Q { parrot(id: 1) { ...Parrot keepers { name } } }"),
        ("list", "query Q { parrots { nodes { ...Parrot } } }"),
    ])
    .unwrap();
    has(
        &text,
        &["pub(crate) struct Parrot {", "pub(crate) struct ShowParrot {", "pub(crate) nodes: Vec<Parrot>,"],
    );
    assert_eq!(
        text.matches("struct ShowParrot").count() + text.matches("struct KeepersParrot").count(),
        1,
        "{text}"
    );
    assert_eq!(text.matches("type Answer = Option<super::ShowParrot>;").count(), 2, "{text}");
    let twice =
        made(&[("show", "query Q { parrot(id: 1) { keepers { name parrots { keepers { type } } } } }")]);
    assert!(twice.unwrap_err().contains("make a fragment of it"));
}

#[test]
fn pages_are_connections_by_their_nodes_or_their_edges() {
    for rows in ["nodes { id }", "edges { node { id } }"] {
        let text = made(&[(
            "list",
            &format!("query Q {{ parrots {{ {rows} pageInfo {{ hasNextPage endCursor }} }} }}"),
        )]);
        has(
            &text.unwrap(),
            &["impl crate::answers::Connection for ParrotConnection {", "type Node = Parrot;"],
        );
    }
    let one = made(&[("list", "query Q { parrots { nodes { id } } }")]).unwrap();
    assert!(!one.contains("impl "), "what does not say where to go on is no page: {one}");
}

#[test]
fn what_every_payload_says_is_left_to_the_client() {
    let text = made(&[("tell", "mutation M { parrotTell { parrot { id } userErrors { code } } }")]).unwrap();
    assert!(text.contains("struct ParrotPayload") && !text.contains("user_errors"), "{text}");
}

#[test]
fn a_document_that_the_schema_does_not_know_ends_the_build_with_its_name() {
    let refused = |text: &str| made(&[("show", text)]).unwrap_err();
    let unknown = refused("query Q { parrot(id: 1) { wings } }");
    assert!(unknown.contains("parrot/show.graphql") && unknown.contains("no wings in Parrot"), "{unknown}");
    assert!(refused("query Q { parrot(id: 1) { ...Bird } }").contains("no fragment Bird"));
    assert!(refused("query Q { parrot(id: 1) { id } parrots { nodes { id } } }").contains("one field"));
}
