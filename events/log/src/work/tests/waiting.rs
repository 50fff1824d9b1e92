//! Tickets, from the command to each job that comes of it.

use mediary_events::job::ask;
use mediary_schema::{PlaylistId, PrincipalId, Priority, Ticket};
use serde_json::{Value, json};

use super::*;
use crate::{gate, work::REGISTRY};

fn tell(bench: &Bench, command: u128, name: &str, arguments: Value) -> Result<gate::Answer<Value>, Refusal> {
    let command_of = REGISTRY.command(name, arguments).unwrap();
    Bench::wait(bench.gate.ask_command(editor(command), command_of, gate::Options::default()))
}

fn ticket_of(bench: &Bench, job_id: JobId) -> Ticket {
    bench.told(|story| Ok(story.state::<Job>(job_id.uuid())?.ticket.clone()))
}

fn refresh_with(ticket: &Value) -> Value {
    json!({ "playlist_id": samples::playlist_id(), "ticket": ticket })
}

/// The job that a refresh became.
fn job_of(answer: &gate::Answer<Value>) -> JobId {
    answer.told["job_id"].as_str().unwrap().parse().unwrap()
}

// PL-22.
#[test]
fn a_job_has_what_its_command_said() {
    let bench = followed();
    let ticket =
        json!({ "priority": 9, "batch": "night", "tags": ["b", "a", "b"], "at": "2026-11-21T08:00:00Z" });
    let answer = tell(&bench, 1, "playlist.refresh", refresh_with(&ticket)).unwrap();
    let found = ticket_of(&bench, job_of(&answer));
    let tags: Vec<&str> = found.tags.iter().map(mediary_schema::Label::as_str).collect();
    assert_eq!((found.priority, tags), (Priority::HIGHEST, vec!["a", "b"]), "each tag once");
    assert_eq!(found.batch.unwrap().as_str(), "night");
    assert_eq!(found.at.unwrap().to_string(), "2026-11-21T08:00:00.000000Z");
}

#[test]
fn a_ticket_that_makes_no_sense_is_refused_in_words() {
    let refused =
        |ticket: Value| REGISTRY.command("playlist.refresh", refresh_with(&ticket)).unwrap_err().to_string();
    assert!(refused(json!({ "priority": 10 })).contains("from 0 to 9"));
    assert!(refused(json!({ "batch": "a\nb" })).contains("without control characters"));
    assert!(refused(json!({ "prio": 1 })).contains("prio"));
    let bench = followed();
    let tags: Vec<String> = (0..17).map(|number| number.to_string()).collect();
    let many = tell(&bench, 1, "playlist.refresh", refresh_with(&json!({ "tags": tags })));
    assert_eq!(many.unwrap_err().code(), "JOB_TOO_MANY_TAGS");
    let nobody = tell(&bench, 2, "playlist.refresh", refresh_with(&json!({ "after": job_id(7) })));
    assert_eq!(nobody.unwrap_err().code(), "JOB_NOT_FOUND");
}

// A form that says nothing is the one of before tickets, and has its fingerprint.
#[test]
fn a_ticket_that_says_nothing_is_left_out() {
    let plain =
        REGISTRY.command("playlist.refresh", json!({ "playlist_id": samples::playlist_id() })).unwrap();
    let said = REGISTRY.command("playlist.refresh", refresh_with(&json!({ "tags": [] }))).unwrap();
    assert_eq!(plain.arguments(), said.arguments());
    assert_eq!(ask::Ticket::default().of_job(None).unwrap(), Ticket::default());
}

// invariant: J-15
#[test]
fn nobody_is_let_wait_for_what_came_to_nothing() {
    let bench = downloading();
    bench.told(|story| super::super::cancel(story, job_id(1)));
    let follow = playlist::Command::Follow { url: samples::LIST_URL.to_owned() };
    bench.told(|story| story.execute::<Playlist>(samples::playlist_id().uuid(), follow.clone()));
    let after = refresh_with(&json!({ "after": job_id(1) }));
    assert_eq!(tell(&bench, 3, "playlist.refresh", after).unwrap_err().code(), "JOB_NOTHING_TO_WAIT_FOR");
}

