//! What a rule makes of looks: the same when they are made, and when it is tried on those that are recorded.

use std::collections::VecDeque;

use super::{Definition, Verdict};
use crate::Timestamp;

/// A while in which something would have been wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alert {
    /// With which look it would have begun.
    pub began: Timestamp,
    /// With which it would have been over; none if with none.
    pub ended: Option<Timestamp>,
}

impl Definition {
    /// Whether something is wrong since this look, which follows `looks` and joins them; `was_wrong` says whether it was
    /// before. Whoever works on it knows that it fails, so nothing begins in maintenance; what was wrong before stays wrong.
    pub fn judge(
        &self,
        looks: &mut VecDeque<Verdict>,
        (at, verdict): (Timestamp, Verdict),
        was_wrong: bool,
    ) -> bool {
        looks.push_back(verdict);
        while looks.len() > self.alerting.looks() {
            looks.pop_front();
        }
        self.alerting.is_wrong(looks, was_wrong) && (was_wrong || !self.is_in_maintenance(at))
    }

    /// Whenever something would have been wrong, of looks in their order, if nothing was before them.
    pub fn backtest(&self, looks: impl IntoIterator<Item = (Timestamp, Verdict)>) -> Vec<Alert> {
        let (mut alerts, mut last) = (Vec::<Alert>::new(), VecDeque::new());
        for look in looks {
            let open = alerts.last_mut().filter(|alert| alert.ended.is_none());
            match (self.judge(&mut last, look, open.is_some()), open) {
                (true, None) => alerts.push(Alert { began: look.0, ended: None }),
                (false, Some(alert)) => alert.ended = Some(look.0),
                (true, Some(_)) | (false, None) => {}
            }
        }
        alerts
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Alerting, Maintenance, Probe},
        *,
    };
    use crate::schedule::{Rhythm, Timing};

    fn at(minute: usize) -> Timestamp {
        Timestamp::from_micros(minute as i64 * 60_000_000)
    }

    fn definition(alerting: Alerting) -> Definition {
        let timing = Timing::Every { seconds: 60 };
        Definition {
            probe: Probe::Push {},
            rhythm: Rhythm { timing, jitter_seconds: 0 },
            timeout_seconds: 30,
            is_inverted: false,
            thresholds: vec![],
            alerting,
            maintenance: vec![],
            depends_on: [].into(),
            group: None,
            tags: [].into(),
            links: [].into(),
            is_public: false,
        }
    }

    /// Looks of a minute each, as letters: `+` is well, `-` is not, `?` nobody can say.
    fn looks(letters: &str) -> impl Iterator<Item = (Timestamp, Verdict)> {
        let of = |letter| match letter {
            '+' => Verdict::Ok,
            '-' => Verdict::Failing,
            _ => Verdict::Unknown,
        };
        letters.chars().map(of).enumerate().map(|(minute, verdict)| (at(minute), verdict))
    }

    // CH-10: "412 alerts would have been 37".
    #[test]
    fn a_rule_is_tried_on_what_was_found() {
        let found = "+-+-+--?-+-+++-";
        let nervous = definition(Alerting::default());
        let alerts = nervous.backtest(looks(found));
        assert_eq!(alerts.len(), 5);
        assert_eq!(alerts[2], Alert { began: at(5), ended: Some(at(9)) });
        assert_eq!(alerts[4], Alert { began: at(14), ended: None });
        let calm = definition(Alerting { fail_after: 2, clear_after: 3, ..Alerting::default() });
        assert_eq!(calm.backtest(looks(found)), [Alert { began: at(6), ended: Some(at(13)) }]);
    }

    #[test]
    fn nothing_begins_in_maintenance() {
        let timing = Timing::Cron { expression: "5 0 * * *".to_owned(), zone: "UTC".to_owned() };
        let maintenance = vec![Maintenance { timing, seconds: 300 }];
        let kept = Definition { maintenance, ..definition(Alerting::default()) };
        let found = "++-+++-------+";
        let began: Vec<Timestamp> = kept.backtest(looks(found)).iter().map(|alert| alert.began).collect();
        assert_eq!(began, [at(2), at(10)], "what fails beyond it begins when it is over");
    }
}
