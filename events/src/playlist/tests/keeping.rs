use mediary_schema::{
    EntryId, Priority, Ticket, Timestamp,
    download::Quality,
    playlist::{Filter, Keeping, KeptEntries},
};

use super::{super::Command, *};
use crate::Subjects;

fn wanted(entries: KeptEntries, rules: &[&str]) -> Keeping {
    Keeping {
        entries,
        quality: Quality::best(),
        filter: Filter::new(rules).unwrap(),
        ticket: Ticket::default(),
    }
}

fn keeping(entries: KeptEntries) -> Event {
    Event::KeepingChanged { keeping: Some(wanted(entries, &[])) }
}

fn kept(entries: KeptEntries) -> State {
    let mut state = followed();
    Playlist::evolve(&mut state, &keeping(entries));
    state
}

/// Looks at a list of these, and answers which entries its end asks for: none stands for all.
fn asked_by_a_look(state: &mut State, observed: Vec<ObservedEntry>) -> Vec<Option<Vec<EntryId>>> {
    let changes = diff(LIST, state, observed, RefreshMode::Full);
    apply(state, &changes.changes);
    let complete = Command::CompleteRefresh {
        job_id: JOB,
        mode: RefreshMode::Full,
        observed: 0,
        unreadable: 0,
        unreadable_rows: Vec::new(),
        newest_first: None,
    };
    let events = Playlist::decide(state, complete).unwrap();
    apply(state, &events);
    let asked = events.into_iter().filter_map(|event| match event {
        Event::DownloadsRequested { entries, again, ticket, .. } => {
            assert!(!again, "what is kept is not fetched again");
            let few = entries.as_ref().is_some_and(|entries| entries.len() <= Event::FEW);
            assert!(few || ticket.bulk, "what is much takes turns as one");
            Some(entries)
        }
        _ => None,
    });
    asked.collect()
}

fn entry(state: &State, name: &str) -> EntryId {
    state.rows.iter().find(|row| row.title.as_deref() == Some(name)).unwrap().entry_id
}

fn private(name: &str) -> ObservedEntry {
    ObservedEntry { availability: Availability::Private, ..seen(name) }
}

// LI-08.
// invariant: P-12
#[test]
fn what_is_new_is_asked_for_once_and_what_was_there_is_not() {
    let mut state = kept(KeptEntries::New);
    assert_eq!(asked_by_a_look(&mut state, look("a b")), []);
    let found = asked_by_a_look(&mut state, look("c a b"));
    assert_eq!(found, [Some(vec![entry(&state, "c")])]);
    assert_eq!(asked_by_a_look(&mut state, look("c a b")), []);
    // Gone for one look and back, or elsewhere: nothing new.
    assert_eq!(asked_by_a_look(&mut state, look("a b")), []);
    assert_eq!(asked_by_a_look(&mut state, look("a c b")), []);
}

#[test]
fn all_is_what_is_there_and_what_comes() {
    let mut state = kept(KeptEntries::All);
    assert_eq!(asked_by_a_look(&mut state, look("a b")), [None]);
    let found = asked_by_a_look(&mut state, look("a b c d"));
    assert_eq!(found, [Some(vec![entry(&state, "c"), entry(&state, "d")])]);
    assert_eq!(asked_by_a_look(&mut state, look("a b c d")), []);
}

// A premiere, or what was private when it was seen first.
#[test]
fn what_is_new_and_not_to_be_had_is_asked_for_when_it_is() {
    let mut state = kept(KeptEntries::New);
    asked_by_a_look(&mut state, look("a"));
    assert_eq!(asked_by_a_look(&mut state, vec![private("b"), seen("a")]), []);
    assert_eq!(asked_by_a_look(&mut state, vec![private("b"), seen("a")]), []);
    assert_eq!(asked_by_a_look(&mut state, look("b a")), [Some(vec![entry(&state, "b")])]);
    // What was there from the first is nobody's wish, whatever becomes of it.
    asked_by_a_look(&mut state, vec![seen("b"), private("a")]);
    assert_eq!(asked_by_a_look(&mut state, look("b a")), []);
}

// What is not to be had yet, and what a refresh found that was killed while it was recorded.
// invariant: P-12
#[test]
fn another_quality_forgets_nothing_that_waits() {
    let mut state = kept(KeptEntries::New);
    asked_by_a_look(&mut state, look("a"));
    asked_by_a_look(&mut state, vec![private("b"), seen("a")]);
    let killed = diff(LIST, &state, vec![seen("c"), private("b"), seen("a")], RefreshMode::Full);
    apply(&mut state, &killed.changes);
    let less = Keeping { quality: "720p".parse().unwrap(), ..wanted(KeptEntries::New, &[]) };
    Playlist::evolve(&mut state, &Event::KeepingChanged { keeping: Some(less) });
    let waited = [entry(&state, "b"), entry(&state, "c")];
    assert_eq!(asked_by_a_look(&mut state, look("c b a")), [Some(waited.to_vec())]);
    assert_eq!(asked_by_a_look(&mut state, look("c b a")), []);
}

