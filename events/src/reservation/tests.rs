mod history;

use mediary_schema::JobId;
use uuid::Uuid;

use super::{Command, Event, Rejection, Reservation};
use crate::testing::given;

const ONE: JobId = JobId::from_uuid(Uuid::from_u128(1));
const TWO: JobId = JobId::from_uuid(Uuid::from_u128(2));

fn take(holder: JobId) -> Command {
    Command::Take { key: "list/x".to_owned(), holder }
}

fn taken(holder: JobId) -> Event {
    Event::Taken { key: "list/x".to_owned(), holder }
}

// invariant: J-4
#[test]
fn a_name_has_one_holder() {
    given::<Reservation>([taken(ONE)])
        .when(take(TWO))
        .rejected(&Rejection::Taken { key: "list/x".to_owned(), holder: ONE });
}

#[test]
fn taking_twice_is_taking_once() {
    given::<Reservation>([taken(ONE)]).when(take(ONE)).then([]);
}

#[test]
fn a_released_name_is_free() {
    given::<Reservation>([taken(ONE), Event::Released { holder: ONE }]).when(take(TWO)).then([taken(TWO)]);
}

#[test]
fn only_the_holder_releases() {
    given::<Reservation>([taken(ONE)]).when(Command::Release { holder: TWO }).then([]);
    given::<Reservation>([taken(ONE)])
        .when(Command::Release { holder: ONE })
        .then([Event::Released { holder: ONE }]);
}
