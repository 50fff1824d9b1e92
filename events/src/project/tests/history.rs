use mediary_schema::ProjectId;
use uuid::Uuid;

use super::super::{Event, Project};
use crate::testing::{NOW, history};

fn samples() -> Vec<Event> {
    let project_id = ProjectId::from_uuid(Uuid::from_u128(0x019f_4c1e_7b3a_8d42_9f42_5d8e_0000_0010));
    vec![Event::Created { project_id, name: "kids".to_owned(), created_at: NOW }]
}

// PL-07.
// invariant: L-13
#[test]
fn every_form_ever_written_is_read() {
    history::<Project>(concat!(env!("CARGO_MANIFEST_DIR"), "/src/project/history"), &samples());
}
