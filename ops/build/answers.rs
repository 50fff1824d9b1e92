//! From documents to the types of what they are answered with.

use std::collections::BTreeMap;

use async_graphql_parser::{
    parse_query,
    types::{
        DocumentOperations, ExecutableDocument, Field as Asked, OperationDefinition, OperationType,
        Selection, SelectionSet, Type,
    },
};

use super::{
    contract::{Contract, named},
    rust::{self, Module},
};

/// The documents of one folder, each with the name of its file.
#[derive(Debug, Default)]
pub(crate) struct Folder {
    fragments: Vec<(String, Fragment)>,
    operations: Vec<(String, OperationDefinition)>,
}

/// What several documents ask for of a type.
#[derive(Debug)]
struct Fragment {
    name: String,
    on: String,
    selected: SelectionSet,
}

impl Folder {
    /// Adds the document of a file.
    pub(crate) fn add(&mut self, file: &str, text: &str) -> Result<(), String> {
        // A document without an operation is none for the parser.
        let is_fragment = text.trim_start().starts_with("fragment ");
        let text = if is_fragment { format!("{text}\nquery {{ __typename }}") } else { text.to_owned() };
        let ExecutableDocument { operations, fragments } =
            parse_query(text).map_err(|error| error.to_string())?;
        if is_fragment {
            for (name, fragment) in fragments.into_iter().collect::<BTreeMap<_, _>>() {
                let fragment = fragment.node;
                let on = fragment.type_condition.node.on.node.to_string();
                let fragment = Fragment { name: name.to_string(), on, selected: fragment.selection_set.node };
                self.fragments.push((file.to_owned(), fragment));
            }
            return Ok(());
        }
        let DocumentOperations::Multiple(operations) = operations else {
            return Err("an operation has a name".to_owned());
        };
        let mut operations = operations.into_iter();
        match (operations.next(), operations.next()) {
            (Some((_, operation)), None) => self.operations.push((file.to_owned(), operation.node)),
            _ => return Err("a file is one operation".to_owned()),
        }
        Ok(())
    }
}

/// What stands at a place of an answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    /// A value without parts, as its Rust type.
    Leaf(&'static str),
    /// What a fragment asks for.
    Fragment { folder: String, name: String },
    /// What is asked for here alone.
    Object(Object),
}

/// What is asked for of an object.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Object {
    /// The schema's name of its type.
    pub(crate) ty: String,
    pub(crate) fields: Vec<Field>,
}

/// A field of an object.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Field {
    /// How it is called in the answer.
    pub(crate) key: String,
    pub(crate) ty: Type,
    pub(crate) shape: Shape,
}

/// Reads selections as the schema means them.
struct Reader<'a> {
    contract: &'a Contract,
    /// Every fragment with its folder.
    fragments: BTreeMap<&'a str, (&'a str, &'a Fragment)>,
}

/// The Rust text of all types.
pub(crate) fn text(contract: &Contract, folders: &BTreeMap<String, Folder>) -> Result<String, String> {
    let mut fragments = BTreeMap::new();
    for (name, folder) in folders {
        for (_, fragment) in &folder.fragments {
            if fragments.insert(fragment.name.as_str(), (name.as_str(), fragment)).is_some() {
                return Err(format!("there are two fragments of the name {}", fragment.name));
            }
        }
    }
    let reader = Reader { contract, fragments };
    let modules: Result<Vec<Module>, String> =
        folders.iter().map(|(name, folder)| reader.module(name, folder)).collect();
    rust::text(&modules?)
}

impl Reader<'_> {
    fn module(&self, name: &str, folder: &Folder) -> Result<Module, String> {
        let mut module = Module::new(name);
        for (_, fragment) in &folder.fragments {
            let of = |error: String| format!("{name}, fragment {}: {error}", fragment.name);
            let object = self.object(&fragment.on, &fragment.selected).map_err(of)?;
            module.fragments.push((fragment.name.clone(), object));
        }
        for (file, operation) in &folder.operations {
            // Of a subscription only that something came is read.
            if operation.ty == OperationType::Subscription {
                continue;
            }
            let of = |error: String| format!("{name}/{file}.graphql: {error}");
            module.answers.push((file.clone(), self.answer(operation).map_err(of)?));
        }
        Ok(module)
    }

    /// What the one field of an operation is.
    fn answer(&self, operation: &OperationDefinition) -> Result<(Type, Shape), String> {
        let [selection] = operation.selection_set.node.items.as_slice() else {
            return Err("a document asks for one field".to_owned());
        };
        let Selection::Field(asked) = &selection.node else {
            return Err("a document asks for a field of its own".to_owned());
        };
        let field = self.field(Contract::root(operation.ty), &asked.node)?;
        Ok((field.ty, field.shape))
    }

    fn field(&self, object: &str, asked: &Asked) -> Result<Field, String> {
        let ty = self.contract.field(object, &asked.name.node)?;
        let (selected, name) = (&asked.selection_set.node, named(&ty.base));
        let shape = match selected.items.as_slice() {
            [] => Shape::Leaf(self.contract.leaf(name)?),
            [only] => self.shape(name, selected, &only.node)?,
            _ => Shape::Object(self.object(name, selected)?),
        };
        Ok(Field { key: asked.response_key().node.to_string(), ty: ty.clone(), shape })
    }

    /// Of what selects one thing: a fragment alone is that fragment.
    fn shape(&self, ty: &str, selected: &SelectionSet, only: &Selection) -> Result<Shape, String> {
        let Selection::FragmentSpread(spread) = only else {
            return Ok(Shape::Object(self.object(ty, selected)?));
        };
        let (folder, fragment) = self.fragment(&spread.node.fragment_name.node)?;
        Ok(Shape::Fragment { folder: folder.to_owned(), name: fragment.name.clone() })
    }

    fn object(&self, ty: &str, selected: &SelectionSet) -> Result<Object, String> {
        let mut fields: Vec<Field> = Vec::new();
        for selection in &selected.items {
            match &selection.node {
                // Read by whoever sends a command, of whatever kind: see the client.
                Selection::Field(asked)
                    if self.contract.is_payload(ty)
                        && matches!(asked.node.name.node.as_str(), "userErrors" | "dryRun") =>
                {
                    self.contract.field(ty, &asked.node.name.node)?;
                }
                Selection::Field(asked) => fields.push(self.field(ty, &asked.node)?),
                Selection::FragmentSpread(spread) => {
                    let (_, fragment) = self.fragment(&spread.node.fragment_name.node)?;
                    fields.extend(self.object(&fragment.on, &fragment.selected)?.fields);
                }
                Selection::InlineFragment(_) => {
                    return Err(format!(
                        "of {ty}: say in ops/build/answers.rs what a fragment within it is in Rust"
                    ));
                }
            }
        }
        Ok(Object { ty: ty.to_owned(), fields })
    }

    fn fragment(&self, name: &str) -> Result<(&str, &Fragment), String> {
        self.fragments.get(name).copied().ok_or_else(|| format!("there is no fragment {name}"))
    }
}
