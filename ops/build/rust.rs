//! The types as Rust text.

use std::fmt::Write as _;

use async_graphql_parser::types::{BaseType, Type};

use super::answers::{Field, Object, Shape};

/// More than these clippy takes for states that are told badly.
const BOOLS_USUAL: usize = 3;

/// The types of one folder.
#[derive(Debug)]
pub(crate) struct Module {
    name: String,
    pub(crate) fragments: Vec<(String, Object)>,
    /// What each operation answers, by its file.
    pub(crate) answers: Vec<(String, (Type, Shape))>,
}

/// The names that the objects of a folder have.
struct Names {
    folder: String,
    objects: Vec<(Object, String)>,
}

impl Module {
    pub(crate) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), fragments: Vec::new(), answers: Vec::new() }
    }

    /// Every object that is no fragment's own, with the file that it is of.
    fn objects(&self) -> Vec<(&str, &Object)> {
        let mut found = Vec::new();
        for (name, fragment) in &self.fragments {
            fragment.fields.iter().for_each(|field| below(&field.shape, name, &mut found));
        }
        for (file, (_, shape)) in &self.answers {
            below(shape, file, &mut found);
        }
        found
    }

    fn names(&self) -> Result<Names, String> {
        let objects = self.objects();
        let mut names: Vec<(Object, String)> = Vec::new();
        for (file, object) in &objects {
            if names.iter().any(|(known, _)| known == *object) {
                continue;
            }
            let is_only = objects.iter().all(|(_, other)| other.ty != object.ty || other == object)
                && !self.fragments.iter().any(|(name, _)| *name == object.ty);
            let name = if is_only { object.ty.clone() } else { format!("{}{}", pascal(file), object.ty) };
            let is_taken = names.iter().any(|(_, known)| *known == name)
                || self.fragments.iter().any(|(known, _)| *known == name);
            if is_taken {
                return Err(format!(
                    "{}/{file}: {} is selected twice, each time otherwise: make a fragment of it",
                    self.name, object.ty
                ));
            }
            names.push(((*object).clone(), name));
        }
        Ok(Names { folder: self.name.clone(), objects: names })
    }
}

fn below<'a>(shape: &'a Shape, file: &'a str, found: &mut Vec<(&'a str, &'a Object)>) {
    if let Shape::Object(object) = shape {
        found.push((file, object));
        object.fields.iter().for_each(|field| below(&field.shape, file, found));
    }
}

pub(crate) fn text(modules: &[Module]) -> Result<String, String> {
    let mut text = String::new();
    for module in modules {
        let names = module.names()?;
        writeln!(text, "/// Answers to the documents of `{0}`.\npub(crate) mod {0} {{", module.name)
            .expect(WRITES);
        for (name, object) in module.fragments.iter().map(|(name, object)| (name, object)) {
            text += &names.item(modules, name, object);
        }
        for (object, name) in &names.objects {
            text += &names.item(modules, name, object);
        }
        for (file, (ty, shape)) in &module.answers {
            let answer = in_rust(ty, &names.of(shape));
            let answer = answer.replace(HERE, "super::");
            writeln!(
                text,
                "pub(crate) mod {} {{\n/// What `{file}.graphql` answers.\npub(crate) type Answer = {answer};\n}}",
                word(file)
            )
            .expect(WRITES);
        }
        text += "}\n";
    }
    Ok(text.replace(HERE, ""))
}

const WRITES: &str = "a text takes what is written to it";
/// Stands before the name of a type of the same folder until it is known from where it is named.
const HERE: &str = "$here::";

impl Names {
    fn of(&self, shape: &Shape) -> String {
        match shape {
            Shape::Leaf(leaf) => (*leaf).to_owned(),
            Shape::Fragment { folder, name } if *folder == self.folder => format!("{HERE}{name}"),
            Shape::Fragment { folder, name } => format!("crate::answers::{}::{name}", word(folder)),
            Shape::Object(object) => {
                let name =
                    self.objects.iter().find(|(known, _)| known == object).map(|(_, name)| name.as_str());
                format!("{HERE}{}", name.expect("every object of the folder has a name"))
            }
        }
    }

