//! What lists are sorted by, in one form for all of them: `orderBy: { field: QUEUED_AT, direction: DESC }`.
//!
//! To add one: an enum of the fields in the concern's `query`, whose name ends with `OrderField`.

use std::borrow::Cow;

use async_graphql::{
    Enum, InputObjectType, InputType, InputValueError, InputValueResult, Name, Value,
    indexmap::IndexMap,
    registry::{Deprecation, MetaInputValue, MetaType, MetaTypeId, Registry},
};
use mediary_projections::listing::{Order, OrderField};

/// In which direction a list is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum OrderDirection {
    /// The smallest, the first, the oldest at the front.
    Asc,
    /// The largest, the last, the newest at the front.
    Desc,
}

/// What a list is sorted by, of the fields that its rows can be sorted by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OrderBy<Field> {
    field: Field,
    direction: OrderDirection,
}

/// The order that is asked for, or the one that the list has.
pub(crate) fn order<Named, Field>(by: Option<OrderBy<Named>>) -> Order<Field>
where
    Field: OrderField + From<Named>,
{
    by.map_or_else(Order::default, |OrderBy { field, direction }| Order {
        field: field.into(),
        descending: direction == OrderDirection::Desc,
    })
}

const ABOUT: &str =
    "What a list is sorted by. Rows that are alike in it come in the order in which they came to be.";
const FIELD: &str = "field";
const DIRECTION: &str = "direction";

fn member<T: InputType>(registry: &mut Registry, name: &str, about: &str) -> (String, MetaInputValue) {
    let value = MetaInputValue {
        name: name.to_owned(),
        description: Some(about.to_owned()),
        ty: T::create_type_info(registry),
        deprecation: Deprecation::NoDeprecated,
        default_value: None,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        is_secret: false,
        directive_invocations: Vec::new(),
    };
    (name.to_owned(), value)
}

impl<Field: InputType> InputType for OrderBy<Field> {
    type RawValueType = Self;

    // `JobOrder` sorts by a `JobOrderField`.
    fn type_name() -> Cow<'static, str> {
        Field::type_name().trim_end_matches("Field").to_owned().into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_input_type::<Self, _>(MetaTypeId::InputObject, |registry| MetaType::InputObject {
            name: Self::type_name().into_owned(),
            description: Some(ABOUT.to_owned()),
            input_fields: IndexMap::from([
                member::<Field>(registry, FIELD, "By what."),
                member::<OrderDirection>(registry, DIRECTION, "In which direction."),
            ]),
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            rust_typename: Some(std::any::type_name::<Self>()),
            oneof: false,
            directive_invocations: Vec::new(),
        })
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let Some(Value::Object(members)) = value else {
            return Err(InputValueError::expected_type(value.unwrap_or_default()));
        };
        Ok(Self {
            field: Field::parse(members.get(FIELD).cloned()).map_err(InputValueError::propagate)?,
            direction: OrderDirection::parse(members.get(DIRECTION).cloned())
                .map_err(InputValueError::propagate)?,
        })
    }

    fn to_value(&self) -> Value {
        let members = [(FIELD, self.field.to_value()), (DIRECTION, self.direction.to_value())];
        Value::Object(members.map(|(name, value)| (Name::new(name), value)).into())
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

impl<Field: InputType> InputObjectType for OrderBy<Field> {}