// The wish was accepted, and then its predecessor came to nothing before it was a job: the wish is not lost.
// invariant: J-15
#[test]
fn what_was_accepted_before_its_predecessor_came_to_nothing_is_held_from_its_beginning() {
    let bench = refreshing();
    bench.told(|story| super::super::cancel(story, job_id(1)));
    let before = bench.head();
    bench.told(|story| {
        story.take_ticket(Ticket { after: Some(job_id(1)), ..Ticket::default() });
        keep(story, job_id(2), false)
    });
    let opened = "reservation.taken job.queued job.stranded download.requested";
    assert_eq!(bench.appends_after(before), [opened]);
    assert_eq!(state_of(&bench, job_id(2)), Some(JobState::Paused));
}

#[test]
fn what_waits_for_a_job_that_is_done_does_not_wait() {
    let bench = refreshing();
    let attempt_id = start(&bench, 1);
    bench.told(|story| finish_refresh(story, attempt_id));
    bench.told(|story| {
        story.take_ticket(Ticket { after: Some(job_id(1)), ..Ticket::default() });
        keep(story, job_id(2), false)
    });
    assert_eq!(state_of(&bench, job_id(2)), Some(JobState::Queued));
}

// A whole list takes turns as one; what a person names one by one is beside it.
#[test]
fn a_wish_for_a_list_is_bulk_and_one_for_an_entry_is_not() {
    let bench = refreshing();
    let attempt_id = start(&bench, 1);
    bench.told(|story| finish_refresh(story, attempt_id));
    let list: PlaylistId = samples::playlist_id();
    let entry =
        bench.told(|story| Ok(story.state::<Playlist>(list.uuid())?.rows.iter().next().unwrap().entry_id));
    let wishes = [
        json!({ "target": { "playlist_id": list }, "ticket": { "priority": 2 } }),
        json!({ "target": { "entries": [{ "playlist_id": list, "entry_ids": [entry] }] } }),
    ];
    let mut bulk = Vec::new();
    for (number, wish) in (10..).zip(wishes) {
        let before = bench.head();
        tell(&bench, number, "download.start", wish).unwrap();
        let events = bench.gate.log().read(&crate::Read::forward(before + 1)).unwrap();
        for event in mediary_events::codec::events_of::<Playlist>(&events[0]).unwrap() {
            let playlist::Event::DownloadsRequested { ticket, .. } = event else { panic!("{event:?}") };
            bulk.push((ticket.bulk, ticket.priority.number()));
        }
    }
    assert_eq!(bulk, [(true, 2), (false, 5)]);
}

// PL-22: settings are frozen into the job, and what is said besides the template has precedence.
// invariant: J-17
#[test]
fn a_job_has_the_settings_of_the_template_that_it_was_started_by() {
    let bench = followed();
    let save = |number, settings: Value| {
        tell(&bench, number, "template.save", json!({ "name": "night", "settings": settings })).unwrap()
    };
    let told = save(1, json!({ "priority": 2, "batch": "films", "tags": ["slow"] })).told;
    assert_eq!(told["template"], json!({ "name": "night", "version": 1 }));
    let ticket = json!({ "template": "night", "batch": "mine", "tags": ["also"] });
    let first = job_of(&tell(&bench, 2, "playlist.refresh", refresh_with(&ticket)).unwrap());
    let frozen = ticket_of(&bench, first);
    save(3, json!({ "priority": 8 }));
    assert_eq!(ticket_of(&bench, first), frozen);
    let tags: Vec<&str> = frozen.tags.iter().map(mediary_schema::Label::as_str).collect();
    assert_eq!((frozen.priority.number(), tags), (2, vec!["also", "slow"]));
    assert_eq!(frozen.batch.unwrap().as_str(), "mine", "what is said has precedence");
    assert_eq!(frozen.template.map(|template| template.version), Some(1));

    bench.told(|story| super::super::cancel(story, first));
    let ticket = json!({ "template": "night", "priority": 5 });
    let second =
        ticket_of(&bench, job_of(&tell(&bench, 4, "playlist.refresh", refresh_with(&ticket)).unwrap()));
    assert_eq!(second.priority.number(), 5, "also if it is what one has without a template");
    assert_eq!(second.template.map(|template| template.version), Some(2));

    tell(&bench, 5, "template.remove", json!({ "name": "night" })).unwrap();
    let gone = tell(&bench, 6, "playlist.refresh", refresh_with(&json!({ "template": "night" })));
    assert_eq!(gone.unwrap_err().code(), "TEMPLATE_NOT_FOUND");
}

