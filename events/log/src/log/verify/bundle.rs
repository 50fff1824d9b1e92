//! Proves a bundle, or names the first bad position of it: each of its lines says the hash after its event.

use std::{
    fs::File,
    io::{self, BufRead, BufReader},
    path::Path,
};

use super::{Checkpoint, Crossing, Report, VerifyError, Walk};
use crate::log::{
    bundle::{BundledEvent, Header, LineError, Lines},
    chain::{self, Hash},
    error::Damage,
    frame::Frame,
    rules::Rules,
};

/// What is piped in.
const PIPED: &str = "-";

/// Proves a bundle: a file, a pipe, or what is piped in if the path is `-`.
pub fn verify_bundle(path: &Path, checkpoint: Option<Checkpoint>) -> Result<Report, VerifyError> {
    verify_bundle_with(path, checkpoint, |_, _| Ok(()))
}

/// [`verify_bundle`], with each event handed on as soon as it is proved to follow the one before, and the hash of the chain
/// after it.
pub(in crate::log) fn verify_bundle_with<E: From<VerifyError>>(
    path: &Path,
    checkpoint: Option<Checkpoint>,
    each: impl FnMut(&Frame<'_>, &Hash) -> Result<(), E>,
) -> Result<Report, E> {
    let unreadable = |source| VerifyError::NoBundle { path: path.to_owned(), source };
    if path == Path::new(PIPED) {
        return prove(path, BufReader::new(io::stdin()), checkpoint, each);
    }
    let file = File::open(path).map_err(unreadable)?;
    if file.metadata().map_err(unreadable)?.is_dir() {
        return Err(unreadable(io::ErrorKind::IsADirectory.into()).into());
    }
    prove(path, BufReader::new(file), checkpoint, each)
}

pub(in crate::log) fn prove<E: From<VerifyError>>(
    path: &Path,
    reader: impl BufRead,
    checkpoint: Option<Checkpoint>,
    mut each: impl FnMut(&Frame<'_>, &Hash) -> Result<(), E>,
) -> Result<Report, E> {
    let mut lines = Lines::new(reader);
    let header = lines.header().map_err(|error| refused(path, None, error))?;
    let mut proof = Proof::of(path, &header, checkpoint)?;
    loop {
        let line = lines.event().map_err(|error| refused(path, Some(header.first_position), error))?;
        let Some(line) = line else { break };
        let frame = proof.event(&header, lines.number(), &line)?;
        each(&frame, &line.hash)?;
    }
    Ok(proof.conclude(&header)?)
}

/// What can't be read, with the position that it should have been.
fn refused(path: &Path, first_position: Option<u64>, error: LineError) -> VerifyError {
    let path = path.to_owned();
    match error {
        LineError::Io(source) => VerifyError::NoBundle { path, source },
        LineError::Newer { found, known } => VerifyError::NewerBundle { path, found, known },
        LineError::Malformed { line, detail } => {
            // The first event stands on the second line.
            let before = line.checked_sub(2);
            let position = first_position.zip(before).map(|(first, before)| first.saturating_add(before));
            VerifyError::Bundle { path, line, position, detail }
        }
    }
}

struct Proof<'a> {
    path: &'a Path,
    walk: Walk,
    rules: Rules,
    crossing: Crossing,
    /// Whether an event so far was sealed.
    is_sealed: bool,
}

impl<'a> Proof<'a> {
    fn of(path: &'a Path, header: &Header, checkpoint: Option<Checkpoint>) -> Result<Self, VerifyError> {
        let before = header.first_position - 1;
        let mut crossing = Crossing::new(checkpoint);
        crossing.pass(before, &header.previous_hash);
        let walk = Walk::after(before, header.previous_hash);
        let proof = Self { path, walk, rules: Rules::after(before), crossing, is_sealed: false };
        if before == 0 && header.previous_hash != chain::genesis(header.log_id) {
            return Err(proof.wrong(1, 1, "it begins with another hash than that of its log"));
        }
        Ok(proof)
    }

    fn event<'e>(
        &mut self,
        header: &Header,
        number: u64,
        line: &'e BundledEvent,
    ) -> Result<Frame<'e>, VerifyError> {
        let position = self.walk.position + 1;
        if self.walk.position == header.last_position {
            return Err(self.wrong(number, position, "it lies behind the last position of the first line"));
        }
        let frame = Frame::parse(&line.frame).map_err(|error| {
            if error.is_newer() {
                self.damaged(Damage::NewerMark { position, what: error.to_string() })
            } else {
                self.wrong(number, position, &error.to_string())
            }
        })?;
        if frame.is_sealed() && !header.is_sealed() {
            return Err(self.wrong(
                number,
                position,
                "it is sealed, and the first line says that nothing is",
            ));
        }
        self.is_sealed |= frame.is_sealed();
        self.walk.frame(&frame).map_err(|damage| self.damaged(damage))?;
        if line.hash != *self.walk.hash() {
            let detail = "the chain does not lead to the hash on its line".to_owned();
            return Err(self.damaged(Damage::Envelope { first: position, last: position, detail }));
        }
        if let Some(broken) = self.rules.broken_by(&frame) {
            let detail = broken.to_string();
            self.walk.notice(Damage::Envelope { first: position, last: position, detail });
        }
        self.walk.stored(&line.hash).map_err(|damage| self.damaged(damage))?;
        if !line.is_spelled_well(&frame) {
            let detail = "it is spelled otherwise than an export spells this event, or its readable payload is \
                          not what its bytes say";
            return Err(self.wrong(number, position, detail));
        }
        if position == header.first_position && frame.append_index() != header.events_cut_before {
            return Err(self.wrong(1, position, "it does not say where it cuts its first append"));
        }
        self.crossing.pass(position, &line.hash);
        Ok(frame)
    }

    fn conclude(self, header: &Header) -> Result<Report, VerifyError> {
        let (first, last) = (header.first_position, header.last_position);
        if self.walk.position < last {
            let path = self.path.to_owned();
            return Err(VerifyError::CutShort { path, last: self.walk.position, promised: last });
        }
        if self.walk.hash != header.last_hash {
            return Err(self.wrong(1, last, "it names another last hash than its events lead to"));
        }
        let is_empty = self.walk.events == 0;
        if self.rules.append_left() != header.events_cut_after || (is_empty && header.events_cut_before > 0) {
            return Err(self.wrong(1, last, "it does not say where it cuts its last append"));
        }
        if header.is_sealed() && !self.is_sealed {
            return Err(self.wrong(1, last, "it says that something is sealed, and nothing is"));
        }
        if let Some(position) = self.rules.missing().first().copied() {
            return Err(self.damaged(Damage::Missing { position }));
        }
        let checkpoint = self.crossing.conclude((first, last), true)?;
        Ok(Report {
            log_id: header.log_id,
            first_position: first,
            last_position: last,
            head_hash: self.walk.hash,
            events: self.walk.events,
            erased: self.walk.erased,
            erasures: self.rules.into_erasures(),
            events_cut_before: header.events_cut_before,
            events_cut_after: header.events_cut_after,
            checkpoint,
        })
    }

    fn wrong(&self, line: u64, position: u64, detail: &str) -> VerifyError {
        let (path, detail) = (self.path.to_owned(), detail.to_owned());
        VerifyError::Bundle { path, line, position: Some(position), detail }
    }

    fn damaged(&self, damage: Damage) -> VerifyError {
        VerifyError::Damaged { path: self.path.to_owned(), damage }
    }
}
