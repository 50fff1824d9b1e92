use mediary_events::{
    Concern as _,
    reservation::{Event, Reservation},
};
use mediary_log::Recorded;
use mediary_schema::ReservationId;

use crate::event::explain::{Explains, Finder, Found, event_of};

/// What is said of reservations.
pub(crate) struct Words;

impl Explains for Words {
    fn concern(&self) -> &'static str {
        Reservation::NAME
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[ReservationId::KIND]
    }

    fn is_beside(&self) -> bool {
        true
    }

    fn deed(&self, _: &Finder, recorded: &Recorded) -> Found<Option<String>> {
        let said = |event| match event {
            Event::Taken { .. } => "made sure that nobody else does the same work at once".to_owned(),
            Event::Released { .. } => "let others do the same work again".to_owned(),
        };
        Ok(event_of::<Reservation>(recorded).map(said))
    }
}