// PL-22, PL-26: the work is done once, and now if anybody wants it now.
// invariant: J-19
#[test]
fn whoever_joins_open_work_has_it_as_soon_as_he_asked_for() {
    let bench = followed();
    let join = |number, ticket: Value| {
        let answer = tell(&bench, number, "playlist.refresh", refresh_with(&ticket)).unwrap();
        let job = bench.told(|story| Ok(story.state::<Job>(job_of(&answer).uuid())?.clone()));
        (job_of(&answer), job.ticket.priority.number(), job.not_before.is_some())
    };
    let tomorrow = "2099-01-01T00:00:00Z";
    let (first, ..) = join(1, json!({ "priority": 2, "at": tomorrow }));
    assert_eq!(
        join(2, json!({ "priority": 1, "at": tomorrow })),
        (first, 2, true),
        "who wants it less changes nothing"
    );
    assert_eq!(join(3, json!({ "priority": 7, "at": tomorrow })), (first, 7, true));
    assert_eq!(join(4, json!({ "priority": 3 })), (first, 7, false), "somebody wants it now");
    assert_eq!(join(5, json!({ "at": tomorrow })), (first, 7, false));
}

// invariant: J-19
#[test]
fn whoever_joins_does_not_wait_for_a_job_that_another_wanted_to_wait_for() {
    let bench = downloading();
    let after = job_id(1);
    let follow = playlist::Command::Follow { url: samples::LIST_URL.to_owned() };
    bench.told(|story| story.execute::<Playlist>(samples::playlist_id().uuid(), follow.clone()));
    let waits = |job_id: JobId| bench.told(|story| Ok(story.state::<Job>(job_id.uuid())?.after));
    let first =
        job_of(&tell(&bench, 3, "playlist.refresh", refresh_with(&json!({ "after": after }))).unwrap());
    assert_eq!(waits(first), Some(after));
    let joined = job_of(&tell(&bench, 4, "playlist.refresh", refresh_with(&json!({}))).unwrap());
    assert_eq!((joined, waits(first)), (first, None));
}

// A moment that is over holds nobody, and what a person holds stays held.
// invariant: J-19
#[test]
fn whoever_joins_goes_on_with_what_was_stranded_and_leaves_what_is_held() {
    let bench = downloading();
    let after = job_id(1);
    let follow = playlist::Command::Follow { url: samples::LIST_URL.to_owned() };
    bench.told(|story| story.execute::<Playlist>(samples::playlist_id().uuid(), follow.clone()));
    let first =
        job_of(&tell(&bench, 3, "playlist.refresh", refresh_with(&json!({ "after": after }))).unwrap());
    let strand = job::Command::Strand { after, state: JobState::Cancelled };
    bench.told(|story| story.entail::<Job>(first.uuid(), strand.clone()).map(drop));
    assert_eq!(state_of(&bench, first), Some(JobState::Paused));
    let elsewhere = refresh_with(&json!({ "at": "2099-01-01T00:00:00Z" }));
    assert_eq!(job_of(&tell(&bench, 4, "playlist.refresh", elsewhere).unwrap()), first);
    assert_eq!(state_of(&bench, first), Some(JobState::Paused), "he does not want it now");
    tell(&bench, 5, "playlist.refresh", refresh_with(&json!({}))).unwrap();
    assert_eq!(state_of(&bench, first), Some(JobState::Queued));

    bench.told(|story| story.entail::<Job>(first.uuid(), job::Command::Pause).map(drop));
    assert_eq!(job_of(&tell(&bench, 6, "playlist.refresh", refresh_with(&json!({}))).unwrap()), first);
    assert_eq!(state_of(&bench, first), Some(JobState::Paused), "a person holds it");
}

// invariant: J-18
#[test]
fn a_quota_is_of_somebody_who_starts_work() {
    let bench = followed();
    let set = |number, of: Value, quota: Value| {
        let command = REGISTRY.command("quota.set", json!({ "of": of, "quota": quota })).unwrap();
        let owner = crate::testing::person(Role::Owner, number);
        let answer = Bench::wait(bench.gate.ask_command(owner, command, gate::Options::default()));
        answer.map_err(|refusal| refusal.code())
    };
    let stranger = json!({ "principal": PrincipalId::from_uuid(Uuid::from_u128(0xBEEF)) });
    let one = json!({ "at_once": 1 });
    assert_eq!(set(1, stranger.clone(), one.clone()).unwrap_err(), "SETTING_UNKNOWN_PRINCIPAL");
    set(2, stranger, json!({})).unwrap();
    set(3, json!({ "principal": PrincipalId::OWNER }), one).unwrap();
}

