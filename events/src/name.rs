//! What people call a thing of which there are several.

use mediary_schema::Subject;

/// The longest name, in characters.
pub(crate) const NAME_CHARS_MAX: usize = 80;

/// Whether people can type a name, and tell it from the ids of a kind.
pub(crate) fn is_name(name: &str, kind: &str) -> bool {
    (1..=NAME_CHARS_MAX).contains(&name.chars().count())
        && !name.chars().any(char::is_control)
        && name.trim() == name
        && !name.starts_with('@')
        && !name.strip_prefix(kind).is_some_and(|rest| rest.starts_with('-'))
        && name.parse::<Subject>().is_err()
}
