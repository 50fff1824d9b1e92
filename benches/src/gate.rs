//! Work for the gate: a small story, and the same events appended bare.

use mediary_log::{
    Append, AppendError, AppendHeader, Envelope, Expected, Log, NewEvent, Read, ReadError, Urgency,
    gate::{Gate, Refusal},
};
use mediary_schema::JobId;
use tokio::time::Instant;

use crate::{
    figure::Figure,
    world::{self, List},
};

/// What stories cost, and what their events cost without the gate.
#[derive(Debug, Clone)]
pub struct Compared {
    /// Stories: folded, decided, encoded and appended.
    pub stories: Figure,
    /// The same events to the same number of new streams, only appended.
    pub bare: Figure,
    /// Events of both together.
    pub events: u64,
}

/// Why the comparison could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A story was refused.
    #[error("a story was refused")]
    Refused(#[from] Refusal),
    /// A log can't be written.
    #[error("can't append bare events")]
    Append(#[from] AppendError),
    /// A log can't be read.
    #[error("can't read what a story appended")]
    Read(#[from] ReadError),
}

/// Wishes for so many items of a list, and appends the events of each wish to another log as well.
///
/// They take turns, so that a disk that changes its speed changes it for both.
pub async fn compare(gate: &Gate, bare: &Log, list: &List, stories: u32) -> Result<Compared, Error> {
    let (mut told, mut appended) = (Vec::new(), Vec::new());
    let mut events = 0;
    for entry in 0..stories {
        let behind = gate.log().head().position + 1;
        let (item, job) = (list.item(entry), JobId::from_uuid(gate.ids().next()));
        let caller = world::caller(gate);
        let asked = Instant::now();
        gate.transact(caller, move |story| world::wish(story, &item, job)).await?;
        told.push(asked.elapsed());
        let again = bare_append(gate.log(), behind)?;
        events += again.events.len() as u64;
        let asked = Instant::now();
        bare.append(again).await?;
        appended.push(asked.elapsed());
    }
    Ok(Compared { stories: Figure::of_pieces(told), bare: Figure::of_pieces(appended), events: 2 * events })
}

/// What was appended from a position on, as it would be asked for without a gate.
///
/// # Panics
/// If nothing was.
pub(crate) fn bare_append(log: &Log, from: u64) -> Result<Append, ReadError> {
    let recorded = log.read(&Read::forward(from))?;
    let header = header(&recorded.first().expect("a wish for a new item appends events").envelope);
    let events: Vec<_> = recorded
        .into_iter()
        .map(|recorded| NewEvent {
            stream: recorded.envelope.stream,
            name: recorded.envelope.name,
            schema: recorded.envelope.schema,
            subjects: recorded.envelope.extensions.subjects.clone(),
            payload: recorded.payload.unwrap_or_default(),
            personal: None,
        })
        .collect();
    // Each event of a wish begins a stream.
    let expected = events.iter().map(|event| (event.stream.clone(), Expected::NoStream)).collect();
    Ok(Append { header, urgency: Urgency::Normal, expected, only_if: Vec::new(), events })
}

fn header(envelope: &Envelope) -> AppendHeader {
    AppendHeader {
        project: envelope.project,
        principal: envelope.principal,
        origin: envelope.origin,
        command_id: envelope.command_id,
        command: envelope.extensions.command.clone(),
        correlation_id: envelope.correlation_id,
        causation_id: envelope.causation_id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stories_and_bare_appends_record_the_same() {
        let directories = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let gate = world::open(directories.0.path());
        let bare = crate::log::open(directories.1.path());
        let list = List::new(1);
        let compared = crate::runtime().block_on(compare(&gate, &bare, &list, 5)).unwrap();
        assert_eq!((compared.stories.count, compared.bare.count, compared.events), (5, 5, 2 * 5 * 3));
        assert!(compared.stories.per_second() > 0.0 && compared.bare.per_second() > 0.0);
        let payloads = |log: &Log| {
            let recorded = log.read(&Read::forward(1)).unwrap();
            recorded.into_iter().map(|event| (event.envelope.kind(), event.payload)).collect::<Vec<_>>()
        };
        assert_eq!(payloads(gate.log()).len(), 1 + 15, "and what opened it");
        assert_eq!(payloads(gate.log()), payloads(&bare));
    }
}
