mod history;

use super::{Command, Commands, Event};
use crate::testing::given;

#[test]
fn a_command_is_accepted_once() {
    given::<Commands>([]).when(Command::Accept).then([Event::Accepted {}]);
    given::<Commands>([Event::Accepted {}]).when(Command::Accept).then([]);
}
