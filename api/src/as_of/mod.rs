//! `asOf`: what a query answers as of a moment of the past.
//!
//! Guarantees: every field of the query root takes it, by one rule ([`Timed`]); a request may say it for all of its fields, as
//! `extensions.asOf`; what a resolver reads by [`crate::schema::read`], [`crate::schema::reader`], [`crate::schema::state`]
//! or a look-up is of that moment. Who may see what is decided as of now. What is not recorded, and so not known of the
//! past, is refused or null, and the answer says why. Nothing is done in the past: mutations and subscriptions refuse it.
//! Of a replay all is past ([`Ending`]): each answer says so, and nothing else is taken.

mod ending;
mod input;
mod moment;
mod request;
mod root;

pub use self::ending::Ending;
pub(crate) use self::{
    input::AsOfInput,
    moment::{Moment, moment, now_only},
    request::Moments,
    root::Timed,
};
