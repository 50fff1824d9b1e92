use mediary_schema::{
    Timestamp,
    delivery::{DeliveryState, Message},
};

use super::Event;

/// A delivery as its events tell it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(clippy::struct_field_names, reason = "a delivery's state is what everybody calls it")]
pub struct State {
    /// How it stands with it; none if there is none.
    pub state: Option<DeliveryState>,
    /// To which channel.
    pub channel: String,
    /// What is sent.
    pub message: Option<Message>,
    /// Not before this moment.
    pub at: Option<Timestamp>,
    /// How often it surely was not taken, since a person wanted it sent.
    pub failures: u32,
}

impl State {
    pub(super) fn evolve(&mut self, event: &Event) {
        match event {
            Event::Queued { channel, message, at } => {
                self.channel.clone_from(channel);
                (self.message, self.at) = (Some(message.clone()), Some(*at));
                self.state = Some(DeliveryState::Queued);
            }
            Event::Begun {} => self.state = Some(DeliveryState::Sending),
            Event::Completed {} => self.state = Some(DeliveryState::Sent),
            Event::Failed { again_at, .. } => {
                self.failures += 1;
                self.at = *again_at;
                let is_over = again_at.is_none();
                self.state = Some(if is_over { DeliveryState::Failed } else { DeliveryState::Queued });
            }
            Event::Doubted { .. } => self.state = Some(DeliveryState::Unsure),
            Event::Skipped {} => self.state = Some(DeliveryState::Skipped),
            Event::Retried { at } => {
                (self.failures, self.at) = (0, Some(*at));
                self.state = Some(DeliveryState::Queued);
            }
        }
    }
}
