mod history;

use mediary_schema::ProjectId;
use uuid::Uuid;

use super::{Command, Event, Project, Rejection};
use crate::testing::{NOW, given};

fn id(number: u128) -> ProjectId {
    ProjectId::from_uuid(Uuid::from_u128(number))
}

fn create(number: u128, name: &str) -> Command {
    Command::Create { project_id: id(number), name: name.to_owned(), now: NOW }
}

fn created(number: u128, name: &str) -> Event {
    Event::Created { project_id: id(number), name: name.to_owned(), created_at: NOW }
}

#[test]
fn a_project_has_a_name_of_its_own() {
    let taken = |name: &str| Rejection::NameTaken { name: name.to_owned() };
    given::<Project>([]).when(create(1, "kids")).then([created(1, "kids")]);
    given::<Project>([created(1, "kids")]).when(create(1, "kids")).then([]);
    given::<Project>([created(1, "kids")]).when(create(2, "kids")).rejected(&taken("kids"));
    given::<Project>([created(1, "kids")]).when(create(2, "guests")).then([created(2, "guests")]);
    given::<Project>([]).when(create(1, "home")).rejected(&taken("home"));
}

#[test]
fn a_name_that_nobody_could_type_is_refused() {
    let long = "a".repeat(81);
    for name in ["", " kids", "kids ", "ki\nds", "project-1", long.as_str()] {
        given::<Project>([]).when(create(1, name)).rejected(&Rejection::BadName);
    }
}
