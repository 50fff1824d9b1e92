//! What the machine counts from its start on, of which only the difference between two looks says something.

use mediary_schema::{
    Timestamp,
    telemetry::{Metric, Sample},
};

use super::{host::Ticks, network::Traffic};

/// What was counted by one moment; what can't be read is none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counts {
    at: Timestamp,
    ticks: Option<Ticks>,
    traffic: Option<Traffic>,
}

impl Counts {
    /// Those of now.
    pub(super) fn of(at: Timestamp) -> Self {
        let ticks = Ticks::now().inspect_err(|error| {
            tracing::debug!(%error, "the processors can't be looked at");
        });
        let traffic = Traffic::now().inspect_err(|error| {
            tracing::debug!(%error, "the network can't be looked at");
        });
        Self { at, ticks: ticks.ok(), traffic: traffic.ok() }
    }

    /// What was done between two looks.
    pub(super) fn samples_since(self, before: Self) -> Vec<Sample> {
        let used = self.ticks.zip(before.ticks).and_then(|(now, before)| now.used_since(before));
        let seconds = self.at.since(before.at).as_secs_f64();
        let rates =
            self.traffic.zip(before.traffic).and_then(|(now, before)| now.rates_since(before, seconds));
        let (received, sent) = rates.unzip();
        [(&Metric::HOST_CPU, used), (&Metric::HOST_RECEIVED, received), (&Metric::HOST_SENT, sent)]
            .into_iter()
            .filter_map(|(metric, value)| Some(Sample::of_installation(metric, self.at, value?)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(at_s: i64, received: u64, sent: u64) -> Counts {
        let at = Timestamp::from_micros(at_s * 1_000_000);
        Counts { at, ticks: None, traffic: Some(Traffic { received, sent }) }
    }

    #[test]
    fn what_the_network_did_is_told_by_the_second() {
        let told = counts(14, 9_000, 500).samples_since(counts(10, 1_000, 100));
        let values: Vec<_> = told.iter().map(|sample| (sample.metric.name, sample.value)).collect();
        assert_eq!(values, [("host.received", 2_000.0), ("host.sent", 100.0)]);
    }

    #[test]
    fn what_counts_anew_or_at_one_moment_tells_nothing() {
        assert_eq!(counts(14, 10, 500).samples_since(counts(10, 1_000, 100)), []);
        assert_eq!(counts(10, 9_000, 500).samples_since(counts(10, 1_000, 100)), []);
        let unknown = Counts { traffic: None, ..counts(14, 0, 0) };
        assert_eq!(unknown.samples_since(counts(10, 1_000, 100)), []);
    }

    #[test]
    fn this_machine_counts() {
        let before = Counts::of(Timestamp::from_micros(0));
        let told = Counts::of(Timestamp::from_micros(1_000_000)).samples_since(before);
        assert!(told.iter().all(|sample| sample.value >= 0.0), "{told:?}");
        assert!(before.ticks.is_some() && before.traffic.is_some());
    }
}
