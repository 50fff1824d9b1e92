use mediary_events::{
    Concern as _,
    delivery::{Delivery, Event},
};
use mediary_log::Recorded;
use mediary_schema::DeliveryId;

use crate::event::explain::{Explains, Finder, Found, event_of};

/// What is said of deliveries.
pub(crate) struct Words;

impl Explains for Words {
    fn concern(&self) -> &'static str {
        Delivery::NAME
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[DeliveryId::KIND]
    }

    fn deed(&self, _: &Finder, recorded: &Recorded) -> Found<Option<String>> {
        let said = |event| match event {
            Event::Queued { channel, message, .. } => {
                format!("had this sent to the channel {channel}: {}", message.title)
            }
            Event::Begun {} => "began to send it".to_owned(),
            Event::Completed {} => "sent it".to_owned(),
            Event::Failed { failure, again_at: Some(_) } => {
                format!("could not send it, and tries again: {}", failure.message)
            }
            Event::Failed { failure, again_at: None } => format!("could not send it: {}", failure.message),
            Event::Doubted { reason } => format!("doesn't know whether it was sent: {reason}"),
            Event::Skipped {} => "did not send it, since the channel is paused".to_owned(),
            Event::Retried { .. } => "had it sent again".to_owned(),
        };
        Ok(event_of::<Delivery>(recorded).map(said))
    }
}
