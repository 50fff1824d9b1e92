//! A disk that is nearly full tears nothing: what might not fit is refused before it is begun.

use std::{
    path::Path,
    sync::{Arc, atomic::Ordering},
};

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

use super::{
    disk::{Disk, Medium},
    machine::{Machine, Shelf, boot_in, together},
    support::{append, append_one, event, stream},
};
use crate::log::{Append, AppendError, PAYLOAD_BYTES_MAX, Urgency, space::Space, store, verify_live};

const RESERVE: u64 = 8 << 20;

/// A log whose record and index lie on one small medium.
fn boot(medium: &Arc<Medium>) -> Machine {
    let disk = Disk::on(medium);
    let database = redb::Database::builder().create_with_backend(disk.clone()).unwrap();
    store::initialise(&database, uuid::Uuid::from_u128(1)).unwrap();
    drop(database);
    let space = |directory: &Path| {
        let medium = Arc::clone(medium);
        Space::measured(directory, RESERVE, Box::new(move || Ok(medium.free_bytes())))
    };
    boot_in(&disk, &Shelf::of(Disk::on(medium)), space).unwrap()
}

fn request(command: u128, events: usize, bytes: usize, urgency: Urgency) -> Append {
    let text = "x".repeat(bytes.min(PAYLOAD_BYTES_MAX - 5));
    let of = |n: usize| event(&stream("job", command % 50 * 100 + n as u128), "noted", &text);
    Append { urgency, ..append(command, (0..events).map(of).collect()) }
}

// invariant: L-12
#[test]
fn a_batch_that_may_not_fit_is_refused_and_the_log_lives_on() {
    let medium = Medium::new(64 << 20);
    let machine = boot(&medium);
    // Above the reserve, and nowhere near what is asked for.
    medium.set_free(RESERVE + (1 << 20));
    let refused = machine.log.append_blocking(request(1, 48, PAYLOAD_BYTES_MAX, Urgency::Normal));
    match refused {
        Err(AppendError::StorageFull { free_bytes, needed_bytes }) => {
            assert_eq!(free_bytes, RESERVE + (1 << 20));
            assert!(needed_bytes > RESERVE + (12 << 20));
        }
        other => panic!("{other:?}"),
    }
    machine.log.append_blocking(append_one(2, &stream("job", 1), "small")).unwrap();
    assert_eq!(machine.fatal.load(Ordering::SeqCst), 0);
}

// invariant: L-12
#[test]
fn a_disk_that_fills_up_tears_nothing_and_the_reserve_is_for_ends() {
    let (mut accepted, mut refused, mut ends) = (0, 0, 0);
    for seed in 0..mediary_tools::rounds(12) {
        println!("seed {seed}");
        let mut random = StdRng::seed_from_u64(seed);
        let medium = Medium::new(256 << 20);
        let machine = boot(&medium);
        let mut acknowledged = 0;
        for round in 0..40_u128 {
            if random.random_bool(0.3) {
                // Others come and go.
                medium.set_free(random.random_range(0..RESERVE * 4));
            }
            let requests: Vec<Append> = (0..random.random_range(1..12))
                .map(|n| {
                    let is_end = random.random_bool(0.3);
                    let urgency = if is_end { Urgency::Essential } else { Urgency::Normal };
                    let bytes = [10, 1_000, 10_000, PAYLOAD_BYTES_MAX][random.random_range(0..4)];
                    request(round << 32 | n, random.random_range(1..12), bytes, urgency)
                })
                .collect();
            let before = medium.free_bytes();
            let has_ends = requests.iter().any(|request| request.urgency == Urgency::Essential);
            for (request, answer) in requests.iter().zip(together(&machine.log, &requests)) {
                match answer {
                    Ok(_) => {
                        acknowledged += request.events.len() as u64;
                        accepted += 1;
                        ends += usize::from(before < RESERVE);
                    }
                    Err(AppendError::StorageFull { .. }) => refused += 1,
                    Err(other) => panic!("{other:?} with {before} bytes free"),
                }
            }
            if before >= RESERVE && !has_ends {
                assert!(medium.free_bytes() >= RESERVE, "new work left {} bytes", medium.free_bytes());
            }
        }
        assert_eq!(machine.fatal.load(Ordering::SeqCst), 0);
        assert_eq!(machine.log.head().position, 1 + acknowledged);
        verify_live(&machine.log, None).unwrap();
        medium.set_free(256 << 20);
    }
    assert!(accepted > 100 && refused > 100 && ends > 10, "{accepted} {refused} {ends}");
}
