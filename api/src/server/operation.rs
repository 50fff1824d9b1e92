//! Which operation of a document is asked for.

use async_graphql::parser::types::{ExecutableDocument, OperationDefinition, OperationType};

/// The operation of this name, or the first.
pub(super) fn named<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Option<&'a OperationDefinition> {
    let mut operations = document.operations.iter();
    match name {
        Some(name) => {
            operations.find(|(key, _)| key.is_some_and(|key| key == name)).map(|(_, one)| &one.node)
        }
        None => operations.next().map(|(_, one)| &one.node),
    }
}

/// Its kind; none where it is not there, which the executor says better.
pub(crate) fn kind_of(document: &ExecutableDocument, name: Option<&str>) -> Option<OperationType> {
    named(document, name).map(|operation| operation.ty)
}
