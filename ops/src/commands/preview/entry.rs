use std::sync::Arc;

use mediary_actors::preview::{PreviewClerk, Previewer};

use crate::commands::{concerns::Concern, noun::Noun};

/// What the binary has of this concern.
pub(crate) const CONCERN: Concern = Concern {
    nouns: &[Noun::of::<super::Verb>("preview", "See what is at an address, before following it")],
    fragments: &[include_str!("preview.fragment.graphql")],
    #[cfg(test)]
    documents: &[&super::START, &super::SHOW, &super::LIST],
    parts: |ground| {
        let looker = Previewer::new(Arc::clone(&ground.engine) as _);
        vec![ground.performer("preview", ground.in_data(), looker, PreviewClerk::new(ground.vault()))]
    },
    ..Concern::NOTHING
};
