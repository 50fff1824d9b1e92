//! What the published schema allows: variables and answers, made up from its own text.

use std::collections::BTreeMap;

use async_graphql::{
    Positioned,
    parser::{
        parse_query, parse_schema,
        types::{
            BaseType, DocumentOperations, ExecutableDocument, OperationDefinition, OperationType, Selection,
            SelectionSet, Type, TypeDefinition, TypeKind, TypeSystemDefinition,
        },
    },
};
use serde_json::{Map, Value, json};

/// How much of what may be left out is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Amount {
    /// All of it; lists have one member.
    Most,
    /// Nothing of it; lists are empty.
    Least,
}

/// The types of the schema by name.
pub(super) struct Contract(BTreeMap<String, TypeDefinition>);

impl Contract {
    pub(super) fn published() -> Self {
        let document = parse_schema(mediary_api::schema::sdl()).unwrap();
        let types = document.definitions.into_iter().filter_map(|definition| match definition {
            TypeSystemDefinition::Type(definition) => {
                Some((definition.node.name.node.to_string(), definition.node))
            }
            TypeSystemDefinition::Schema(_) | TypeSystemDefinition::Directive(_) => None,
        });
        Self(types.collect())
    }

    /// A value for each variable of a document.
    pub(super) fn variables(&self, text: &str, amount: Amount) -> Value {
        let document = parse_query(text).unwrap();
        let variables =
            operation(&document).variable_definitions.iter().map(|Positioned { node, .. }| {
                let value = made(&node.var_type.node, amount, |name| self.input(name, amount));
                (node.name.node.to_string(), value)
            });
        Value::Object(variables.collect())
    }

    /// A value of the one field of a document.
    pub(super) fn answer(&self, text: &str, amount: Amount) -> Value {
        let document = parse_query(text).unwrap();
        let operation = operation(&document);
        let root = match operation.ty {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        };
        let fields = self.fields(&document, root, &operation.selection_set.node, amount);
        assert_eq!(fields.len(), 1, "a document asks for one field: {text}");
        fields.into_iter().next().expect("there is one").1
    }

    fn kind(&self, name: &str) -> Option<&TypeKind> {
        self.0.get(name).map(|definition| &definition.kind)
    }

    /// A value that is sent.
    fn input(&self, name: &str, amount: Amount) -> Value {
        let Some(TypeKind::InputObject(input)) = self.kind(name) else { return self.leaf(name) };
        let directives = &self.0[name].directives;
        let is_one_of = directives.iter().any(|directive| directive.node.name.node.as_str() == "oneOf");
        let fields = input.fields.iter().map(|field| &field.node);
        let wanted: Vec<_> = if is_one_of {
            fields.take(1).collect()
        } else {
            fields.filter(|field| amount == Amount::Most || !field.ty.node.nullable).collect()
        };
        let made = wanted.into_iter().map(|field| {
            let value = made(&field.ty.node, Amount::Most, |name| self.input(name, amount));
            (field.name.node.to_string(), value)
        });
        Value::Object(made.collect())
    }

    /// What a selection of an object is answered with.
    fn fields(
        &self,
        document: &ExecutableDocument,
        object: &str,
        selected: &SelectionSet,
        amount: Amount,
    ) -> Map<String, Value> {
        let Some(TypeKind::Object(ty)) = self.kind(object) else { panic!("{object} is no object") };
        let mut fields = Map::new();
        for selection in &selected.items {
            match &selection.node {
                Selection::Field(field) => {
                    let name = &field.node.name.node;
                    let known = ty.fields.iter().find(|known| known.node.name.node == *name);
                    let known = known.unwrap_or_else(|| panic!("{object} has no {name}"));
                    let value = made(&known.node.ty.node, amount, |name| match self.kind(name) {
                        Some(TypeKind::Object(_)) => {
                            Value::Object(self.fields(document, name, &field.node.selection_set.node, amount))
                        }
                        _ => self.leaf(name),
                    });
                    fields.insert(field.node.response_key().node.to_string(), value);
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = &document.fragments[&spread.node.fragment_name.node].node;
                    fields.extend(self.fields(document, object, &fragment.selection_set.node, amount));
                }
                Selection::InlineFragment(inline) => {
                    fields.extend(self.fields(document, object, &inline.node.selection_set.node, amount));
                }
            }
        }
        fields
    }

    /// A value without fields. Numbers are as large as their type: whoever reads them as a smaller one is found.
    fn leaf(&self, name: &str) -> Value {
        match (name, self.kind(name)) {
            (_, Some(TypeKind::Enum(ty))) => json!(ty.values[0].node.value.node.as_str()),
            ("ID" | "String" | "SecretValue", _) => json!("x"),
            ("Boolean", _) => json!(true),
            ("Int", _) => json!(i32::MAX),
            ("Float", _) => json!(1.5),
            ("Long" | "Position", _) => json!(1_u64 << 40),
            ("DateTime", _) => json!("2026-11-21T08:00:00Z"),
            ("JSON", _) => json!({ "x": [1] }),
            _ => panic!("say here what a {name} looks like"),
        }
    }
}

/// A value of a type, of which it is known how its named part is made.
fn made(ty: &Type, amount: Amount, named: impl Fn(&str) -> Value + Copy) -> Value {
    match (&ty.base, amount) {
        _ if ty.nullable && amount == Amount::Least => Value::Null,
        (BaseType::Named(name), _) => named(name),
        (BaseType::List(_), Amount::Least) => json!([]),
        (BaseType::List(member), Amount::Most) => json!([made(member, amount, named)]),
    }
}

fn operation(document: &ExecutableDocument) -> &OperationDefinition {
    match &document.operations {
        DocumentOperations::Single(operation) => &operation.node,
        DocumentOperations::Multiple(operations) => {
            &operations.values().next().expect("a document has an operation").node
        }
    }
}
