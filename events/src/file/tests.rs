mod history;

use mediary_schema::{
    FileId, PlanId, RootId, Timestamp,
    file::{Check, FileState, Inode, MediaFacts, Stamp, Verified},
    plan::Lease,
};
use uuid::Uuid;

use super::{Command, Event, File, Judged, Rejection, State};
use crate::{Concern as _, testing::given};

fn verified(size_bytes: u64) -> Verified {
    Verified {
        size_bytes,
        blake3: "00".repeat(32),
        media: MediaFacts { container: "mp4".to_owned(), duration_ms: 1_000, ..MediaFacts::default() },
        check: Check::Decoded,
        oddities: Vec::new(),
    }
}

const fn stamp(size_bytes: u64, modified_ms: i64) -> Stamp {
    Stamp { size_bytes, modified_ms, inode: Some(Inode { device: 1, number: 2 }) }
}

/// Of a file of another size that nobody recorded.
const fn stamp_of_another() -> Stamp {
    Stamp { size_bytes: 9, modified_ms: 9, inode: Some(Inode { device: 1, number: 9 }) }
}

const fn replaced(by: FileId) -> Event {
    Event::Replaced { by: Some(by), stamp: None }
}

const fn swapped() -> Event {
    Event::Replaced { by: None, stamp: Some(stamp_of_another()) }
}

const fn lease() -> Lease {
    Lease { plan_id: PlanId::from_uuid(Uuid::from_u128(5)), kept_until: Timestamp::from_micros(1_000) }
}

const fn trashed() -> Event {
    Event::Trashed { lease: lease() }
}

fn record(size_bytes: u64) -> Command {
    Command::Record {
        root: RootId::LIBRARY,
        path: "a/b.mp4".to_owned(),
        verified: Box::new(verified(size_bytes)),
        made: None,
        stamp: Some(stamp(7, 1)),
    }
}

fn recorded() -> Event {
    Event::Recorded {
        root: RootId::LIBRARY,
        path: "a/b.mp4".to_owned(),
        verified: Box::new(verified(7)),
        made: None,
        stamp: Some(stamp(7, 1)),
    }
}

#[test]
fn a_file_is_recorded_once() {
    given::<File>([]).when(record(7)).then([recorded()]);
    given::<File>([recorded()]).when(record(7)).then([]);
    given::<File>([recorded()]).when(record(8)).rejected(&Rejection::Recorded);
}

#[test]
fn a_file_outlives_its_bytes() {
    let by = FileId::from_uuid(Uuid::from_u128(1));
    given::<File>([]).when(Command::Lose).rejected(&Rejection::NotFound);
    let find = Command::Find { stamp: stamp(7, 1) };
    given::<File>([recorded()]).when(find.clone()).then([]);
    given::<File>([recorded()]).when(Command::Lose).then([Event::Lost {}]);
    given::<File>([recorded(), Event::Lost {}]).when(Command::Lose).then([]);
    let found = Event::Found { stamp: stamp(7, 1) };
    given::<File>([recorded(), Event::Lost {}]).when(find.clone()).then([found]);
    let (change, changed) = (Command::Change { stamp: stamp(8, 2) }, Event::Changed { stamp: stamp(8, 2) });
    given::<File>([recorded()]).when(change.clone()).then([changed.clone()]);
    given::<File>([recorded(), changed]).when(change).then([]);
    // Its own bytes under another stamp are news: the next look knows them by it.
    let touched = Event::Found { stamp: stamp(7, 9) };
    given::<File>([recorded()]).when(Command::Find { stamp: stamp(7, 9) }).then([touched]);
    given::<File>([recorded(), trashed()]).when(Command::Lose).then([]);
    given::<File>([recorded()]).when(Command::Replace { by }).then([replaced(by)]);
    given::<File>([recorded(), replaced(by)]).when(find).rejected(&Rejection::Replaced);
}

