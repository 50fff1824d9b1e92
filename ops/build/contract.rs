//! What the published schema says of a type.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql_parser::{
    parse_schema,
    types::{BaseType, OperationType, Type, TypeKind, TypeSystemDefinition},
};

/// The types of the schema by name.
#[derive(Debug)]
pub(crate) struct Contract {
    types: BTreeMap<String, TypeKind>,
    /// What the mutations answer.
    payloads: BTreeSet<String>,
}

impl Contract {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let document = parse_schema(text).map_err(|error| format!("the schema: {error}"))?;
        let types = document.definitions.into_iter().filter_map(|definition| match definition {
            TypeSystemDefinition::Type(definition) => {
                Some((definition.node.name.node.to_string(), definition.node.kind))
            }
            TypeSystemDefinition::Schema(_) | TypeSystemDefinition::Directive(_) => None,
        });
        let mut contract = Self { types: types.collect(), payloads: BTreeSet::new() };
        let mutations = contract.fields_of(Self::root(OperationType::Mutation)).into_iter().flatten();
        contract.payloads = mutations.map(|(_, ty)| named(&ty.base).to_owned()).collect();
        Ok(contract)
    }

    /// The type whose fields an operation asks for.
    pub(crate) const fn root(operation: OperationType) -> &'static str {
        match operation {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        }
    }

    /// The type of a field.
    pub(crate) fn field(&self, object: &str, name: &str) -> Result<&Type, String> {
        let mut fields =
            self.fields_of(object).ok_or_else(|| format!("of the parts of a {object} nothing is known"))?;
        let found = fields.find(|(known, _)| *known == name).map(|(_, ty)| ty);
        found.ok_or_else(|| {
            format!("the published schema has no {name} in {object}; `ops/contracts` renews it")
        })
    }

    fn fields_of(&self, object: &str) -> Option<impl Iterator<Item = (&str, &Type)>> {
        let fields = match self.types.get(object)? {
            TypeKind::Object(object) => &object.fields,
            TypeKind::Interface(interface) => &interface.fields,
            TypeKind::Scalar | TypeKind::Union(_) | TypeKind::Enum(_) | TypeKind::InputObject(_) => {
                return None;
            }
        };
        Some(fields.iter().map(|field| (field.node.name.node.as_str(), &field.node.ty.node)))
    }

    /// Whether every mutation that answers it says, too, why it was refused and what it would do.
    pub(crate) fn is_payload(&self, name: &str) -> bool {
        self.payloads.contains(name)
    }

    /// What a value without parts is in Rust.
    pub(crate) fn leaf(&self, name: &str) -> Result<&'static str, String> {
        match (name, self.types.get(name)) {
            // Its word: a newer server may have one more, and that is no reason to understand nothing of its answer.
            (_, Some(TypeKind::Enum(_))) | ("ID" | "String" | "DateTime", _) => Ok("String"),
            ("Boolean", _) => Ok("bool"),
            ("Int", _) => Ok("i64"),
            ("Long" | "Position", _) => Ok("u64"),
            ("Float", _) => Ok("f64"),
            ("JSON", _) => Ok("serde_json::Value"),
            _ => Err(format!("say in ops/build/contract.rs what a {name} is in Rust")),
        }
    }
}

/// What a type holds, however often and whether at all.
pub(crate) fn named(base: &BaseType) -> &str {
    match base {
        BaseType::Named(name) => name,
        BaseType::List(member) => named(&member.base),
    }
}
