//! A list with something in it, and not too much.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize};

/// Between one and `N` things, each once: what one command may ask for at once. What one append holds in any case, with a
/// few events for each, unless said otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Several<T, const N: usize = 500>(Vec<T>);

/// The answer to a list that a command can't take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SeveralError {
    /// It has nothing in it.
    #[error("the list is empty")]
    Empty,
    /// It has too much in it.
    #[error("the list has {count} items and may have {max}")]
    TooMany {
        /// How many it has.
        count: usize,
        /// How many it may have.
        max: usize,
    },
    /// Something is in it twice.
    #[error("item {} of the list is there before", place + 1)]
    Repeated {
        /// Where it is again, from 0.
        place: usize,
    },
}

impl<T, const N: usize> Several<T, N> {
    /// How many there are at most.
    pub const MAX: usize = N;

    /// Each of them, in the order given.
    pub fn as_slice(&self) -> &[T] {
        &self.0
    }

    /// Each of them, in the order given.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.0.iter()
    }

    /// The one thing.
    pub fn one(thing: T) -> Self {
        Self(vec![thing])
    }
}

impl<'a, T, const N: usize> IntoIterator for &'a Several<T, N> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: PartialEq, const N: usize> TryFrom<Vec<T>> for Several<T, N> {
    type Error = SeveralError;

    fn try_from(list: Vec<T>) -> Result<Self, SeveralError> {
        if list.is_empty() {
            return Err(SeveralError::Empty);
        }
        if list.len() > Self::MAX {
            return Err(SeveralError::TooMany { count: list.len(), max: Self::MAX });
        }
        let again = list.iter().enumerate().position(|(place, item)| list[..place].contains(item));
        match again {
            Some(place) => Err(SeveralError::Repeated { place }),
            None => Ok(Self(list)),
        }
    }
}

impl<'de, T: Deserialize<'de> + PartialEq, const N: usize> Deserialize<'de> for Several<T, N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let list = Vec::<T>::deserialize(deserializer)?;
        Self::try_from(list).map_err(serde::de::Error::custom)
    }
}

impl<T: JsonSchema, const N: usize> JsonSchema for Several<T, N> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Several_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = generator.subschema_for::<Vec<T>>();
        schema.insert("minItems".to_owned(), 1.into());
        schema.insert("maxItems".to_owned(), Self::MAX.into());
        schema.insert("uniqueItems".to_owned(), true.into());
        schema
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_taken_whole_or_not_at_all() {
        assert_eq!(<Several<u8>>::try_from(vec![]), Err(SeveralError::Empty));
        assert_eq!(<Several<u8>>::try_from(vec![1, 2, 1]), Err(SeveralError::Repeated { place: 2 }));
        let many: Vec<usize> = (0..=<Several<usize>>::MAX).collect();
        assert!(matches!(
            <Several<usize>>::try_from(many),
            Err(SeveralError::TooMany { count: 501, max: 500 })
        ));
        assert_eq!(<Several<u8>>::try_from(vec![1, 2]).unwrap().as_slice(), [1, 2]);
    }
}
