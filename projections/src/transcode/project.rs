use mediary_events::{
    codec::events_of,
    transcode::{Event, Transcode},
};
use mediary_log::Recorded;
use rusqlite::Transaction;

use super::query::{COUNTED, TranscodeState};
use crate::{
    counted::{Counted, Tally},
    rows::{Id, Table, Word, Words as _, row},
    sql::to_json,
    view::{ApplyError, Stamp},
};

row! {
    struct Making of "transcode" {
        stays { project: Id, file_id: Id, profile: String, requested_at: i64, }
        changes {
            title: String,
            state: Word<TranscodeState>,
            job_id: Id,
            result_id: Option<Id>,
            source_bytes: Option<i64>,
            result_bytes: Option<i64>,
            recipe: Option<String>,
            proof: Option<String>,
            arguments: Option<String>,
            failure: Option<String>,
            is_replacing: bool,
            plan_id: Option<Id>,
            changed_at: i64,
        }
    }
}

impl Counted for Making {
    fn count(&self, tally: &mut Tally<'_>) {
        tally.add(self.project, COUNTED, self.state.0.word(), 1);
    }
}

/// What a batch touches of transcodes.
#[derive(Debug, Default)]
pub(super) struct Transcodes {
    rows: Table<Making>,
}

impl Transcodes {
    pub(super) fn apply(&mut self, file: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
        let stamp = Stamp::of(recorded);
        events_of::<Transcode>(recorded)?.into_iter().try_for_each(|event| self.fold(file, stamp, event))
    }

    pub(super) fn write(&mut self, file: &Transaction<'_>) -> rusqlite::Result<()> {
        self.rows.write(file)
    }

    fn fold(&mut self, file: &Transaction<'_>, stamp: Stamp, event: Event) -> Result<(), ApplyError> {
        let Stamp { id, project, position, at } = stamp;
        let Some(making) = self.rows.change(file, id)? else {
            // What is not asked for is nothing: its beginning is erased.
            let Event::Requested { job_id, file_id, title, profile, replace } = event else { return Ok(()) };
            let state = Word(TranscodeState::Wanted);
            let (file_id, job_id) = (*file_id.uuid().as_bytes(), *job_id.uuid().as_bytes());
            self.rows.insert(file, |key| Making {
                key,
                id,
                project,
                file_id,
                profile: profile.name.to_string(),
                requested_at: at,
                title,
                state,
                job_id,
                result_id: None,
                source_bytes: None,
                result_bytes: None,
                recipe: None,
                proof: None,
                arguments: None,
                failure: None,
                is_replacing: replace,
                plan_id: None,
                changed_at: position,
            })?;
            return Ok(());
        };
        making.changed_at = position;
        match event {
            Event::Requested { job_id, title, replace, .. } => {
                (making.is_replacing, making.plan_id) = (replace, None);
                (making.state, making.failure) = (Word(TranscodeState::Wanted), None);
                (making.job_id, making.title) = (*job_id.uuid().as_bytes(), title);
            }
            Event::Completed { made, .. } => {
                making.state = Word(TranscodeState::Made);
                making.result_id = Some(*made.file_id.uuid().as_bytes());
                making.source_bytes = Some(made.source_bytes.cast_signed());
                making.result_bytes = Some(made.result_bytes.cast_signed());
                (making.recipe, making.proof) = (Some(to_json(&made.recipe)?), Some(to_json(&made.proof)?));
                making.arguments = Some(to_json(&made.arguments)?);
            }
            Event::ReplaceRequested { plan_id } => {
                (making.is_replacing, making.plan_id) = (true, Some(*plan_id.uuid().as_bytes()));
            }
            Event::FoundFit { .. } => making.state = Word(TranscodeState::Fit),
            Event::CameOutLarger { result_bytes, source_bytes, .. } => {
                making.state = Word(TranscodeState::Larger);
                making.source_bytes = Some(source_bytes.cast_signed());
                making.result_bytes = Some(result_bytes.cast_signed());
            }
            Event::Failed { failure, .. } => {
                (making.state, making.failure) = (Word(TranscodeState::Failed), Some(to_json(&failure)?));
            }
            Event::Cancelled { .. } => making.state = Word(TranscodeState::Cancelled),
        }
        Ok(())
    }
}
