//! Values of the kernel part `reaction`: what one concern's event leads to in another.

use serde::{Deserialize, Serialize};

/// Why a reaction could not do what an event asks for. Troubles of one code and place are one group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// A stable code in `SCREAMING_SNAKE_CASE`.
    pub code: String,
    /// Where in the reaction: `read`, `plan` or `record`.
    pub place: String,
    /// What went wrong, in words.
    pub detail: String,
}

impl Trouble {
    /// The longest text of what went wrong.
    const DETAIL_CHARS_MAX: usize = 1_000;

    /// A trouble; a longer text of what went wrong is cut.
    pub fn new(code: &str, place: &str, detail: &str) -> Self {
        let detail = detail.chars().take(Self::DETAIL_CHARS_MAX).collect();
        Self { code: code.to_owned(), place: place.to_owned(), detail }
    }
}
