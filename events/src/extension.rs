//! What an envelope can carry beyond its fixed fields: one tag each, so that a field can be added later.
//!
//! Tags below 128 are critical: who doesn't know one can't read the event and says that it is newer. Others are
//! carried: who doesn't know one hands it on, byte for byte.

use std::borrow::Cow;

use bytes::Bytes;
use mediary_schema::{DataKeyId, Subject, is_word};

/// The most subjects of an event.
pub const SUBJECTS_MAX: usize = 8;

/// Which command was asked: its stored name, and a keyed fingerprint of what it asked for.
///
/// The fingerprint is made with a key that never leaves the installation: it tells two contents under one command
/// id apart, and confirms nothing to an outsider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandTag {
    /// `<concern>.<command>`.
    pub name: Cow<'static, str>,
    /// Keyed BLAKE3 over the command's canonical form, its first 16 bytes.
    pub fingerprint: [u8; 16],
}

impl CommandTag {
    /// Whether a text can be the stored name of a command.
    pub fn is_name(text: &str) -> bool {
        text.split_once('.').is_some_and(|(concern, command)| is_word(concern) && is_word(command))
    }
}

/// The things that an event is about: a set of at most [`SUBJECTS_MAX`], in ascending order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Subjects(Vec<Subject>);

/// The answer to what can't be the subjects of an event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubjectsError {
    /// There are too many.
    #[error("{0} subjects are more than {SUBJECTS_MAX}")]
    TooMany(usize),
    /// A kind is no stored name.
    #[error("{0:?} is not the stored name of a kind of subject")]
    BadKind(String),
}

impl Subjects {
    /// No subjects.
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// Takes things in any order, each once.
    pub fn try_new(subjects: impl IntoIterator<Item = Subject>) -> Result<Self, SubjectsError> {
        let mut subjects: Vec<Subject> = subjects.into_iter().collect();
        subjects.sort_unstable();
        subjects.dedup();
        if subjects.len() > SUBJECTS_MAX {
            return Err(SubjectsError::TooMany(subjects.len()));
        }
        match subjects.iter().find(|subject| !is_word(&subject.kind)) {
            Some(bad) => Err(SubjectsError::BadKind(bad.kind.clone().into_owned())),
            None => Ok(Self(subjects)),
        }
    }

    /// Things whose kinds are known to be stored names; those that are not there are left out.
    pub fn of<const N: usize>(things: [Option<Subject>; N]) -> Self {
        const { assert!(N <= SUBJECTS_MAX, "an event has at most so many subjects") };
        Self::try_new(things.into_iter().flatten()).expect("kinds of ids are stored names, and few enough")
    }

    /// Whether a thing is one of them.
    pub fn contains(&self, subject: &Subject) -> bool {
        self.0.binary_search(subject).is_ok()
    }

    /// The things, ascending.
    pub fn as_slice(&self) -> &[Subject] {
        &self.0
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// By what a payload is sealed: then the ciphertext stands in its place, and only who has the key reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealTag {
    /// The data key of the person whom the event is about.
    pub data_key_id: DataKeyId,
    /// What the cipher was begun with.
    pub nonce: [u8; 24],
}

/// A tag that whoever doesn't know it hands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// From 128.
    pub tag: u8,
    /// What it holds.
    pub bytes: Bytes,
}

impl Carried {
    /// What is read in place of a sealed payload by whoever doesn't have the key: the event without what it says of the
    /// person.
    pub const STAND_IN: u8 = 130;
}

/// All that an envelope carries beyond its fixed fields.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Extensions {
    /// By what the payload is sealed, if it is.
    pub seal: Option<SealTag>,
    /// Which command it follows from; none where no command was asked.
    pub command: Option<CommandTag>,
    /// What it is about besides its stream.
    pub subjects: Subjects,
    /// What stands in for a sealed payload, and what a newer program wrote; ascending.
    pub carried: Vec<Carried>,
}

impl Extensions {
    /// What is read in place of the payload where that is sealed and its key is not here.
    pub fn stand_in(&self) -> Option<&Bytes> {
        self.seal?;
        self.carried.iter().find(|carried| carried.tag == Carried::STAND_IN).map(|carried| &carried.bytes)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{SUBJECTS_MAX, Subject, Subjects, SubjectsError};

    fn subject(kind: &'static str, id: u128) -> Subject {
        Subject::new(kind, Uuid::from_u128(id))
    }

    #[test]
    fn subjects_are_a_set_in_ascending_order() {
        let given = [subject("playlist", 1), subject("item", 2), subject("item", 1), subject("playlist", 1)];
        let subjects = Subjects::try_new(given).unwrap();
        assert_eq!(subjects.as_slice(), [subject("item", 1), subject("item", 2), subject("playlist", 1)]);
    }

    #[test]
    fn what_cannot_be_stored_is_refused() {
        let many = (0..=SUBJECTS_MAX as u128).map(|id| subject("item", id));
        assert_eq!(Subjects::try_new(many), Err(SubjectsError::TooMany(SUBJECTS_MAX + 1)));
        let bad = Subjects::try_new([subject("Item", 1)]);
        assert_eq!(bad, Err(SubjectsError::BadKind("Item".to_owned())));
    }
}
