//! Leases and permits of one resource, in the order in which they are asked for.

use std::{
    collections::BTreeSet,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use futures::FutureExt as _;
use mediary_schema::{
    AttemptId, JobId,
    job::WorkKind,
    lane::{Lane, Share},
};
use uuid::Uuid;

use super::{Budgets, Caller, Leased, Leasing, Permit, Resources};

type Asking = Pin<Box<dyn Future<Output = Permit> + Send>>;

/// A host with three units, two of which may be leased.
fn three() -> (Resources, Leasing, Arc<AtomicUsize>) {
    let resources = Resources::new(Budgets { host: 3, ..Budgets::default() });
    let rung = Arc::new(AtomicUsize::new(0));
    let bell = Arc::clone(&rung);
    let leasing = resources.leasing(move || {
        bell.fetch_add(1, Ordering::SeqCst);
    });
    (resources, leasing, rung)
}

fn host() -> Lane {
    Lane::Host("a.example".to_owned())
}

fn attempt(number: u128) -> AttemptId {
    AttemptId::from_uuid(Uuid::from_u128(number))
}

fn job(number: u128) -> Leased {
    let (job_id, kind) = (JobId::from_uuid(Uuid::from_u128(number)), WorkKind::new("say"));
    Leased { attempt_id: attempt(number), job_id, kind, lanes: vec![host()] }
}

/// Somebody asks: a place in the line, or the unit.
fn ask(resources: &Resources, attempt_id: Option<AttemptId>) -> Asking {
    let (resources, caller) = (resources.clone(), Caller { name: "test", attempt_id });
    let mut asking: Asking = Box::pin(async move { resources.permit(host(), caller).await });
    if let Some(permit) = asking.as_mut().now_or_never() {
        asking = Box::pin(std::future::ready(permit));
    }
    asking
}

fn answered(asking: &mut Asking) -> Option<Permit> {
    asking.as_mut().now_or_never()
}

fn wanted() -> BTreeSet<Lane> {
    BTreeSet::from([host()])
}

#[test]
fn who_waits_is_served_in_the_order_of_asking_and_the_next_job_stands_in_the_same_line() {
    let (resources, leasing, rung) = three();
    let mut had: Vec<Permit> =
        (0..3).map(|_| answered(&mut ask(&resources, None)).expect("there is room")).collect();
    let mut first = ask(&resources, None);
    assert_eq!(leasing.lease(job(1)), Err(host()));
    leasing.want(&wanted());
    let mut last = ask(&resources, None);
    assert!(answered(&mut first).is_none() && answered(&mut last).is_none());

    had.pop();
    let first = answered(&mut first).expect("it was the first to ask");
    assert_eq!(rung.load(Ordering::SeqCst), 0, "it is not the turn of the job");
    had.pop();
    assert_eq!(rung.load(Ordering::SeqCst), 1);
    assert!(answered(&mut last).is_none(), "what is free is kept for the job");
    assert_eq!(leasing.lease(job(1)), Ok(()));
    had.pop();
    let last = answered(&mut last).expect("the job has had its turn");
    let uses = &resources.uses()[&host()];
    let shares: Vec<Share> = uses.holders.iter().map(|holder| holder.share).collect();
    assert_eq!((uses.units, uses.waiting), (3, 0));
    assert_eq!(shares, [Share::Lease, Share::Permit, Share::Permit]);
    drop((first, last));
    leasing.agree([]);
    assert!(resources.uses().is_empty(), "what nobody has is forgotten");
}

#[test]
fn who_stops_waiting_gives_its_place_up() {
    let (resources, leasing, _) = three();
    let had: Vec<Permit> =
        (0..3).map(|_| answered(&mut ask(&resources, None)).expect("there is room")).collect();
    let (impatient, mut patient) = (ask(&resources, None), ask(&resources, None));
    assert_eq!(resources.uses()[&host()].waiting, 2);
    drop(impatient);
    assert_eq!(resources.uses()[&host()].waiting, 1);
    let called_and_gone = ask(&resources, None);
    drop(had);
    // It was given a unit that it never took.
    drop(called_and_gone);
    let patient = answered(&mut patient).expect("its turn has come");
    assert_eq!(resources.uses()[&host()].holders.len(), 1);
    drop(patient);
    leasing.want(&wanted());
    assert_eq!(leasing.left().of(&host()), 2, "one is never leased");
}

#[test]
fn an_attempt_asks_on_the_unit_that_it_has_or_stands_in_line() {
    let (resources, leasing, _) = three();
    leasing.lease(job(1)).unwrap();
    leasing.lease(job(2)).unwrap();
    assert_eq!(leasing.lease(job(3)), Err(host()), "the last one is for what is short");
    let (mine, other) = (ask(&resources, Some(attempt(1))), ask(&resources, None));
    let (mut mine, mut other) = (mine, other);
    let (mine, other) = (answered(&mut mine).unwrap(), answered(&mut other).unwrap());
    assert_eq!(resources.uses()[&host()].holders.len(), 3);
    let mut again = ask(&resources, Some(attempt(1)));
    assert!(answered(&mut again).is_none(), "its unit is in use, and there is no other");
    drop(mine);
    let again = answered(&mut again).expect("its unit is free again");
    assert_eq!(resources.uses()[&host()].holders.len(), 3);

    drop(other);
    let mut besides = ask(&resources, Some(attempt(1)));
    let other = answered(&mut besides).expect("there is another, for which nobody waits");
    assert_eq!(resources.uses()[&host()].holders.len(), 3);

    leasing.agree([job(2)]);
    let uses = &resources.uses()[&host()];
    assert_eq!(uses.holders.len(), 3, "what goes on after its lease needs a unit still");
    drop((again, other));
    assert_eq!(resources.uses()[&host()].holders.len(), 1);
}

#[test]
fn a_dispatcher_that_is_gone_keeps_nobody_waiting() {
    let (resources, leasing, rung) = three();
    let had: Vec<Permit> =
        (0..3).map(|_| answered(&mut ask(&resources, None)).expect("there is room")).collect();
    leasing.want(&wanted());
    let mut waiting = ask(&resources, None);
    drop(had);
    assert_eq!(rung.load(Ordering::SeqCst), 3, "once for each unit");
    assert!(answered(&mut waiting).is_none());
    drop(leasing);
    assert!(answered(&mut waiting).is_some());
}
