//! Scalars: numbers beyond 32 bits, and moments.

use async_graphql::{InputValueError, InputValueResult, Number, Scalar, ScalarType, Value};
use mediary_schema::Timestamp;

/// A position in the log, from 1; 0 is before the first event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Position(pub u64);

/// A place in the log: a whole number from 1, or 0 for the place before the first event.
#[Scalar(name = "Position")]
impl ScalarType for Position {
    fn parse(value: Value) -> InputValueResult<Self> {
        whole(&value).map(Self).ok_or_else(|| InputValueError::custom("a position is a whole number from 0"))
    }

    fn to_value(&self) -> Value {
        Value::Number(Number::from(self.0))
    }
}

/// A whole number beyond 32 bits, such as a size in bytes or a duration in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Long(pub u64);

/// A whole number from 0 up to 2^53, such as a size in bytes or a duration in milliseconds.
#[Scalar(name = "Long")]
impl ScalarType for Long {
    fn parse(value: Value) -> InputValueResult<Self> {
        whole(&value).map(Self).ok_or_else(|| InputValueError::custom("a whole number from 0 is wanted"))
    }

    fn to_value(&self) -> Value {
        Value::Number(Number::from(self.0))
    }
}

/// A moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateTime(pub Timestamp);

/// A moment in UTC as RFC 3339 with microseconds, such as `2026-11-21T08:00:00.000000Z`.
#[Scalar(name = "DateTime")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => text.parse().map(Self).map_err(InputValueError::custom),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

fn whole(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64(),
        // Clients whose numbers have 53 bits may send text.
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}
