//! Values of JSON that may be of any type: what is of another one than it should be is nothing, and costs no more.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// What is made of a value, whichever type it has.
pub(super) trait Parts<'de>: Sized {
    fn object<A: MapAccess<'de>>(&mut self, object: A) -> Result<(), A::Error> {
        self.other();
        drain_object(object)
    }

    fn list<A: SeqAccess<'de>>(&mut self, list: A) -> Result<(), A::Error> {
        self.other();
        drain_list(list)
    }

    /// A text; a number is one, too, since some programs count their ids.
    fn text(&mut self, _: &str) {
        self.other();
    }

    /// What none of the others took.
    fn other(&mut self) {}
}

/// A value that is read into its parts.
pub(super) struct Value<P>(pub(super) P);

impl<'de, P: Parts<'de>> DeserializeSeed<'de> for Value<P> {
    type Value = P;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<P, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, P: Parts<'de>> Visitor<'de> for Value<P> {
    type Value = P;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("anything")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, object: A) -> Result<P, A::Error> {
        self.0.object(object).map(|()| self.0)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, list: A) -> Result<P, A::Error> {
        self.0.list(list).map(|()| self.0)
    }

    fn visit_str<E>(mut self, text: &str) -> Result<P, E> {
        self.0.text(text);
        Ok(self.0)
    }

    fn visit_u64<E>(mut self, number: u64) -> Result<P, E> {
        self.0.text(&number.to_string());
        Ok(self.0)
    }

    fn visit_i64<E>(mut self, number: i64) -> Result<P, E> {
        self.0.text(&number.to_string());
        Ok(self.0)
    }

    fn visit_f64<E>(mut self, number: f64) -> Result<P, E> {
        self.0.text(&number.to_string());
        Ok(self.0)
    }

    fn visit_bool<E>(mut self, _: bool) -> Result<P, E> {
        self.0.other();
        Ok(self.0)
    }

    fn visit_unit<E>(mut self) -> Result<P, E> {
        self.0.other();
        Ok(self.0)
    }
}

/// A text, or nothing.
#[derive(Debug, Default)]
pub(super) struct Text(pub(super) Option<String>);

impl Text {
    pub(super) fn number(&self) -> Option<f64> {
        self.0.as_deref()?.trim().parse().ok()
    }
}

impl Parts<'_> for Text {
    fn text(&mut self, text: &str) {
        self.0 = Some(text.to_owned());
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value(Self::default()).deserialize(deserializer)
    }
}

fn drain_list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<(), A::Error> {
    while list.next_element::<IgnoredAny>()?.is_some() {}
    Ok(())
}

fn drain_object<'de, A: MapAccess<'de>>(mut object: A) -> Result<(), A::Error> {
    while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(())
}
