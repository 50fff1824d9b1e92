//! Files that give their places to what was made of them: what a concern may have done that its own command allows.

use mediary_events::{
    download::{self, Download},
    plan::{Command, Plan},
};
use mediary_schema::{
    FileId, JobId, PlanId, Subject,
    layout::stem,
    plan::{Goal, Replacement, Step, Way},
};

use super::{Moved, open, outlook};
use crate::gate::{Refusal, Transaction};

/// Has steps carried out that follow from something that the caller was allowed to ask for; answers the job. What is otherwise by
/// now, whoever made the steps has looked in this very story.
pub(in super::super) fn carry_out(
    story: &mut Transaction<'_>,
    plan_id: PlanId,
    goal: Goal,
    steps: &[Step],
    job_id: JobId,
) -> Result<JobId, Refusal> {
    let way = goal.way();
    story.entail::<Plan>(plan_id.uuid(), Command::Make { goal, steps: steps.to_vec(), spared: vec![] })?;
    let before = story.version::<Plan>(plan_id.uuid())?;
    story.entail::<Plan>(plan_id.uuid(), Command::Apply { job_id })?;
    if story.version::<Plan>(plan_id.uuid())? != before {
        open(story, job_id, plan_id, way, steps)?;
    }
    Ok(story.state::<Plan>(plan_id.uuid())?.job_id.unwrap_or(job_id))
}

/// What becomes of a file whose place is given to another one that was made of it; none if either is not there as it was recorded.
pub(in super::super) fn replacement(
    story: &mut Transaction<'_>,
    file_id: FileId,
    by: FileId,
    may_be_linked: bool,
) -> Result<Option<Step>, Refusal> {
    let (original, made) =
        (outlook::step(story, file_id, Way::ToReplacements)?, outlook::step(story, by, Way::ToReplacements)?);
    let Some((original, made)) = original.zip(made).filter(|(one, other)| one.root_id == other.root_id)
    else {
        return Ok(None);
    };
    let ending = made.path.rsplit_once('.').map_or("", |(_, ending)| ending);
    let to = Some(format!("{}.{ending}", stem(&original.path)));
    let Step { path, size_bytes, blake3, stamp, sidecars, .. } = made;
    let by = Replacement { file_id: by, path, size_bytes, blake3, stamp, sidecars, may_be_linked };
    Ok(Some(Step { to, by: Some(Box::new(by)), ..original }))
}

/// The item that a replaced file was kept for is kept by what has its place, and by the file itself once that is back: nobody is to
/// fetch it anew.
pub(super) fn keep_by_other(
    story: &mut Transaction<'_>,
    plan_id: PlanId,
    file_id: FileId,
    moved: &Moved,
) -> Result<(), Refusal> {
    let steps = &story.state::<Plan>(plan_id.uuid())?.steps;
    let by = steps.iter().find(|step| step.file_id == file_id).and_then(|step| step.by.as_ref());
    let Some(by) = by.map(|by| by.file_id) else { return Ok(()) };
    let (before, now) = match moved {
        Moved::IntoTrash => (file_id, by),
        Moved::Back(_) => (by, file_id),
        Moved::Renamed { .. } | Moved::Joined(_) => return Ok(()),
    };
    for download in story.about::<Download>(&Subject::from(file_id))? {
        story
            .entail::<Download>(download, download::Command::ReplaceFile { before, file_id: now, plan_id })?;
    }
    Ok(())
}
