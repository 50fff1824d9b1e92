//! Lists that change, by handle and by HTTP.

use mediary_schema::playlist::Availability;
use proptest::prelude::*;
use reqwest::StatusCode;
use serde_json::Value;

use super::{
    super::{
        Error, ListOptions,
        list::{ListHandle, Lists},
    },
    Harness,
};

fn list(len: u32) -> ListHandle {
    Lists::default().add("l", ListOptions::new("List", len)).unwrap()
}

/// The serials, in order.
fn serials(list: &ListHandle) -> Vec<u32> {
    list.ids(0..usize::MAX).iter().map(|id| id.rsplit_once('-').unwrap().1.parse().unwrap()).collect()
}

#[test]
fn new_entries_go_to_either_end_and_ids_are_not_used_again() {
    let list = list(3);
    list.prepend(2);
    list.append(1);
    list.delete(0).unwrap();
    list.append(1);
    assert_eq!(serials(&list), [5, 1, 2, 3, 6, 7]);
}

#[test]
fn entries_move_turn_and_double() {
    let list = list(4);
    list.move_entry(3, 0).unwrap();
    assert_eq!(serials(&list), [4, 1, 2, 3]);
    list.move_entry(0, 3).unwrap();
    assert_eq!(serials(&list), [1, 2, 3, 4]);
    list.reverse();
    list.duplicate(1).unwrap();
    assert_eq!(serials(&list), [4, 3, 2, 1, 3]);
}

#[test]
fn an_index_beyond_the_end_is_refused() {
    let list = list(2);
    for refused in [list.delete(2), list.move_entry(0, 2), list.make_private(2), list.duplicate(9)] {
        assert!(matches!(refused, Err(Error::NoEntry { len: 2, .. })));
    }
    assert_eq!(serials(&list), [1, 2]);
}

#[test]
fn an_item_keeps_its_title_and_place_while_it_is_hidden() {
    let list = list(2);
    let title = list.item(1).unwrap().title;
    list.make_private(1).unwrap();
    let hidden = list.item(1).unwrap();
    assert_eq!((hidden.shown_title(), hidden.availability), ("[Private video]", Availability::Private));
    list.make_deleted(1).unwrap();
    assert_eq!(list.item(1).unwrap().shown_title(), "[Deleted video]");
    list.make_public(1).unwrap();
    assert_eq!(list.item(1).unwrap().shown_title(), title);
    list.rename(1, "Another").unwrap();
    assert_eq!(list.item(1).unwrap().shown_title(), "Another");
}

#[test]
fn a_very_long_list_is_a_few_runs() {
    let list = list(0);
    list.set_len(200_000_000);
    assert_eq!(list.ids(199_999_998..usize::MAX), ["l-199999999", "l-200000000"]);
    list.set_len(2);
    assert_eq!(serials(&list), [1, 2]);
    list.clear();
    assert!(list.is_empty());
}

#[test]
fn names_that_do_not_fit_into_an_address_are_refused() {
    for name in ["", "A", "a/b", "ä", "a b"] {
        assert!(matches!(Lists::default().add(name, ListOptions::new("", 1)), Err(Error::ListName { .. })));
    }
}

/// A change of a list; indexes are taken modulo the length.
#[derive(Debug, Clone)]
enum Edit {
    Prepend(u32),
    Append(u32),
    Delete(usize),
    Move(usize, usize),
    Reverse,
    Duplicate(usize),
    SetLen(u32),
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        (0_u32..5).prop_map(Edit::Prepend),
        (0_u32..5).prop_map(Edit::Append),
        any::<usize>().prop_map(Edit::Delete),
        any::<(usize, usize)>().prop_map(|(from, to)| Edit::Move(from, to)),
        Just(Edit::Reverse),
        any::<usize>().prop_map(Edit::Duplicate),
        (0_u32..12).prop_map(Edit::SetLen),
    ]
}

/// The same with a plain vector.
fn apply(model: &mut Vec<u32>, issued: &mut u32, list: &ListHandle, edit: &Edit) {
    let mut fresh = |count: u32| {
        *issued += count;
        (*issued - count + 1..=*issued).collect::<Vec<u32>>()
    };
    let len = model.len();
    match *edit {
        Edit::Prepend(count) => {
            list.prepend(count);
            model.splice(0..0, fresh(count));
        }
        Edit::Append(count) => {
            list.append(count);
            model.extend(fresh(count));
        }
        Edit::SetLen(wanted) => {
            list.set_len(wanted);
            model.truncate(wanted as usize);
            model.extend(fresh((wanted as usize).saturating_sub(len) as u32));
        }
        Edit::Reverse => {
            list.reverse();
            model.reverse();
        }
        Edit::Delete(_) | Edit::Move(..) | Edit::Duplicate(_) if len == 0 => {}
        Edit::Delete(index) => {
            list.delete(index % len).unwrap();
            model.remove(index % len);
        }
        Edit::Move(from, to) => {
            list.move_entry(from % len, to % len).unwrap();
            let serial = model.remove(from % len);
            model.insert(to % len, serial);
        }
        Edit::Duplicate(index) => {
            list.duplicate(index % len).unwrap();
            model.push(model[index % len]);
        }
    }
}

