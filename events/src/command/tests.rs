mod history;

use super::{Command, Commands, Event};
use crate::testing::given;

#[test]
fn what_is_accepted_is_remembered_each_time() {
    given::<Commands>([]).when(Command::Accept).then([Event::Accepted {}]);
    given::<Commands>([Event::Accepted {}]).when(Command::Accept).then([Event::Accepted {}]);
}
