//! The size of a document, measured before anything walks it.
//!
//! The executor's own checks expand fragments by walking them, so a few hundred bytes whose fragments
//! name each other twice would keep a thread busy for ever; and its depth limit counts the query
//! by which tools read the schema, which is deeper than any other should be.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{
    ObjectType, Request, SchemaBuilder, ServerError, ServerResult, SubscriptionType, Value, Variables,
    async_trait::async_trait,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextPrepareRequest},
    parser::types::{ExecutableDocument, OperationDefinition, Selection, SelectionSet, VariableDefinition},
};

use super::{Options, code::Codes, turn::Turns};
use crate::server::{fault::fault, operation};

/// How deep `__schema` and `__type` may be nested: the standard query of the tools has 15.
const INTROSPECTION_DEPTH_MAX: usize = 16;

/// Applies the limits on documents to a schema, whichever way a request comes in.
#[must_use]
pub fn limit_schema<Query, Mutation, Subscription>(
    schema: SchemaBuilder<Query, Mutation, Subscription>,
    options: &Options,
) -> SchemaBuilder<Query, Mutation, Subscription>
where
    Query: ObjectType + 'static,
    Mutation: ObjectType + 'static,
    Subscription: SubscriptionType + 'static,
{
    schema
        .limit_recursive_depth(options.nesting_max)
        .limit_directives(options.directives_max)
        .limit_complexity(options.complexity_max)
        .extension(Codes)
        .extension(Turns::new(options))
        .extension(Measuring { options: Arc::new(options.clone()) })
}

/// Measures each document before it is checked and run.
struct Measuring {
    options: Arc<Options>,
}

impl ExtensionFactory for Measuring {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self { options: Arc::clone(&self.options) })
    }
}

#[async_trait]
impl Extension for Measuring {
    async fn prepare_request(
        &self,
        context: &ExtensionContext<'_>,
        request: Request,
        next: NextPrepareRequest<'_>,
    ) -> ServerResult<Request> {
        let mut request = next.run(context, request).await?;
        // The document is borrowed of the whole request.
        let (name, variables) = (request.operation_name.clone(), std::mem::take(&mut request.variables));
        let document = request.parsed_query()?;
        measure(document, &self.options)?;
        if let Some(operation) = operation::named(document, name.as_deref()) {
            refuse_missing(operation, &variables)?;
        }
        request.variables = variables;
        Ok(request)
    }
}

/// Refuses a request without a variable that the document calls necessary, or with null for it: the executor passes
/// over that where the argument behind it may be left out (section 6.1.2 of the specification).
fn refuse_missing(operation: &OperationDefinition, variables: &Variables) -> Result<(), ServerError> {
    for definition in &operation.variable_definitions {
        let VariableDefinition { name, var_type, default_value, .. } = &definition.node;
        let is_missing = match variables.get(&name.node) {
            Some(given) => *given == Value::Null,
            None => default_value.is_none(),
        };
        if is_missing && !var_type.node.nullable {
            let message = format!("the variable ${} of the type {} is missing", name.node, var_type.node);
            return Err(fault(message, "BAD_QUERY", false));
        }
    }
    Ok(())
}

/// Refuses a document that is too large.
pub(super) fn measure(document: &ExecutableDocument, options: &Options) -> Result<(), ServerError> {
    let mut measuring = Measurement { document, options, fragments: HashMap::new() };
    for (_, operation) in document.operations.iter() {
        let size = measuring.selections(&operation.node.selection_set.node, 0)?;
        refuse_if(size.depth > options.depth_max, "the query is nested too deep", "TOO_DEEP")?;
        refuse_if(
            size.introspection_depth > INTROSPECTION_DEPTH_MAX,
            "the query is nested too deep",
            "TOO_DEEP",
        )?;
        refuse_if(size.nesting > options.nesting_max, "the query is nested too deep", "TOO_DEEP")?;
        refuse_if(size.selections > options.selections_max, "the query selects too much", "TOO_LARGE")?;
    }
    Ok(())
}

fn refuse_if(is_too_much: bool, message: &str, code: &'static str) -> Result<(), ServerError> {
    if is_too_much { Err(fault(message, code, false)) } else { Ok(()) }
}

/// What a selection set amounts to with its fragments expanded.
#[derive(Debug, Clone, Copy, Default)]
struct Size {
    depth: usize,
    introspection_depth: usize,
    nesting: usize,
    selections: usize,
}

struct Measurement<'a> {
    document: &'a ExecutableDocument,
    options: &'a Options,
    /// Each fragment is measured once; `None` while it is being measured.
    fragments: HashMap<&'a str, Option<Size>>,
}

impl<'a> Measurement<'a> {
    fn selections(&mut self, set: &'a SelectionSet, level: usize) -> Result<Size, ServerError> {
        // Bounds this recursion too: a chain of fragments may be as long as the body.
        refuse_if(level > self.options.nesting_max, "the query is nested too deep", "TOO_DEEP")?;
        let mut total = Size::default();
        for selection in &set.items {
            let one = self.selection(&selection.node, level)?;
            total.depth = total.depth.max(one.depth);
            total.introspection_depth = total.introspection_depth.max(one.introspection_depth);
            total.nesting = total.nesting.max(one.nesting);
            // Doubling with each fragment overflows soon.
            total.selections = total.selections.saturating_add(one.selections);
        }
        Ok(total)
    }

    fn selection(&mut self, selection: &'a Selection, level: usize) -> Result<Size, ServerError> {
        let inner = match selection {
            Selection::Field(field) => {
                let inner = self.selections(&field.node.selection_set.node, level + 1)?;
                inner.within_field(&field.node.name.node)
            }
            Selection::InlineFragment(fragment) => {
                self.selections(&fragment.node.selection_set.node, level + 1)?
            }
            Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node, level + 1)?,
        };
        Ok(Size { nesting: inner.nesting + 1, selections: inner.selections.saturating_add(1), ..inner })
    }

    fn fragment(&mut self, name: &'a str, level: usize) -> Result<Size, ServerError> {
        match self.fragments.get(name) {
            Some(Some(size)) => return Ok(*size),
            Some(None) => return Err(fault("a fragment spreads itself", "FRAGMENT_CYCLE", false)),
            None => {}
        }
        // One that is not there is named by the executor's validation.
        let Some(fragment) = self.document.fragments.get(name) else { return Ok(Size::default()) };
        self.fragments.insert(name, None);
        let size = self.selections(&fragment.node.selection_set.node, level)?;
        self.fragments.insert(name, Some(size));
        Ok(size)
    }
}

impl Size {
    /// The depths of a field that selects this.
    fn within_field(self, name: &str) -> Self {
        let deepest = self.depth.max(self.introspection_depth);
        let (depth, introspection_depth) = match name {
            "__schema" | "__type" => (0, deepest + 1),
            _ => (self.depth + 1, self.introspection_depth),
        };
        Self { depth, introspection_depth, ..self }
    }
}