proptest! {
    #[test]
    fn runs_behave_like_a_plain_list(edits in prop::collection::vec(edit(), 0..40), from in 0_usize..20, count in 0_usize..20) {
        let list = list(6);
        let (mut model, mut issued): (Vec<u32>, u32) = ((1..=6).collect(), 6);
        for edit in &edits {
            apply(&mut model, &mut issued, &list, edit);
            prop_assert_eq!(&serials(&list), &model, "after {:?}", edit);
            prop_assert_eq!(list.len(), model.len());
        }
        let part: Vec<String> = model.iter().skip(from).take(count).map(|serial| format!("l-{serial}")).collect();
        prop_assert_eq!(list.ids(from..from + count), part);
    }
}

#[tokio::test]
async fn every_verb_of_the_front_page_works_by_http() {
    let harness = Harness::start().await;
    let first = async |call: &str| -> Value {
        let answer = harness.post(&format!("/control/lists/{call}")).await;
        assert_eq!(answer.status(), StatusCode::OK, "{call}");
        answer.json::<Value>().await.unwrap()["first"].clone()
    };
    let ids = |serials: &[u32]| {
        Value::from(serials.iter().map(|serial| format!("mine-{serial}")).collect::<Vec<_>>())
    };
    assert_eq!(first("mine?n=3&title=Mine").await, ids(&[1, 2, 3]));
    assert_eq!(first("mine/prepend?n=1").await, ids(&[4, 1, 2, 3]));
    assert_eq!(first("mine/append").await, ids(&[4, 1, 2, 3, 5]));
    assert_eq!(first("mine/delete?index=1").await, ids(&[4, 2, 3, 5]));
    assert_eq!(first("mine/move?index=0&to=1").await, ids(&[2, 4, 3, 5]));
    assert_eq!(first("mine/reverse").await, ids(&[5, 3, 4, 2]));
    assert_eq!(first("mine/duplicate?index=0").await, ids(&[5, 3, 4, 2, 5]));
    assert_eq!(first("mine/length?n=2").await, ids(&[5, 3]));
    first("mine/private?index=0").await;
    first("mine/rename?index=1&title=B%20b").await;
    first("mine/title?title=Ours").await;
    let list = harness.site.list("mine");
    assert_eq!((list.title().as_str(), list.item(1).unwrap().title.as_str()), ("Ours", "B b"));
    assert_eq!(list.item(0).unwrap().availability, Availability::Private);
    first("mine/public?index=0").await;
    first("mine/deleted?index=1").await;
    let availability: Vec<Availability> =
        (0..2).map(|index| list.item(index).unwrap().availability).collect();
    assert_eq!(availability, [Availability::Available, Availability::Deleted]);
    assert_eq!(first("mine/clear").await, ids(&[]));
}

#[tokio::test]
async fn a_wrong_call_is_answered_with_what_is_wrong() {
    let harness = Harness::start().await;
    for (call, status, text) in [
        ("lists/unknown/prepend", 404, "POST /control/lists/unknown makes one"),
        ("lists/videos/explode", 404, "no verb"),
        ("lists/videos/delete", 400, "index is missing"),
        ("lists/videos/delete?index=x", 400, "isn't a whole number"),
        ("lists/videos/delete?index=99", 400, "entry 99"),
        ("lists/Not%20a%20name", 400, "lower-case"),
        ("faults/status?target=/x&code=9999", 400, "HTTP status"),
        ("faults/explode?target=/x", 404, "no verb"),
    ] {
        let answer = harness.post(&format!("/control/{call}")).await;
        assert_eq!(answer.status().as_u16(), status, "{call}");
        let answer: Value = answer.json().await.unwrap();
        assert!(answer["error"].as_str().unwrap().contains(text), "{call}: {answer}");
    }
}

#[tokio::test]
async fn a_browser_is_sent_back_to_the_front_page() {
    let harness = Harness::start().await;
    let url = harness.site.url("/control/lists/videos/prepend");
    let request = harness.client.post(url).header("accept", "text/html").body("n=3");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.url().path(), "/");
    assert!(answer.text().await.unwrap().contains("Sample site"));
    assert_eq!(harness.site.list("videos").len(), 11);
}
