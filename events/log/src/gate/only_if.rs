use mediary_events::AskError;

use super::{Refusal, Registry};
use crate::log::{Filter, Log, OnlyIf, Read, Recorded};

/// So many positions are named at most when something moved.
pub(super) const MOVED_MAX: usize = 100;

impl Registry {
    /// A condition of a command: that nothing of these streams, about these things and of these types was recorded after
    /// a position.
    ///
    /// A stream is named by the whole or the beginning of its text, a thing by its id, a type by its stored name or its
    /// concern's.
    pub fn only_if(
        &self,
        streams: Vec<String>,
        subjects: &[String],
        types: Vec<String>,
        after: u64,
    ) -> Result<OnlyIf, AskError> {
        let bad = |reason: String| AskError::Condition { reason };
        if streams.is_empty() && subjects.is_empty() && types.is_empty() {
            return Err(bad("it names neither streams nor subjects nor types".to_owned()));
        }
        let mut filter = Filter::all();
        for kind in types {
            let (concern, name) = kind.split_once('.').unwrap_or((&kind, "*"));
            let entry = self.entry(concern);
            let known =
                entry.is_some_and(|entry| name == "*" || entry.events.iter().any(|event| event.name == name));
            if !known {
                return Err(bad(format!("{kind:?} is no type of an event, and no concern")));
            }
            filter.kinds.push(format!("{concern}.{name}"));
        }
        for stream in &streams {
            let concern = stream.split_once('-').map_or(stream.as_str(), |(concern, _)| concern);
            if self.entry(concern).is_none() {
                return Err(bad(format!("{stream:?} is no stream such as playlist-01890a5d-…")));
            }
        }
        for id in subjects {
            let thing = self.thing(id);
            let thing = thing
                .ok_or_else(|| bad(format!("{id:?} is no id of a thing such as item-01890a5d-…, in full")))?;
            filter.subjects.push(thing);
        }
        filter.streams = streams;
        Ok(OnlyIf { filter, after })
    }
}

/// Looks whether a condition still holds, and moves it up to where that was looked at: the writer has to look
/// at the rest only.
pub(super) fn look(log: &Log, condition: &OnlyIf) -> Result<OnlyIf, Refusal> {
    let head = log.head().position;
    if condition.after > head {
        return Err(Refusal::BeyondHead { position: condition.after, head });
    }
    let read = Read::forward(condition.after + 1).limit(MOVED_MAX).filter(condition.filter.clone());
    let mut read = Read { bytes_max: usize::MAX, ..read };
    let mut positions = Vec::new();
    loop {
        let page = log.read_page(&read).map_err(Refusal::reading)?;
        positions.extend(page.events.iter().map(Recorded::position));
        match page.next_position {
            Some(next) if positions.len() < MOVED_MAX => read.from = next,
            _ if positions.is_empty() => return Ok(OnlyIf { after: head, ..condition.clone() }),
            _ => return Err(Refusal::Moved { positions }),
        }
    }
}
