use crate::commands::concerns::Concern;

/// What the binary has of this concern; it is typed behind `job`.
pub(crate) const CONCERN: Concern = Concern {
    fragments: &[include_str!("template.fragment.graphql")],
    #[cfg(test)]
    documents: &[&super::IMPORT, &super::LIST, &super::REMOVE, &super::SAVE],
    ..Concern::NOTHING
};
