use mediary_events::{
    Concern as _,
    secret::{Event, Secret},
};
use mediary_log::Recorded;
use mediary_schema::SecretId;

use crate::event::explain::{Explains, Finder, Found, event_of};

/// What is said of secrets.
pub(crate) struct Words;

impl Explains for Words {
    fn concern(&self) -> &'static str {
        Secret::NAME
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[SecretId::KIND]
    }

    fn deed(&self, _: &Finder, recorded: &Recorded) -> Found<Option<String>> {
        let said = |event| match event {
            Event::Set { name, .. } => format!("set the secret '{name}'"),
            Event::Deleted { .. } => "deleted the secret, and destroyed its key".to_owned(),
            Event::Rotated { .. } => "had the vault's keys wrapped by another one".to_owned(),
        };
        Ok(event_of::<Secret>(recorded).map(said))
    }
}