// A rename is a fact of its own: neither is it lost nor other bytes.
#[test]
fn a_file_is_where_it_was_seen_last() {
    let moved = |path: &str| Event::Moved { path: path.to_owned(), stamp: stamp(7, 1), plan_id: None };
    let go = |path: &str| Command::Move { path: path.to_owned(), stamp: stamp(7, 1), plan_id: None };
    given::<File>([]).when(go("c.mp4")).rejected(&Rejection::NotFound);
    given::<File>([recorded()]).when(go("c.mp4")).then([moved("c.mp4")]);
    given::<File>([recorded(), moved("c.mp4")]).when(go("c.mp4")).then([]);
    given::<File>([recorded(), moved("c.mp4")]).when(go("a/b.mp4")).then([moved("a/b.mp4")]);
    given::<File>([recorded(), Event::Lost {}]).when(go("c.mp4")).then([moved("c.mp4")]);
    given::<File>([recorded(), moved("c.mp4")]).when(Command::Lose).then([Event::Lost {}]);
    let replaced = replaced(FileId::from_uuid(Uuid::from_u128(1)));
    given::<File>([recorded(), replaced]).when(go("c.mp4")).rejected(&Rejection::Replaced);
    let there = state([recorded(), Event::Lost {}, moved("c.mp4")]);
    assert_eq!((there.is_there(), there.path.as_deref()), (true, Some("c.mp4")));
}

// Another file in its place is neither its bytes, changed, nor its loss; only if that one is kept, it is for good.
#[test]
fn a_file_is_replaced_for_good_only_by_one_that_is_kept() {
    let by = FileId::from_uuid(Uuid::from_u128(1));
    let swap = Command::Swap { stamp: stamp_of_another() };
    given::<File>([recorded()]).when(swap.clone()).then([swapped()]);
    given::<File>([recorded(), swapped()]).when(swap.clone()).then([]);
    given::<File>([recorded(), replaced(by)]).when(swap).rejected(&Rejection::Replaced);
    given::<File>([recorded(), swapped()]).when(Command::Replace { by }).then([replaced(by)]);
    given::<File>([recorded(), replaced(by)]).when(Command::Replace { by }).then([]);
    let find = Command::Find { stamp: stamp(7, 1) };
    given::<File>([recorded(), swapped()]).when(find).then([Event::Found { stamp: stamp(7, 1) }]);
    given::<File>([recorded(), swapped()]).when(Command::Lose).then([Event::Lost {}]);
    // The same bytes may be in another file; other bytes in the file that it was are a change.
    let (other, own) = (stamp_of_another(), stamp(9, 9));
    assert_eq!(state([recorded()]).otherwise(other), Command::Swap { stamp: other });
    assert_eq!(state([recorded()]).otherwise(own), Command::Change { stamp: own });
    let unknown = Stamp { inode: None, ..own };
    assert_eq!(state([recorded()]).otherwise(unknown), Command::Change { stamp: unknown });
}

// Only what surely is not where it was is looked for elsewhere.
#[test]
fn a_file_is_displaced_if_another_one_or_none_has_its_place() {
    let other = |stamp: Stamp| Stamp { inode: Some(Inode { device: 1, number: 9 }), ..stamp };
    let own = Some(stamp(7, 1));
    let by = FileId::from_uuid(Uuid::from_u128(1));
    for (what, events, found, displaced) in [
        ("gone", vec![recorded()], None, own),
        ("gone before", vec![recorded(), Event::Lost {}], None, own),
        ("as it was", vec![recorded()], own, None),
        ("numbered anew", vec![recorded()], Some(other(stamp(7, 1))), None),
        ("written", vec![recorded()], Some(stamp(9, 9)), None),
        ("another one", vec![recorded()], Some(other(stamp(9, 9))), own),
        ("put away", vec![recorded(), trashed()], None, None),
        ("replaced", vec![recorded(), replaced(by)], None, None),
        ("by what nobody recorded", vec![recorded(), swapped()], Some(stamp_of_another()), own),
    ] {
        assert_eq!(state(events).displaced(found), displaced, "{what}");
    }
}

#[test]
fn the_names_of_its_states_are_stored() {
    for state in FileState::ALL {
        assert_eq!(serde_json::to_value(state).unwrap(), state.name());
    }
}

fn state(events: impl IntoIterator<Item = Event>) -> State {
    events.into_iter().fold(State::default(), |mut state, event| {
        File::evolve(&mut state, &event);
        state
    })
}