// What is to be had when that is said, is asked for by whoever says it.
// invariant: P-12
#[test]
fn all_of_a_list_is_also_what_was_not_to_be_had_when_that_was_said() {
    let mut state = followed();
    asked_by_a_look(&mut state, vec![private("a"), seen("b"), seen("c")]);
    asked_by_a_look(&mut state, look("a b"));
    asked_by_a_look(&mut state, vec![private("a"), seen("b")]);
    Playlist::evolve(&mut state, &keeping(KeptEntries::All));
    assert_eq!(asked_by_a_look(&mut state, vec![private("a"), seen("b")]), []);
    assert_eq!(asked_by_a_look(&mut state, look("a b")), [Some(vec![entry(&state, "a")])]);
    assert_eq!(asked_by_a_look(&mut state, look("a b")), []);

    // Said in the middle of the first look.
    let mut state = followed();
    let killed = diff(LIST, &state, vec![private("a"), seen("b")], RefreshMode::Full);
    apply(&mut state, &killed.changes);
    Playlist::evolve(&mut state, &keeping(KeptEntries::All));
    assert_eq!(asked_by_a_look(&mut state, vec![private("a"), seen("b")]), [None]);
    assert_eq!(asked_by_a_look(&mut state, look("a b")), [Some(vec![entry(&state, "a")])]);
}

#[test]
fn nothing_is_asked_for_unless_somebody_said_so() {
    let mut state = followed();
    asked_by_a_look(&mut state, look("a"));
    assert_eq!(asked_by_a_look(&mut state, look("a b")), []);
    Playlist::evolve(&mut state, &keeping(KeptEntries::New));
    assert_eq!(asked_by_a_look(&mut state, look("a b c")), [Some(vec![entry(&state, "c")])]);
    Playlist::evolve(&mut state, &Event::KeepingChanged { keeping: None });
    assert_eq!(asked_by_a_look(&mut state, look("a b c d")), []);
}

#[test]
fn whoever_follows_no_longer_wants_nothing() {
    let mut state = kept(KeptEntries::New);
    Playlist::evolve(&mut state, &Event::Unfollowed {});
    assert_eq!(state.keeping, None);
    let keep = Command::Keep { keeping: state.keeping.clone(), ticket: Ticket::default() };
    assert_eq!(Playlist::decide(&state, keep), Err(super::super::Rejection::NotFollowed));
}

#[test]
fn very_much_that_is_new_is_several_wishes() {
    let mut state = kept(KeptEntries::New);
    asked_by_a_look(&mut state, look("first"));
    let names: Vec<String> = (0..Event::ENTRIES_MAX + 3).map(|number| format!("n{number}")).collect();
    let found = asked_by_a_look(&mut state, look(&names.join(" ")));
    let sizes: Vec<usize> = found.iter().map(|entries| entries.as_ref().unwrap().len()).collect();
    assert_eq!(sizes, [Event::ENTRIES_MAX, 3]);
}

fn lasting(name: &str, seconds: u64) -> ObservedEntry {
    ObservedEntry { duration_ms: Some(seconds * 1_000), ..seen(name) }
}

/// Looks at a list, and answers what its end asks for and what it skips, by names.
fn decided_by_a_look(
    state: &mut State,
    observed: Vec<ObservedEntry>,
) -> (Vec<String>, Vec<(String, String)>) {
    let changes = diff(LIST, state, observed, RefreshMode::Full);
    apply(state, &changes.changes);
    let complete = Command::CompleteRefresh {
        job_id: JOB,
        mode: RefreshMode::Full,
        observed: 0,
        unreadable: 0,
        unreadable_rows: Vec::new(),
        newest_first: None,
    };
    decided(state, complete)
}

fn decided(state: &mut State, command: Command) -> (Vec<String>, Vec<(String, String)>) {
    let events = Playlist::decide(state, command).unwrap();
    apply(state, &events);
    let name = |state: &State, id: &EntryId| state.rows.get(*id).unwrap().title.clone().unwrap();
    let (mut asked, mut skipped) = (Vec::new(), Vec::new());
    for event in &events {
        match event {
            Event::DownloadsRequested { entries: Some(entries), .. } => {
                asked.extend(entries.iter().map(|id| name(state, id)));
            }
            Event::DownloadsRequested { entries: None, filter, .. } => {
                let judge = filter.judge();
                let rows = state.rows.iter().filter(|row| row.is_to_be_had());
                let rows = rows.filter(|row| judge.broken(&row.facts()).is_none());
                asked.extend(rows.map(|row| row.title.clone().unwrap()));
            }
            Event::EntriesSkipped { rule, entries } => {
                skipped.extend(entries.iter().map(|id| (name(state, id), rule.to_string())));
            }
            _ => {}
        }
    }
    (asked, skipped)
}

