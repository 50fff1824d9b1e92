mod history;

use mediary_schema::{job::WorkKind, setting::Limits};

use super::{Command, Event, Rejection, Setting};
use crate::testing::given;

fn limits(downloads: u32) -> Limits {
    let mut limits = Limits::default();
    limits.per_kind.insert(WorkKind::new("download"), downloads);
    limits
}

#[test]
fn a_limit_is_changed_once() {
    given::<Setting>([])
        .when(Command::Limit { limits: limits(3) })
        .then([Event::LimitsChanged { limits: limits(3) }]);
    given::<Setting>([Event::LimitsChanged { limits: limits(3) }])
        .when(Command::Limit { limits: limits(3) })
        .then([]);
}

#[test]
fn a_limit_that_stops_everything_is_refused() {
    given::<Setting>([])
        .when(Command::Limit { limits: limits(0) })
        .rejected(&Rejection::OutOfRange { limit: 0 });
}
