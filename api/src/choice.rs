//! Enums of GraphQL whose values come of the concerns: a further concern brings its own.

use std::{borrow::Cow, fmt};

use async_graphql::{
    ContextSelectionSet, InputType, InputValueError, InputValueResult, Name, OutputType, Positioned,
    ServerResult, Value,
    parser::types::Field,
    registry::{Deprecation, MetaEnumValue, MetaType, MetaTypeId, Registry},
};

/// What an enum is made of.
pub(crate) trait Choices: fmt::Debug + Copy + Eq + Send + Sync + 'static {
    /// The name of the enum.
    const NAME: &'static str;
    /// What it is, in one sentence.
    const ABOUT: &'static str;

    /// Every value, with what it is in one sentence.
    fn all() -> Vec<(Self, &'static str)>;

    /// The stored name of a value; GraphQL writes it in capitals.
    fn name(&self) -> Cow<'_, str>;
}

/// A value of such an enum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Choice<T>(pub(crate) T);

impl<T: Choices> Choice<T> {
    fn word(self) -> String {
        self.0.name().to_ascii_uppercase()
    }

    fn value(self) -> Value {
        Value::Enum(Name::new(self.word()))
    }

    fn register(registry: &mut Registry) -> String {
        let value = |(choice, about): (T, &str)| MetaEnumValue {
            name: Self(choice).word(),
            description: Some(about.to_owned()),
            deprecation: Deprecation::NoDeprecated,
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            directive_invocations: Vec::new(),
        };
        registry.create_input_type::<Self, _>(MetaTypeId::Enum, |_| MetaType::Enum {
            name: T::NAME.to_owned(),
            description: Some(T::ABOUT.to_owned()),
            enum_values: T::all().into_iter().map(value).map(|value| (value.name.clone(), value)).collect(),
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            rust_typename: Some(std::any::type_name::<Self>()),
            directive_invocations: Vec::new(),
            requires_scopes: Vec::new(),
        })
    }
}

impl<T: Choices> InputType for Choice<T> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        T::NAME.into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Self::register(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let value = value.unwrap_or_default();
        let word = match &value {
            Value::Enum(name) => name.as_str(),
            Value::String(text) => text,
            _ => return Err(InputValueError::expected_type(value)),
        };
        let known = T::all().into_iter().map(|(choice, _)| Self(choice)).find(|choice| choice.word() == word);
        known.ok_or_else(|| InputValueError::custom(format_args!("{word:?} is none of them")))
    }

    fn to_value(&self) -> Value {
        self.value()
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

impl<T: Choices> OutputType for Choice<T> {
    fn type_name() -> Cow<'static, str> {
        T::NAME.into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Self::register(registry)
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(self.value())
    }
}
