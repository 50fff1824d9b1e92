use crate::commands::{concerns::Concern, noun::Noun};

/// What the binary has of this concern.
pub(crate) const CONCERN: Concern = Concern {
    nouns: &[Noun::of::<super::Verb>("check", "Have things checked, and be told when they are wrong")],
    fragments: &[include_str!("check.fragment.graphql")],
    #[cfg(test)]
    documents: &[
        &super::ADD,
        &super::LIST,
        &super::SHOW,
        &super::HISTORY,
        &super::PUSH_PATH,
        &super::RUN_HOOK,
        &super::FILES,
        &super::log::LOG,
        &super::backtest::BACKTEST,
        &super::export::EXPORT,
        &super::report::REPORT,
        &super::PAUSE,
        &super::RESUME,
        &super::REMOVE,
        &super::RUN,
        &super::ACKNOWLEDGE,
        &super::SNOOZE,
    ],
    parts: |ground| {
        // The folder after the runner, which then finds what the folder says.
        vec![ground.check_runner("checks"), ground.check_folder("files of checks", super::understand)]
    },
    ..Concern::NOTHING
};
