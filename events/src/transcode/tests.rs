mod history;

use mediary_schema::{JobId, PlanId, profile::Profile};

use super::{Command, Event, Rejection, Transcode};
use crate::testing::{given, samples};

fn profile(name: &str) -> Profile {
    Profile::find_shipped(name).expect("it is one of ours")
}

const TITLE: &str = "On logs";

fn request(again: bool) -> Command {
    let profile = Box::new(profile("web"));
    Command::Request {
        job_id: samples::JOB,
        file_id: samples::file_id(),
        title: TITLE.to_owned(),
        profile,
        again,
        replace: false,
    }
}

fn to_replace(command: Command) -> Command {
    match command {
        Command::Request { job_id, file_id, title, profile, again, .. } => {
            Command::Request { job_id, file_id, title, profile, again, replace: true }
        }
        command => command,
    }
}

fn requested() -> Event {
    let profile = Box::new(profile("web"));
    let (job_id, file_id, title) = (samples::JOB, samples::file_id(), TITLE.to_owned());
    Event::Requested { job_id, file_id, title, profile, replace: false }
}

fn larger() -> Event {
    Event::CameOutLarger { job_id: samples::JOB, result_bytes: 1_001, source_bytes: 1_000 }
}

#[test]
fn what_is_wanted_twice_is_made_once() {
    let job_id = samples::JOB;
    let completed = Event::Completed { job_id, made: Box::new(samples::transcoded()) };
    let complete = || Command::Complete { job_id, made: Box::new(samples::transcoded()) };
    given::<Transcode>([]).when(request(false)).then([requested()]);
    given::<Transcode>([requested()]).when(request(false)).then([]);
    given::<Transcode>([requested()]).when(complete()).then([completed.clone()]);
    given::<Transcode>([requested(), completed.clone()]).when(complete()).then([]);
    let file_id = samples::file_id();
    given::<Transcode>([requested(), completed.clone()])
        .when(request(false))
        .rejected(&Rejection::AlreadyMade { file_id });
    given::<Transcode>([requested(), completed]).when(request(true)).then([requested()]);
}

// What was promised to stay is not taken away by another wish.
#[test]
fn what_is_to_lie_beside_its_source_does_not_take_its_place_by_another_wish() {
    given::<Transcode>([requested()]).when(to_replace(request(false))).rejected(&Rejection::LiesBeside);
    let plan_id = PlanId::from_uuid(samples::uuid(6));
    let completed = Event::Completed { job_id: samples::JOB, made: Box::new(samples::transcoded()) };
    given::<Transcode>([requested(), completed])
        .when(Command::Replace { plan_id })
        .then([Event::ReplaceRequested { plan_id }]);
    let replacing = Event::Requested {
        job_id: samples::JOB,
        file_id: samples::file_id(),
        title: TITLE.to_owned(),
        profile: Box::new(profile("web")),
        replace: true,
    };
    given::<Transcode>([]).when(to_replace(request(false))).then([replacing.clone()]);
    given::<Transcode>([replacing]).when(to_replace(request(false))).then([]);
}

#[test]
fn what_came_out_larger_is_not_tried_again_unless_somebody_says_so() {
    let job_id = samples::JOB;
    let grow = Command::Grow { job_id, result_bytes: 1_001, source_bytes: 1_000 };
    given::<Transcode>([requested()]).when(grow).then([larger()]);
    given::<Transcode>([requested(), larger()]).when(request(false)).rejected(&Rejection::CameOutLarger);
    given::<Transcode>([requested(), larger()]).when(request(true)).then([requested()]);
}

#[test]
fn what_fits_was_given_up_or_cancelled_may_be_asked_for_again() {
    let job_id = samples::JOB;
    let fit = Event::FoundFit { job_id };
    given::<Transcode>([requested()]).when(Command::Fit { job_id }).then([fit.clone()]);
    given::<Transcode>([requested()]).when(Command::Cancel { job_id }).then([Event::Cancelled { job_id }]);
    for end in [fit, Event::Cancelled { job_id }, Event::Failed { job_id, failure: samples::failure() }] {
        given::<Transcode>([requested(), end]).when(request(false)).then([requested()]);
    }
}

#[test]
fn only_the_job_that_was_asked_for_it_says_what_became_of_it() {
    let other = JobId::from_uuid(samples::uuid(77));
    let not_wanted = Rejection::NotWanted { job_id: other };
    for command in [
        Command::Complete { job_id: other, made: Box::new(samples::transcoded()) },
        Command::Fit { job_id: other },
        Command::Grow { job_id: other, result_bytes: 2, source_bytes: 1 },
        Command::Fail { job_id: other, failure: samples::failure() },
        Command::Cancel { job_id: other },
    ] {
        given::<Transcode>([requested()]).when(command).rejected(&not_wanted);
    }
}
