//! What was found of a check, look by look: samples say how many looks were well, turns when that changed.

use mediary_schema::{Timestamp, check::Verdict};

use crate::telemetry::Points;

/// A while of a piece in which every look found the same.
struct Run {
    from_us: i64,
    until_us: i64,
    verdict: Verdict,
    /// Whether it begins with a look that turned.
    is_turned: bool,
    looks: u64,
}

/// Looks in their order, of pieces of `check.up` and of whenever the check turned, the oldest first and those before the
/// pieces included. Each piece has as many looks that were well, and as many that were not, as its samples say; where both
/// are in one, turns say in which order, and looks that found the same are spread evenly.
pub fn looks(points: &Points, turns: &[(Timestamp, Verdict)]) -> Vec<(Timestamp, Verdict)> {
    let step_us = points.step_ms as i64 * 1_000;
    let (mut looks, mut verdict, mut turns) = (Vec::new(), Verdict::Unknown, turns.iter().peekable());
    for point in &points.points {
        let from_us = point.start.as_micros();
        while let Some((_, before)) = turns.next_if(|(at, _)| at.as_micros() < from_us) {
            verdict = *before;
        }
        // Nothing was found in it after its last sample.
        let last_us = (point.bucket.last_at + 1) * 1_000;
        let mut runs = vec![Run { from_us, until_us: last_us, verdict, is_turned: false, looks: 0 }];
        while let Some((at, turned)) = turns.next_if(|(at, _)| at.as_micros() < from_us + step_us) {
            let at = at.as_micros();
            if let Some(last) = runs.last_mut() {
                last.until_us = at;
            }
            let until_us = last_us.max(at);
            verdict = *turned;
            runs.push(Run { from_us: at, until_us, verdict, is_turned: true, looks: 0 });
        }
        let well = point.bucket.sum.round().max(0.0) as u64;
        share(&mut runs, Verdict::Ok, well);
        share(&mut runs, Verdict::Failing, point.bucket.count.saturating_sub(well));
        looks.extend(runs.iter().flat_map(spread));
    }
    looks
}

/// Shares looks among those runs that found so: one for each that begins with one, the others by how long they are.
fn share(runs: &mut Vec<Run>, verdict: Verdict, mut looks: u64) {
    if looks > 0
        && !runs.iter().any(|run| run.verdict == verdict)
        && let Some(last) = runs.last()
    {
        // It turned in a piece that is not kept, or was never recorded.
        runs.push(Run {
            from_us: last.until_us,
            until_us: last.until_us,
            verdict,
            is_turned: false,
            looks: 0,
        });
    }
    let mut of_it: Vec<&mut Run> = runs.iter_mut().filter(|run| run.verdict == verdict).collect();
    for run in of_it.iter_mut().filter(|run| run.is_turned) {
        run.looks = looks.min(1);
        looks -= run.looks;
    }
    let whole: i64 = of_it.iter().map(|run| run.until_us - run.from_us).sum();
    let (mut passed, mut given, all) = (0, 0, looks);
    let count = of_it.len();
    for (place, run) in of_it.into_iter().enumerate() {
        passed += run.until_us - run.from_us;
        let is_last = place + 1 == count;
        let up_to_it =
            if is_last || whole == 0 { all } else { (all * passed as u64 + whole as u64 / 2) / whole as u64 };
        run.looks += up_to_it - given;
        given = up_to_it;
    }
}

/// The looks of a run, evenly. What nobody can say has no sample: it is one look, that turned.
fn spread(run: &Run) -> impl Iterator<Item = (Timestamp, Verdict)> {
    let looks = match run.verdict {
        Verdict::Unknown => u64::from(run.is_turned),
        Verdict::Ok | Verdict::Failing => run.looks,
    };
    let (from_us, lasts_us, verdict) = (run.from_us, run.until_us - run.from_us, run.verdict);
    (0..looks).map(move |look| {
        let at = from_us + (lasts_us as i128 * i128::from(look) / i128::from(looks)) as i64;
        (Timestamp::from_micros(at), verdict)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::{Bucket, Point, Resolution};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    /// Pieces of a minute with so many looks that were well, and that were not.
    fn minutes(pieces: &[(i64, u64, u64)]) -> Points {
        let point = |(minute, well, failed): &(i64, u64, u64)| {
            let mut bucket = Bucket::of((minute + 1) * 60_000 - 1, 0.0);
            (bucket.count, bucket.sum) = (well + failed, *well as f64);
            Point { start: at(minute * 60), bucket, quantiles: None }
        };
        Points { resolution: Resolution::Minute, step_ms: 60_000, points: pieces.iter().map(point).collect() }
    }

    fn letters(looks: &[(Timestamp, Verdict)]) -> String {
        let letter = |verdict| match verdict {
            Verdict::Ok => '+',
            Verdict::Failing => '-',
            Verdict::Unknown => '?',
        };
        looks.iter().map(|(_, verdict)| letter(*verdict)).collect()
    }

    #[test]
    fn samples_say_how_many_and_turns_in_which_order() {
        let turns = [(at(0), Verdict::Ok), (at(70), Verdict::Failing), (at(100), Verdict::Ok)];
        let found = looks(&minutes(&[(0, 6, 0), (1, 7, 3), (2, 1, 0)]), &turns);
        assert_eq!(letters(&found), "++++++".to_owned() + "++---+++++" + "+");
        assert_eq!(found[8].0, at(70), "a turn is the look that turned");
        assert!(found.is_sorted_by_key(|(at, _)| *at), "{found:?}");
    }

    #[test]
    fn what_nobody_can_say_is_between_them_and_what_was_not_recorded_comes_last() {
        let turns = [(at(0), Verdict::Ok), (at(30), Verdict::Unknown), (at(40), Verdict::Ok)];
        assert_eq!(letters(&looks(&minutes(&[(0, 2, 0)]), &turns)), "+?+");
        assert_eq!(letters(&looks(&minutes(&[(0, 2, 1)]), &turns[..1])), "++-");
        assert_eq!(letters(&looks(&minutes(&[]), &turns)), "");
    }

    #[test]
    fn every_sample_is_one_look() {
        let turns: Vec<_> = (0..20)
            .map(|at_s| (at(at_s * 3), if at_s % 2 == 0 { Verdict::Failing } else { Verdict::Ok }))
            .collect();
        for (well, failed) in [(0, 0), (1, 0), (10, 10), (100, 7), (3, 2)] {
            let found = looks(&minutes(&[(0, well, failed)]), &turns);
            let count = |verdict| found.iter().filter(|(_, found)| *found == verdict).count() as u64;
            assert_eq!((count(Verdict::Ok), count(Verdict::Failing)), (well, failed));
        }
    }
}