fn keep(entries: KeptEntries, rules: &[&str]) -> Command {
    Command::Keep { keeping: Some(wanted(entries, rules)), ticket: Ticket::default() }
}

fn names(names: &str) -> Vec<String> {
    names.split_whitespace().map(str::to_owned).collect()
}

fn by_rules(skipped: &[(&str, &str)]) -> Vec<(String, String)> {
    skipped.iter().map(|(name, rule)| ((*name).to_owned(), (*rule).to_owned())).collect()
}

// LI-08.
// invariant: P-13
#[test]
fn what_is_skipped_names_its_rule_once() {
    let mut state = followed();
    decided(&mut state, keep(KeptEntries::New, &["title!=trailer", "duration>=60s"]));
    assert_eq!(decided_by_a_look(&mut state, vec![lasting("old", 1)]), (vec![], vec![]));
    let mut rows = vec![lasting("long", 90), lasting("trailer", 5), lasting("short", 59), lasting("old", 1)];
    let found = (names("long"), by_rules(&[("trailer", "title!=trailer"), ("short", "duration>=1m")]));
    assert_eq!(decided_by_a_look(&mut state, rows.clone()), found);
    assert_eq!(decided_by_a_look(&mut state, rows.clone()), (vec![], vec![]), "nothing is said twice");
    // What is known of it is otherwise: it is decided anew; what is still skipped is not said again.
    rows[2] = lasting("short", 61);
    rows[1] = lasting("trailer", 70);
    assert_eq!(decided_by_a_look(&mut state, rows.clone()), (names("short"), vec![]));
    assert_eq!(decided_by_a_look(&mut state, rows), (vec![], vec![]));
}

// invariant: P-13
#[test]
fn another_filter_decides_anew_about_what_was_skipped_and_about_nothing_else() {
    let mut state = followed();
    decided(&mut state, keep(KeptEntries::New, &["duration>=60s"]));
    decided_by_a_look(&mut state, vec![lasting("old", 90)]);
    let rows = [lasting("a", 10), lasting("b", 30), lasting("c", 70), lasting("old", 90)];
    let found = decided_by_a_look(&mut state, rows.to_vec());
    assert_eq!(found, (names("c"), by_rules(&[("a", "duration>=1m"), ("b", "duration>=1m")])));
    assert_eq!(decided(&mut state, keep(KeptEntries::New, &["duration>=60s"])), (vec![], vec![]));
    let found = decided(&mut state, keep(KeptEntries::New, &["duration>=20s"]));
    assert_eq!(
        found,
        (names("b"), by_rules(&[("a", "duration>=20s")])),
        "what was there, and c, are left alone"
    );
    assert_eq!(decided_by_a_look(&mut state, rows.to_vec()), (vec![], vec![]));
    assert_eq!(decided(&mut state, keep(KeptEntries::New, &[])), (names("a"), vec![]));
    assert_eq!(
        decided(&mut state, keep(KeptEntries::New, &["duration>=60s"])),
        (vec![], vec![]),
        "nothing is taken back"
    );

    // What is skipped and can't be had just now waits for that.
    let mut state = followed();
    decided(&mut state, keep(KeptEntries::New, &["title!=a"]));
    decided_by_a_look(&mut state, vec![]);
    decided_by_a_look(&mut state, look("a"));
    decided_by_a_look(&mut state, vec![private("a")]);
    assert_eq!(decided(&mut state, keep(KeptEntries::New, &[])), (vec![], vec![]));
    assert_eq!(decided_by_a_look(&mut state, look("a")), (names("a"), vec![]));

    // Whoever wants nothing, and then what is new, doesn't mean what was skipped before.
    decided(&mut state, keep(KeptEntries::New, &["title!=b"]));
    decided_by_a_look(&mut state, look("b a"));
    decided(&mut state, Command::Keep { keeping: None, ticket: Ticket::default() });
    assert_eq!(decided(&mut state, keep(KeptEntries::New, &[])), (vec![], vec![]));
    assert_eq!(decided_by_a_look(&mut state, look("b a")), (vec![], vec![]));
}

