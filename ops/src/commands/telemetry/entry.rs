use crate::commands::{concerns::Concern, noun::Noun};

/// What the binary has of telemetry: its verbs, and the meter.
pub(crate) const CONCERN: Concern = Concern {
    nouns: &[Noun::of::<super::Verb>(
        "telemetry",
        "See what was measured of the machine and of work, over time",
    )],
    fragments: &[include_str!("series.fragment.graphql")],
    #[cfg(test)]
    documents: &[&super::LIST, &super::SHOW],
    parts: |ground| vec![ground.meter("meter")],
    ..Concern::NOTHING
};
