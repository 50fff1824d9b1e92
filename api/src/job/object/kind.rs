use std::borrow::Cow;

use mediary_log::work::REGISTRY;
use mediary_schema::job::WorkKind;

use crate::choice::{Choice, Choices};

/// A kind of work.
pub(crate) type Kind = Choice<WorkKind>;

impl Choices for WorkKind {
    const NAME: &'static str = "WorkKind";
    const ABOUT: &'static str = "A kind of work.";

    fn all() -> Vec<(Self, &'static str)> {
        REGISTRY.kinds().map(|work| (work.kind, work.about)).collect()
    }

    fn name(&self) -> Cow<'_, str> {
        Self::name(self).into()
    }
}
