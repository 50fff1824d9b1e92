use uuid::Uuid;

use super::*;

const JOB: JobId = JobId::from_uuid(Uuid::from_u128(1));
const OTHER: JobId = JobId::from_uuid(Uuid::from_u128(2));

fn attempt(number: u128) -> AttemptId {
    AttemptId::from_uuid(Uuid::from_u128(number))
}

#[test]
fn an_attempt_has_progressed_if_it_left_more_than_it_found() {
    let folder = tempfile::tempdir().unwrap();
    let staging = Staging::in_data(folder.path());
    assert!(!staging.has_progressed(JOB, attempt(1)), "nobody began");
    staging.begin(JOB, attempt(1)).unwrap();
    assert!(
        !staging.has_progressed(JOB, attempt(1)),
        "the note of the beginning is nothing that was fetched"
    );
    let part = staging.of(JOB).join("deep/part");
    fs::create_dir_all(part.parent().unwrap()).unwrap();
    fs::write(&part, "123").unwrap();
    assert!(staging.has_progressed(JOB, attempt(1)));
    assert!(!staging.has_progressed(JOB, attempt(2)), "it is another one's");
    staging.begin(JOB, attempt(2)).unwrap();
    assert!(!staging.has_progressed(JOB, attempt(2)), "it found that");
    fs::write(&part, "12").unwrap();
    assert!(!staging.has_progressed(JOB, attempt(2)), "less is none");
    fs::write(&part, "1234").unwrap();
    assert!(staging.has_progressed(JOB, attempt(2)));
    // What a kill left of a note says nothing.
    fs::write(staging.of(JOB).join(BEGUN), format!("{} ", attempt(2))).unwrap();
    assert!(!staging.has_progressed(JOB, attempt(2)));
}

#[test]
fn the_folder_of_one_job_is_removed_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let staging = Staging::in_library(folder.path(), Uuid::from_u128(7));
    assert_eq!(staging.jobs().unwrap(), HashSet::new(), "there need not be any folder");
    for job_id in [JOB, OTHER] {
        staging.begin(job_id, attempt(1)).unwrap();
    }
    fs::create_dir_all(staging.root().join("of somebody else")).unwrap();
    assert_eq!(staging.jobs().unwrap(), HashSet::from([JOB, OTHER]));
    staging.remove(JOB).unwrap();
    staging.remove(JOB).unwrap();
    assert_eq!(staging.jobs().unwrap(), HashSet::from([OTHER]));
    assert!(staging.root().join("of somebody else").exists());
}