// Blackbox 5: what a stat says, and what only a reader knows.
#[test]
fn a_look_judges_by_the_stamp_and_never_guesses() {
    let changed = Event::Changed { stamp: stamp(8, 2) };
    let by = FileId::from_uuid(Uuid::from_u128(1));
    let unstamped = match recorded() {
        Event::Recorded { root, path, verified, made, .. } => {
            Event::Recorded { root, path, verified, made, stamp: None }
        }
        other => other,
    };
    let find = |modified_ms| Judged::News(Command::Find { stamp: stamp(7, modified_ms) });
    let change = |size_bytes| Judged::News(Command::Change { stamp: stamp(size_bytes, 5) });
    let swap = Judged::News(Command::Swap { stamp: stamp_of_another() });
    for (what, events, found, judged) in [
        ("as it was", vec![recorded()], Some(stamp(7, 1)), Judged::Known),
        ("another size", vec![recorded()], Some(stamp(6, 5)), change(6)),
        ("written since", vec![recorded()], Some(stamp(7, 5)), Judged::Unsure),
        ("gone", vec![recorded()], None, Judged::News(Command::Lose)),
        ("still gone", vec![recorded(), Event::Lost {}], None, Judged::Known),
        ("back", vec![recorded(), Event::Lost {}], Some(stamp(7, 1)), find(1)),
        ("another is back", vec![recorded(), Event::Lost {}], Some(stamp(7, 5)), Judged::Unsure),
        ("still changed", vec![recorded(), changed.clone()], Some(stamp(8, 2)), Judged::Known),
        ("changed back", vec![recorded(), changed], Some(stamp(7, 1)), find(1)),
        ("put away", vec![recorded(), trashed()], None, Judged::Known),
        ("replaced", vec![recorded(), replaced(by)], Some(stamp(9, 9)), Judged::Known),
        ("another file", vec![recorded()], Some(stamp_of_another()), swap),
        ("still another file", vec![recorded(), swapped()], Some(stamp_of_another()), Judged::Known),
        ("it is back", vec![recorded(), swapped()], Some(stamp(7, 1)), find(1)),
        ("the other is gone", vec![recorded(), swapped()], None, Judged::News(Command::Lose)),
        ("without a stamp", vec![unstamped.clone()], Some(stamp(7, 5)), Judged::Known),
        ("without a stamp, other", vec![unstamped], Some(stamp(6, 5)), change(6)),
        ("never there", vec![], None, Judged::Known),
    ] {
        assert_eq!(state(events).judge(found), judged, "{what}");
    }
}

// PL-14.
#[test]
fn what_is_in_the_trash_comes_back_as_it_was_until_it_is_destroyed() {
    let (trash, purge) =
        (Command::Trash { lease: lease() }, |now| Command::Purge { now: Timestamp::from_micros(now) });
    let restore = |stamp| Command::Restore { stamp };
    let restored = |state, stamp| Event::Restored { plan_id: lease().plan_id, state, stamp };
    let changed = Event::Changed { stamp: stamp(8, 2) };
    given::<File>([]).when(trash.clone()).rejected(&Rejection::NotFound);
    given::<File>([recorded()]).when(trash.clone()).then([trashed()]);
    given::<File>([recorded(), trashed()]).when(trash.clone()).then([]);
    given::<File>([recorded()]).when(restore(stamp(7, 1))).rejected(&Rejection::NotTrashed);
    let back = restored(FileState::Present, stamp(7, 1));
    given::<File>([recorded(), trashed()]).when(restore(stamp(7, 1))).then([back.clone()]);
    let as_it_was = restored(FileState::Changed, stamp(8, 2));
    given::<File>([recorded(), changed, trashed()]).when(restore(stamp(8, 2))).then([as_it_was]);
    assert!(state([recorded(), trashed(), back.clone()]).is_there());
    // Its time is not over, is over, was over already.
    given::<File>([recorded(), trashed()]).when(purge(999)).rejected(&Rejection::Kept);
    given::<File>([recorded(), trashed()]).when(purge(1_000)).then([Event::Purged {}]);
    given::<File>([recorded(), trashed(), Event::Purged {}]).when(purge(1_001)).then([]);
    given::<File>([recorded(), trashed(), back]).when(purge(1_000)).rejected(&Rejection::NotTrashed);
    given::<File>([recorded(), trashed(), Event::Purged {}])
        .when(restore(stamp(7, 1)))
        .rejected(&Rejection::Purged);
    given::<File>([recorded(), trashed(), Event::Purged {}]).when(trash).rejected(&Rejection::Purged);
    // Whatever comes into its place meanwhile is another file.
    let find = Command::Find { stamp: stamp(7, 1) };
    given::<File>([recorded(), trashed()]).when(find).then([]);
}
