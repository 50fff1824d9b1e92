//! A concern for tests of what all concerns share: a note that was written in three forms over the years, that was
//! scribbled before that, and doodled on.

use mediary_schema::account::Permission;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{Concern, EventKind, Stored, Subjects};

/// The concern.
#[derive(Debug)]
pub struct Note;

/// How much a note holds.
pub const TEXTS_MAX: usize = 40;

/// What may be asked of a note.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Add a text.
    Write {
        /// The text.
        text: String,
    },
}

/// What can have happened to a note.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// v1 was `{body}`, v2 was `{text}`, v3 is `{text, pinned, ink}`.
    #[serde(rename = "written")]
    Written {
        /// The text.
        text: String,
        /// Whether it is pinned; none if nobody said so.
        pinned: Option<bool>,
        /// With what it was written.
        ink: Ink,
    },
}

/// What a note is written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ink {
    /// The cheap one.
    Black,
    /// The other one.
    Blue,
}

/// What a note says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct State {
    /// Its texts, oldest first.
    pub texts: Vec<String>,
}

/// Why a note refuses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// It holds as much as it can.
    #[error("the note is full")]
    Full,
}

impl crate::Rejection for Rejection {
    fn code(&self) -> &'static str {
        "NOTE_FULL"
    }

    fn advice(&self) -> Option<String> {
        Some("turn the page".to_owned())
    }
}

impl Concern for Note {
    const NAME: &'static str = "note";
    const EVENTS: &'static [EventKind] = &[EventKind::new("written", 3, 0)];
    const RETIRED: &'static [EventKind] =
        &[EventKind::new("scribbled", 1, 0), EventKind::new("doodled", 1, 0)];

    type Command = Command;
    type Event = Event;
    type State = State;
    type Rejection = Rejection;

    fn permission(_: &Command) -> Permission {
        Permission::OPERATE
    }

    fn decide(state: &State, Command::Write { text }: Command) -> Result<Vec<Event>, Rejection> {
        if state.texts.len() < TEXTS_MAX {
            Ok(vec![Event::Written { text, pinned: None, ink: Ink::Black }])
        } else {
            Err(Rejection::Full)
        }
    }

    fn subjects(_: &State, _: &Event) -> Subjects {
        Subjects::none()
    }

    fn evolve(state: &mut State, Event::Written { text, .. }: &Event) {
        state.texts.push(text.clone());
    }

    fn state_bytes(state: &State) -> usize {
        state.texts.iter().map(String::capacity).sum()
    }

    fn upcast(stored: Stored) -> Vec<Stored> {
        match (stored.name.as_ref(), stored.major) {
            // Another name, and as many events as it had lines.
            ("scribbled", _) => {
                let lines = stored.payload["lines"].as_array().cloned().unwrap_or_default();
                lines.into_iter().map(|line| Stored::new("written", 1, json!({ "body": line }))).collect()
            }
            // It never meant anything.
            ("doodled", _) => Vec::new(),
            (_, 1) => {
                let payload = json!({ "text": stored.payload["body"] });
                vec![stored.next(payload)]
            }
            _ => {
                let payload = json!({ "text": stored.payload["text"], "pinned": false, "ink": "black" });
                vec![stored.next(payload)]
            }
        }
    }
}
