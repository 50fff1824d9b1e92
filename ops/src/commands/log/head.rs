pub(crate) use crate::answers::log::Head;
use crate::{answers::log::head, client::Document};

pub(crate) const HEAD: Document<head::Answer> = Document::repeatable(include_str!("head.graphql"));
