use std::borrow::Cow;

use async_graphql::{
    ContextSelectionSet, InputType, InputValueError, InputValueResult, Name, OutputType, Positioned,
    ServerResult, Value,
    parser::types::Field,
    registry::{Deprecation, MetaEnumValue, MetaType, MetaTypeId, Registry},
};
use mediary_log::work::REGISTRY;
use mediary_schema::job::WorkKind;

/// A kind of work: an enum in GraphQL, with the kinds that the concerns have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kind(pub(crate) WorkKind);

const NAME: &str = "WorkKind";

impl Kind {
    /// As GraphQL writes it.
    fn word(self) -> String {
        self.0.name().to_ascii_uppercase()
    }

    fn value(self) -> Value {
        Value::Enum(Name::new(self.word()))
    }
}

fn register(registry: &mut Registry) -> String {
    let of_kind = |kind: WorkKind, about: &str| MetaEnumValue {
        name: Kind(kind).word(),
        description: Some(about.to_owned()),
        deprecation: Deprecation::NoDeprecated,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        directive_invocations: Vec::new(),
    };
    registry.create_input_type::<Kind, _>(MetaTypeId::Enum, |_| MetaType::Enum {
        name: NAME.to_owned(),
        description: Some("A kind of work.".to_owned()),
        enum_values: REGISTRY
            .kinds()
            .map(|work| (Kind(work.kind).word(), of_kind(work.kind, work.about)))
            .collect(),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: Some(std::any::type_name::<Kind>()),
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    })
}

impl InputType for Kind {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        NAME.into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        register(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let value = value.unwrap_or_default();
        let word = match &value {
            Value::Enum(name) => name.as_str(),
            Value::String(text) => text,
            _ => return Err(InputValueError::expected_type(value)),
        };
        let known = REGISTRY.kinds().map(|work| Self(work.kind)).find(|kind| kind.word() == word);
        known.ok_or_else(|| InputValueError::custom(format_args!("{word:?} is no kind of work")))
    }

    fn to_value(&self) -> Value {
        self.value()
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

impl OutputType for Kind {
    fn type_name() -> Cow<'static, str> {
        NAME.into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        register(registry)
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(self.value())
    }
}
