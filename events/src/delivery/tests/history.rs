use mediary_schema::{FailureClass, delivery::Message, job::Failure, notification::Severity};

use super::{
    super::{Delivery, Event},
    message, queued,
};
use crate::testing::{NOW, history};

fn samples() -> Vec<Event> {
    let test =
        Message { notification_id: None, severity: Severity::Urgent, body: None, link: None, ..message() };
    let failure = Failure {
        exit_code: Some(1),
        retry_after_ms: Some(1_000),
        ..Failure::new(FailureClass::RateLimit, "the source answers 429".to_owned())
    };
    vec![
        queued(),
        Event::Queued { channel: "mail".to_owned(), message: test, at: NOW },
        Event::Begun {},
        Event::Completed {},
        Event::Failed { failure: failure.clone(), again_at: Some(NOW) },
        Event::Failed { failure, again_at: None },
        Event::Doubted { reason: "the server ended".to_owned() },
        Event::Skipped {},
        Event::Retried { at: NOW },
    ]
}

// PL-07.
// invariant: L-13
#[test]
fn every_form_ever_written_is_read() {
    history::<Delivery>(concat!(env!("CARGO_MANIFEST_DIR"), "/src/delivery/history"), &samples());
}