// invariant: P-13
#[test]
fn all_of_a_list_is_what_keeps_to_the_filter() {
    let mut state = followed();
    decided(&mut state, keep(KeptEntries::All, &["title!=b", "title!=c"]));
    let found = (names("a"), by_rules(&[("b", "title!=b"), ("c", "title!=c")]));
    assert_eq!(decided_by_a_look(&mut state, look("a b c")), found);
    assert_eq!(decided_by_a_look(&mut state, look("a b c")), (vec![], vec![]));
    assert_eq!(
        decided(&mut state, keep(KeptEntries::All, &["title!=c"])),
        (names("a b"), by_rules(&[("c", "title!=c")]))
    );

    let mut state = followed();
    decided_by_a_look(&mut state, look("a b"));
    let found = decided(&mut state, keep(KeptEntries::All, &["title!=b"]));
    assert_eq!(found, (names("a"), by_rules(&[("b", "title!=b")])), "of a list that was read, at once");
    assert_eq!(decided_by_a_look(&mut state, look("a b c")), (names("c"), vec![]));
}

#[test]
fn very_much_that_is_skipped_is_told_in_few_events() {
    let mut state = followed();
    decided(&mut state, keep(KeptEntries::All, &["title=film"]));
    let many: Vec<String> = (0..2_500).map(|number| format!("n{number}")).collect();
    let found = diff(LIST, &state, look(&many.join(" ")), RefreshMode::Full);
    apply(&mut state, &found.changes);
    let sizes: Vec<usize> = state
        .keep_unasked()
        .iter()
        .filter_map(|event| match event {
            Event::EntriesSkipped { entries, .. } => {
                assert_eq!(event.subjects(&state), Subjects::none(), "none of them by its name");
                Some(entries.len())
            }
            _ => None,
        })
        .collect();
    assert_eq!(sizes, [1_000, 1_000, 500]);
}

#[test]
fn a_filter_whose_words_were_erased_keeps_nothing_more() {
    let said =
        Event::KeepingChanged { keeping: Some(wanted(KeptEntries::All, &["kind=video", "title!=secret"])) };
    assert_eq!(said.redacted(), Event::KeepingChanged { keeping: None });
    let plain = Event::KeepingChanged { keeping: Some(wanted(KeptEntries::All, &["kind=video"])) };
    assert_eq!(plain.redacted(), plain);
    let skipped = Event::EntriesSkipped { rule: "title!=secret".parse().unwrap(), entries: vec![] };
    assert!(!format!("{:?}", skipped.redacted()).contains("secret"));
}

// PL-22: "for every job that comes of the command".
#[test]
fn what_is_kept_without_being_asked_for_has_the_ticket_of_whoever_said_so() {
    let tickets = |state: &mut State, command: Command| -> Vec<Ticket> {
        let events = Playlist::decide(state, command).unwrap();
        apply(state, &events);
        let ticket = |event| match event {
            Event::DownloadsRequested { ticket, .. } => Some(Ticket { bulk: false, ..ticket }),
            _ => None,
        };
        events.into_iter().filter_map(ticket).collect()
    };
    let look_at = |state: &mut State, names: &str| {
        let changes = diff(LIST, state, look(names), RefreshMode::Full);
        apply(state, &changes.changes);
        Command::CompleteRefresh {
            job_id: JOB,
            mode: RefreshMode::Full,
            observed: 0,
            unreadable: 0,
            unreadable_rows: Vec::new(),
            newest_first: None,
        }
    };
    let night =
        Ticket { priority: Priority::LOWEST, batch: Some("night".parse().unwrap()), ..Ticket::default() };
    for entries in [KeptEntries::All, KeptEntries::New] {
        let mut state = followed();
        let keeping = Some(Keeping { ticket: night.clone(), ..wanted(entries, &[]) });
        assert_eq!(tickets(&mut state, Command::Keep { keeping, ticket: night.clone() }), []);
        let complete = look_at(&mut state, "a");
        let first = if entries == KeptEntries::All { vec![night.clone()] } else { vec![] };
        assert_eq!(tickets(&mut state, complete), first, "{entries:?}");
        let complete = look_at(&mut state, "b a");
        assert_eq!(tickets(&mut state, complete), std::slice::from_ref(&night), "{entries:?}");
    }
    // What follows at once waits for what the command waits for.
    let mut state = followed();
    let complete = look_at(&mut state, "a");
    tickets(&mut state, complete);
    let at_once = Ticket { at: Some(Timestamp::from_micros(1)), ..night.clone() };
    let keeping = Some(Keeping { ticket: night, ..wanted(KeptEntries::All, &[]) });
    let keep = Command::Keep { keeping, ticket: at_once.clone() };
    assert_eq!(tickets(&mut state, keep), [at_once]);
}
