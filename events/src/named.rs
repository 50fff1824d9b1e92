//! What is saved under names, in versions: rules, settings.

use std::collections::BTreeMap;

/// What is saved under names. A name that was removed is kept, so that its numbers go on where they were.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named<N, V> {
    names: BTreeMap<N, Saved<V>>,
}

/// A name, as it was saved last.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Saved<V> {
    /// The last version, from 1.
    version: u32,
    /// What was saved; none if it was removed.
    value: Option<V>,
}

/// What saving something under a name comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Saving {
    /// It is saved so already.
    Same,
    /// It becomes this version.
    Version(u32),
    /// It would be a name more than there may be.
    TooMany,
}

/// What removing a name comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Removing {
    /// There is something to be removed.
    There,
    /// It was removed already.
    Removed,
    /// There was never such a name.
    Unknown,
}

impl<N, V> Default for Named<N, V> {
    fn default() -> Self {
        Self { names: BTreeMap::new() }
    }
}

impl<N: Ord + Clone, V: PartialEq> Named<N, V> {
    /// What saving this comes to, where so many names may have been.
    pub(crate) fn saving(&self, name: &N, value: &V, names_max: usize) -> Saving {
        match self.names.get(name) {
            None if self.names.len() >= names_max => Saving::TooMany,
            None => Saving::Version(1),
            Some(saved) if saved.value.as_ref() == Some(value) => Saving::Same,
            Some(saved) => Saving::Version(saved.version + 1),
        }
    }

    /// What removing this name comes to.
    pub(crate) fn removing(&self, name: &N) -> Removing {
        match self.names.get(name) {
            None => Removing::Unknown,
            Some(Saved { value: None, .. }) => Removing::Removed,
            Some(Saved { value: Some(_), .. }) => Removing::There,
        }
    }

    /// It was saved.
    pub(crate) fn save(&mut self, name: &N, version: u32, value: V) {
        self.names.insert(name.clone(), Saved { version, value: Some(value) });
    }

    /// It was removed.
    pub(crate) fn remove(&mut self, name: &N) {
        if let Some(saved) = self.names.get_mut(name) {
            saved.value = None;
        }
    }

    /// What is saved under this name now, with its version.
    pub(crate) fn find(&self, name: &N) -> Option<(u32, &V)> {
        let Saved { version, value } = self.names.get(name)?;
        Some((*version, value.as_ref()?))
    }

    /// Names under which something is saved now.
    pub(crate) fn names(&self) -> impl Iterator<Item = &N> {
        self.names.iter().filter(|(_, saved)| saved.value.is_some()).map(|(name, _)| name)
    }

    /// How many names there ever were.
    pub(crate) fn count(&self) -> usize {
        self.names.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_on_where_they_were() {
        let mut named = Named::<&str, u8>::default();
        assert_eq!(
            (named.saving(&"a", &1, 1), named.removing(&"a")),
            (Saving::Version(1), Removing::Unknown)
        );
        named.save(&"a", 1, 1);
        assert_eq!(
            (named.saving(&"a", &1, 1), named.saving(&"a", &2, 1)),
            (Saving::Same, Saving::Version(2))
        );
        assert_eq!((named.find(&"a"), named.removing(&"a")), (Some((1, &1)), Removing::There));
        named.remove(&"a");
        // A name that was removed is one of those that there may be, and comes back as the next version.
        assert_eq!((named.find(&"a"), named.removing(&"a")), (None, Removing::Removed));
        assert_eq!((named.names().count(), named.count()), (0, 1));
        assert_eq!(
            (named.saving(&"a", &1, 1), named.saving(&"b", &1, 1)),
            (Saving::Version(2), Saving::TooMany)
        );
    }
}
