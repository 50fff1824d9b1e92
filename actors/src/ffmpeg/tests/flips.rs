//! Single bytes that are wrong. Where container or codec has a checksum, every one of them is found; elsewhere a
//! decoder finds those that it can't take for anything, and no more can be promised.

use super::*;

/// Numbers that look like chance and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

/// The places of the wrong bytes that are not found in so many copies with one each.
async fn missed(studio: &Studio, name: &str, rounds: usize) -> Vec<usize> {
    let bytes = studio.read(name);
    let mut dice = Dice(7);
    let mut missed = Vec::new();
    for _ in 0..rounds {
        let mut flipped = bytes.clone();
        // Behind the header, before the index.
        let place = bytes.len() / 10 + dice.below(bytes.len() * 8 / 10);
        flipped[place] ^= u8::try_from(1 + dice.below(255)).unwrap();
        let copy = format!("flipped-{name}");
        studio.write(&copy, flipped);
        match studio.verify(&copy, NOTHING_PROMISED).await {
            Ok(_) => missed.push(place),
            Err(failure) => {
                assert_eq!(failure.class, FailureClass::Damaged, "{name} at {place}: {failure:?}");
            }
        }
    }
    missed
}

// invariant: F-1
#[tokio::test]
async fn a_wrong_byte_is_always_found_where_there_are_checksums() {
    let studio = Studio::open().await;
    for (name, codec) in [("sound.opus", "libopus"), ("sound.ogg", "libvorbis"), ("sound.flac", "flac")] {
        studio.make(&format!("-i whole.mp4 -vn -c:a {codec} {name}")).await;
        assert_eq!(missed(&studio, name, 8).await, Vec::<usize>::new(), "{name}");
    }
}

// Field 13. Pictures of the usual kind fill their bits so tightly that most wrong bytes mean nothing.
// invariant: F-1
#[tokio::test]
async fn a_wrong_byte_in_a_film_is_mostly_found_by_decoding() {
    let studio = Studio::open().await;
    studio.make("-i whole.mp4 -an -c:v libx264 -g 50 -b:v 2M film.ts").await;
    let rounds = 20;
    let missed = missed(&studio, "film.ts", rounds).await;
    assert!(missed.len() * 2 < rounds, "of {rounds} wrong bytes those at {missed:?} are not found");
}
