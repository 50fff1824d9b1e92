//! What the writer remembers of the streams that it wrote last.

use std::collections::HashMap;

use mediary_events::StreamId;

/// Versions of the streams that were written last: a stream is mostly written several times in a row, and asking the
/// index costs as much as adding to it. Only the writer adds events, so the index says the same.
#[derive(Debug, Default)]
pub(super) struct RecentVersions(HashMap<StreamId, u64>);

impl RecentVersions {
    /// More than are written at a time; beyond it all are forgotten, and learned again.
    const MAX: usize = 4_096;

    pub(super) fn of(&self, stream: &StreamId) -> Option<u64> {
        self.0.get(stream).copied()
    }

    pub(super) fn set(&mut self, stream: &StreamId, version: u64) {
        if let Some(known) = self.0.get_mut(stream) {
            *known = version;
            return;
        }
        if self.0.len() >= Self::MAX {
            self.forget();
        }
        self.0.insert(stream.clone(), version);
    }

    /// What was staged was not recorded.
    pub(super) fn forget(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_does_not_fit_is_forgotten_and_nothing_wrong_is_remembered() {
        let stream = |number: usize| StreamId::new("bench", Uuid::from_u128(number as u128));
        let mut recent = RecentVersions::default();
        for number in 0..RecentVersions::MAX {
            recent.set(&stream(number), 1);
        }
        recent.set(&stream(0), 2);
        assert_eq!((recent.of(&stream(0)), recent.of(&stream(1))), (Some(2), Some(1)));
        recent.set(&stream(RecentVersions::MAX), 1);
        assert_eq!((recent.of(&stream(0)), recent.of(&stream(RecentVersions::MAX))), (None, Some(1)));
        recent.forget();
        assert_eq!(recent.of(&stream(RecentVersions::MAX)), None);
    }
}