    /// A type, and that it is a page of a connection, if it is one.
    fn item(&self, modules: &[Module], name: &str, object: &Object) -> String {
        let mut text = String::new();
        let derives = derives(modules, object);
        writeln!(text, "/// Of a `{}` what is asked for.", object.ty).expect(WRITES);
        let is_bool = |field: &&Field| in_rust(&field.ty, &self.of(&field.shape)) == "bool";
        if object.fields.iter().filter(is_bool).count() > BOOLS_USUAL {
            text += "#[expect(clippy::struct_excessive_bools, reason = \"each is asked for\")]\n";
        }
        writeln!(text, "#[derive({derives})]\npub(crate) struct {name} {{").expect(WRITES);
        for Field { key, ty, shape } in &object.fields {
            let (field, ty) = (word(&snake(key)), in_rust(ty, &self.of(shape)));
            if field != *key {
                writeln!(text, "#[serde(rename = \"{key}\")]").expect(WRITES);
            }
            writeln!(text, "pub(crate) {field}: {ty},").expect(WRITES);
        }
        text += "}\n";
        text + &self.connection(name, object).unwrap_or_default()
    }

    fn connection(&self, name: &str, object: &Object) -> Option<String> {
        let field = |object: &Object, key: &str| object.fields.iter().find(|field| field.key == key).cloned();
        let Shape::Object(info) = field(object, "pageInfo")?.shape else { return None };
        field(&info, "hasNextPage")?;
        field(&info, "endCursor")?;
        let (node, nodes) = if let Some(nodes) = field(object, "nodes") {
            (self.of(&nodes.shape), "self.nodes")
        } else {
            let Shape::Object(edge) = field(object, "edges")?.shape else { return None };
            (self.of(&field(&edge, "node")?.shape), "self.edges.into_iter().map(|edge| edge.node).collect()")
        };
        Some(format!(
            "impl crate::answers::Connection for {name} {{\ntype Node = {node};\n\
             fn next(&self) -> Option<String> {{\nself.page_info.end_cursor.clone().filter(|_| self.page_info.has_next_page)\n}}\n\
             fn into_nodes(self) -> Vec<Self::Node> {{\n{nodes}\n}}\n}}\n"
        ))
    }
}

/// What can be done with a type without asking for more than its parts have.
fn derives(modules: &[Module], object: &Object) -> String {
    let mut derives = vec!["Debug", "Clone", "Default", "PartialEq"];
    let leaves = leaves(modules, object);
    if leaves.iter().all(|leaf| !matches!(*leaf, "f64" | "serde_json::Value")) {
        derives.push("Eq");
    }
    if leaves.iter().all(|leaf| !matches!(*leaf, "String" | "serde_json::Value" | LIST)) {
        derives.push("Copy");
    }
    derives.extend(["serde::Serialize", "serde::Deserialize"]);
    derives.join(", ")
}

const LIST: &str = "Vec";

fn leaves(modules: &[Module], object: &Object) -> Vec<&'static str> {
    let mut found = Vec::new();
    for Field { ty, shape, .. } in &object.fields {
        if matches!(ty.base, BaseType::List(_)) {
            found.push(LIST);
        }
        match shape {
            Shape::Leaf(leaf) => found.push(leaf),
            Shape::Object(object) => found.extend(leaves(modules, object)),
            Shape::Fragment { folder, name } => {
                let module = modules.iter().filter(|module| module.name == *folder);
                let fragments = module.flat_map(|module| &module.fragments);
                let of = fragments.filter(|(known, _)| known == name);
                found.extend(of.flat_map(|(_, object)| leaves(modules, object)));
            }
        }
    }
    found
}

/// A type of the schema, of whose named part it is known what that is in Rust.
fn in_rust(ty: &Type, named: &str) -> String {
    let one = match &ty.base {
        BaseType::Named(_) => named.to_owned(),
        BaseType::List(member) => format!("Vec<{}>", in_rust(member, named)),
    };
    if ty.nullable { format!("Option<{one}>") } else { one }
}

/// `hasNextPage` as `has_next_page`.
fn snake(key: &str) -> String {
    let mut name = String::new();
    for letter in key.chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

/// `account_entries` as `AccountEntries`.
fn pascal(file: &str) -> String {
    let words = file.split('_').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_ascii_uppercase() + rest
    });
    words.collect()
}

/// A name that Rust has for something else, marked as a name.
fn word(name: &str) -> String {
    const TAKEN: [&str; 9] = ["type", "use", "move", "ref", "match", "where", "for", "in", "loop"];
    if TAKEN.contains(&name) { format!("r#{name}") } else { name.to_owned() }
}