// What a command starts later has what it said, but waits for nothing that it waited for; who says nothing changes nothing.
// PL-22, LI-08.
#[test]
fn what_comes_of_a_followed_list_later_has_the_ticket_of_whoever_followed_it() {
    let bench = Bench::new();
    let follow = |number, more: Value| {
        let mut asked = json!({ "url": samples::LIST_URL, "keep": "all", "refresh_timing": { "every": { "seconds": 3_600 } } });
        asked.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer = tell(&bench, number, "playlist.follow", asked).unwrap();
        let list: PlaylistId = answer.told["playlist_id"].as_str().unwrap().parse().unwrap();
        let keeping = bench.told(|story| Ok(story.state::<Playlist>(list.uuid())?.keeping.clone())).unwrap();
        let refreshes = bench.told(|story| crate::work::schedule::refreshes_of(story, list)).unwrap();
        (keeping.ticket, refreshes.ticket)
    };
    let said = json!({ "priority": 2, "batch": "night", "tags": ["a"], "at": "2099-01-01T00:00:00Z" });
    let later = json!({ "priority": 2, "batch": "night", "tags": ["a"] });
    let (ticket, again) = follow(1, json!({ "ticket": said }));
    assert_eq!((json!(ticket), again), (later.clone(), Some(later.clone())));
    let (ticket, again) = follow(2, json!({ "quality": "720p" }));
    assert_eq!((json!(ticket), again), (later.clone(), Some(later)), "as it was");
    let (ticket, again) = follow(3, json!({ "ticket": { "priority": 7 } }));
    assert_eq!((json!(ticket), again), (json!({ "priority": 7 }), Some(json!({ "priority": 7 }))));
}

// PL-22: "for every job that comes of the command".
#[test]
fn the_moving_of_files_has_the_ticket_of_whoever_has_it_done() {
    let bench = downloading();
    let attempt_id = start(&bench, 1);
    bench.told(|story| finish_download(story, attempt_id));
    let file = bench.told(|story| Ok(story.state::<Download>(samples::download_id().uuid())?.kept()));
    let goal = json!({ "delete_files": [file.unwrap()] });
    let made = |number, more: Value| {
        let mut asked = json!({ "goal": goal });
        asked.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        tell(&bench, number, "plan.make", asked)
    };
    let refused = made(2, json!({ "ticket": { "priority": 9 } })).unwrap_err();
    assert_eq!(refused.code(), "PLAN_TICKET_OF_NOTHING");
    let batch_of =
        |answer: &gate::Answer<Value>| ticket_of(&bench, job_of(answer)).batch.unwrap().to_string();
    let at_once = made(3, json!({ "apply": true, "ticket": { "batch": "now" } })).unwrap();
    assert_eq!(batch_of(&at_once), "now");
    bench.told(|story| super::super::cancel(story, job_of(&at_once)));
    let plan = made(4, json!({})).unwrap().told["plan_id"].clone();
    let applied = json!({ "plan_id": plan, "ticket": { "batch": "later" } });
    assert_eq!(batch_of(&tell(&bench, 5, "plan.apply", applied).unwrap()), "later");
}

// PL-26.
#[test]
fn whoever_joins_is_told_which_job_it_is_whose_batch_is_not_his() {
    let bench = followed();
    let ask = |number, batch: &str| {
        tell(&bench, number, "playlist.refresh", refresh_with(&json!({ "batch": batch }))).unwrap()
    };
    let first = ask(1, "day");
    assert_eq!(first.joined_job_ids, []);
    let second = ask(2, "night");
    assert_eq!(second.joined_job_ids, [job_of(&first)]);
    assert_eq!(ticket_of(&bench, job_of(&second)).batch.unwrap().as_str(), "day");
    let again = ask(2, "night");
    assert_eq!((again.repeated, again.joined_job_ids), (true, vec![job_of(&first)]), "told again as it was");
    assert_eq!(ask(1, "day").joined_job_ids, []);
}
