mod history;

use mediary_schema::{HostId, log::OpenReason};

use super::{Event, Logs, State};
use crate::{Concern as _, testing::samples};

fn opened(reason: OpenReason, host: Option<HostId>) -> Event {
    Event::Opened { program: "0.1.0".to_owned(), format: 2, host, reason }
}

#[test]
fn every_opening_is_counted() {
    let mut state = State::default();
    for reason in [OpenReason::Start, OpenReason::ClockStep, OpenReason::Restore] {
        Logs::evolve(&mut state, &opened(reason, Some(samples::identities().host("laptop"))));
    }
    assert_eq!(state.epochs, 3);
}
