//! Stories of plans: what would become of files is read from their streams, told again before it is done, and recorded file by
//! file while it is.

mod outlook;
mod renaming;
mod replacing;

use mediary_events::{
    Asked as _, Concern as _, Subject, codec,
    file::{self, File},
    job::{Outcome, ask as job_ask},
    plan::{Ask, Command, Plan, Rejection, ask},
    playlist::{self, Playlist},
    setting::Setting,
};
use mediary_schema::{
    AttemptId, FileId, JobId, PlanId, PlaylistId, ProjectId, RootId, SettingId, UndoId,
    account::Permission,
    file::Stamp,
    job::{Failure, ResourceUse, Work, WorkKind},
    lane::Lane,
    layout::Sidecar,
    plan::{Followed, Goal, Lease, Left, MoveFiles, Step, Way},
};
use serde::Serialize;

use self::outlook::{OtherLists, Outlook, look_at, otherwise, unfollow};
pub(super) use self::replacing::{carry_out, replacement};
use super::{job, schedule};
use crate::gate::{Entry, Fanout, KindOfWork, LongWork, Refusal, Story, Transaction, decode};

/// Plans, to everybody else.
pub(crate) const ENTRY: Entry = Entry {
    name: Plan::NAME,
    events: Plan::EVENTS,
    retired: Plan::RETIRED,
    redact: codec::redacted::<Plan>,
    commands: Ask::COMMANDS,
    decode: decode::<Ask>,
    read: Permission::READ,
    fanout: Fanout::Whole,
    work: &[KindOfWork::of::<MoveFiles>()],
};

impl LongWork for MoveFiles {
    const KIND: WorkKind = WorkKind::new("move");
    const ABOUT: &'static str =
        "The carrying out of a plan: files go into the trash or come back out of it, or get other names.";
    const AT_ONCE: u32 = 1;

    fn key(&self) -> String {
        format!("plan/{}", self.plan_id)
    }

    fn title(&self) -> String {
        let files =
            if self.file_count == 1 { "one file".to_owned() } else { format!("{} files", self.file_count) };
        match self.way {
            Way::IntoTrash => format!("{files} into the trash"),
            Way::OutOfTrash => format!("{files} out of the trash"),
            Way::ToNewNames => format!("{files} to other names"),
            Way::ToOldNames => format!("{files} back to the names that they had"),
            Way::ToReplacements => format!("{files} replaced by what was made of them"),
            Way::ToOriginals => format!("{files} back from the trash, in place of what was made of them"),
        }
    }

    fn subjects(&self) -> Vec<Subject> {
        vec![self.plan_id.into()]
    }

    fn lanes(&self) -> Vec<Lane> {
        let fills = matches!(self.way, Way::IntoTrash | Way::ToReplacements | Way::ToOriginals);
        let trash = fills.then_some(Lane::Trash);
        trash.into_iter().chain(self.needs_library.then_some(Lane::LibraryDisk)).collect()
    }

    /// What is otherwise by now is looked at anew.
    fn retry(self, story: &mut Transaction<'_>, job_id: JobId) -> Result<JobId, Refusal> {
        let state = story.state::<Plan>(self.plan_id.uuid())?;
        let is_applied = state.goal.as_ref().is_some_and(|goal| goal.way() == self.way);
        let told = if is_applied {
            apply(story, self.plan_id, job_id)?
        } else {
            undo(story, self.plan_id.undo(), job_id)?
        };
        told.job_id.ok_or_else(|| Rejection::NotApplied.into())
    }

    fn given_up(
        story: &mut Transaction<'_>,
        job_id: JobId,
        work: &Work,
        failure: Option<Failure>,
    ) -> Result<(), Refusal> {
        let Some(plan) = work.subject(PlanId::KIND) else { return Ok(()) };
        story.entail::<Plan>(plan, Command::Stop { job_id, failure })
    }
}

/// What a command on plans answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[expect(clippy::struct_field_names, reason = "each is the id of another thing")]
pub struct Told {
    /// The plan.
    pub plan_id: PlanId,
    /// The job that is at it, if one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_id: Option<JobId>,
    /// How it is taken back, if it can be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undo_id: Option<UndoId>,
}

impl Story for Ask {
    type Told = Told;

    fn tell(&self, story: &mut Transaction<'_>) -> Result<Told, Refusal> {
        story.require(Permission::DELETE)?;
        let job_id = story.identities().job(story.caller().command_id, "plan");
        match self {
            Self::Make(asked) => {
                if !asked.apply && asked.ticket != job_ask::Ticket::default() {
                    return Err(Rejection::TicketOfNothing.into());
                }
                let plan_id = make(story, &asked.goal)?;
                if asked.apply {
                    job::take_ticket(story, &asked.ticket)?;
                    return apply(story, plan_id, job_id);
                }
                Ok(Told { plan_id, job_id: None, undo_id: None })
            }
            Self::Apply(ask::Apply { plan_id, ticket }) => {
                job::take_ticket(story, ticket)?;
                apply(story, *plan_id, job_id)
            }
            Self::Undo(ask::Undo { undo_id, ticket }) => {
                job::take_ticket(story, ticket)?;
                undo(story, *undo_id, job_id)
            }
        }
    }
}

fn make(story: &mut Transaction<'_>, asked: &ask::Goal) -> Result<PlanId, Refusal> {
    let command_id = story.caller().command_id;
    let plan_id = PlanId::from_uuid(story.identities().made_by(PlanId::KIND, command_id));
    let (goal, Outlook { steps, spared }) = match asked {
        ask::Goal::DeleteFiles(files) => {
            (Goal::DeleteFiles {}, look_at(story, files.as_slice(), Way::IntoTrash)?)
        }
        ask::Goal::RestoreFiles(files) => {
            (Goal::RestoreFiles {}, look_at(story, files.as_slice(), Way::OutOfTrash)?)
        }
        ask::Goal::Unfollow(playlist_id) => unfollow(story, *playlist_id)?,
        ask::Goal::RenameFiles(files) => {
            (Goal::RenameFiles { playlist_id: None }, renaming::of_files(story, files.as_slice())?)
        }
        ask::Goal::RenameList(playlist_id) => {
            (Goal::RenameFiles { playlist_id: Some(*playlist_id) }, renaming::of_list(story, *playlist_id)?)
        }
    };
    story.execute::<Plan>(plan_id.uuid(), Command::Make { goal, steps, spared })?;
    Ok(plan_id)
}

/// Has a plan carried out, once everything is seen to be as it was planned for. What an earlier job did of it is done.
fn apply(story: &mut Transaction<'_>, plan_id: PlanId, job_id: JobId) -> Result<Told, Refusal> {
    let before = story.version::<Plan>(plan_id.uuid())?;
    story.execute::<Plan>(plan_id.uuid(), Command::Apply { job_id })?;
    let state = story.state::<Plan>(plan_id.uuid())?;
    let (goal, steps, spared) = (state.goal.clone(), state.steps.clone(), state.spared.clone());
    let (Some(goal), Some(job_id)) = (goal, state.job_id) else { return Err(Rejection::NotFound.into()) };
    let undo_id = goal.can_be_undone().then(|| plan_id.undo());
    let told = Told { plan_id, job_id: Some(job_id), undo_id };
    if story.version::<Plan>(plan_id.uuid())? == before {
        // It is at work, or was done.
        return Ok(told);
    }
    let mut what = Vec::new();
    for step in &steps {
        what.extend(otherwise(story, step, plan_id, goal.way())?);
    }
    if let Goal::Unfollow { playlist_id, version, followed, ended_jobs } = &goal {
        let planned = Unfollowing { playlist_id: *playlist_id, version: *version, followed, ended_jobs };
        what.extend(planned.tell(story, &steps)?);
    }
    if let Goal::RenameFiles { .. } = &goal {
        what.extend(renaming::otherwise(story, &steps, &spared)?);
    }
    if !what.is_empty() {
        return Err(Rejection::Outdated { what }.into());
    }
    open(story, job_id, plan_id, goal.way(), &steps)?;
    Ok(told)
}

/// The part of a plan that is about a list, and not about its files.
struct Unfollowing<'a> {
    playlist_id: PlaylistId,
    version: u64,
    followed: &'a Followed,
    ended_jobs: &'a [JobId],
}

impl Unfollowing<'_> {
    /// Follows the list no longer, and answers what is otherwise with it than was planned for.
    fn tell(&self, story: &mut Transaction<'_>, steps: &[Step]) -> Result<Option<String>, Refusal> {
        let Self { playlist_id, .. } = *self;
        story.require(Permission::FOLLOW)?;
        if !story.state::<Playlist>(playlist_id.uuid())?.followed {
            // By an earlier job of this plan, or by somebody else: there is nothing more to do with it.
            return Ok(None);
        }
        if let Some(what) = self.otherwise(story)? {
            return Ok(Some(format!("{playlist_id} {what}")));
        }
        let mut others = OtherLists::default();
        for step in steps {
            let Some(made) = story.state::<File>(step.file_id.uuid())?.made else { continue };
            if let Some(other) = others.with(story, made.item_id, playlist_id)? {
                return Ok(Some(format!("{} is kept for {other} now, too", step.file_id)));
            }
        }
        super::playlist::unfollow_with_downloads(story, playlist_id, true)?;
        Ok(None)
    }

    fn otherwise(&self, story: &mut Transaction<'_>) -> Result<Option<&'static str>, Refusal> {
        let Self { playlist_id, version, followed, ended_jobs } = *self;
        if story.version::<Playlist>(playlist_id.uuid())? != version {
            return Ok(Some("was refreshed or changed"));
        }
        if schedule::refreshes_of(story, playlist_id)? != followed.refreshes {
            return Ok(Some("is refreshed at other moments, or was just to be"));
        }
        // One that ended may have left a file that nobody planned for.
        if outlook::ended_jobs(story, playlist_id)? != *ended_jobs {
            return Ok(Some("has other downloads at work"));
        }
        Ok(None)
    }
}

/// Has taken back what was done by a plan.
fn undo(story: &mut Transaction<'_>, undo_id: UndoId, job_id: JobId) -> Result<Told, Refusal> {
    let plan_id = undo_id.plan();
    let before = story.version::<Plan>(plan_id.uuid())?;
    story.execute::<Plan>(plan_id.uuid(), Command::Undo { job_id })?;
    let state = story.state::<Plan>(plan_id.uuid())?;
    let (goal, steps) = (state.goal.clone(), state.steps.clone());
    let (Some(goal), Some(job_id)) = (goal, state.job_id) else { return Err(Rejection::NotFound.into()) };
    let told = Told { plan_id, job_id: Some(job_id), undo_id: None };
    if story.version::<Plan>(plan_id.uuid())? == before {
        return Ok(told);
    }
    let way = goal.way().back();
    if let Goal::Unfollow { playlist_id, followed, .. } = goal {
        follow_again(story, playlist_id, *followed)?;
    }
    open(story, job_id, plan_id, way, &steps)?;
    Ok(told)
}

fn open(
    story: &mut Transaction<'_>,
    job_id: JobId,
    plan_id: PlanId,
    way: Way,
    steps: &[Step],
) -> Result<(), Refusal> {
    let needs_library = steps.iter().any(|step| step.root_id == RootId::LIBRARY);
    let task = MoveFiles { plan_id, way, file_count: steps.len() as u32, needs_library };
    let retry = story.retry_policy();
    job::open(story, job_id, &task.work(), retry).map(drop)
}

/// Follows a list as it was followed before, unless somebody follows it by now.
fn follow_again(
    story: &mut Transaction<'_>,
    playlist_id: PlaylistId,
    followed: Followed,
) -> Result<(), Refusal> {
    let Followed { keeping, cookies, layout, transcoding, refreshes } = followed;
    let uuid = playlist_id.uuid();
    let list = story.state::<Playlist>(uuid)?;
    let Some(url) = list.url.clone().filter(|_| !list.followed) else { return Ok(()) };
    story.execute::<Playlist>(uuid, playlist::Command::Follow { url })?;
    if let Some(cookies) = cookies {
        let cookies = cookies.site_cookies();
        story.execute::<Playlist>(uuid, playlist::Command::UseCookies { cookies })?;
    }
    if layout.is_some() {
        story.execute::<Playlist>(uuid, playlist::Command::Layout { layout })?;
    }
    if transcoding.is_some() {
        story.execute::<Playlist>(uuid, playlist::Command::Transcode { profile: transcoding })?;
    }
    if let Some(keeping) = keeping {
        let ticket = keeping.ticket.clone();
        story.execute::<Playlist>(uuid, playlist::Command::Keep { keeping: Some(keeping), ticket })?;
    }
    match refreshes {
        Some(refreshes) => schedule::refresh_as_before(story, playlist_id, refreshes),
        None => Ok(()),
    }
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moved {
    /// It is in the trash.
    IntoTrash,
    /// It is back in its place, as the file system says.
    Back(Stamp),
    /// It has another name, and what lies beside it has, too.
    Renamed {
        /// Its path below its root.
        path: String,
        /// What the file system says of it.
        stamp: Stamp,
    },
    /// This lies beside it from now on, too.
    Joined(Vec<Sidecar>),
}

/// Records what an attempt has moved; refused if it lost the job.
pub fn record(
    story: &mut Transaction<'_>,
    plan_id: PlanId,
    job_id: JobId,
    attempt_id: AttemptId,
    moved: &[(FileId, Moved)],
) -> Result<(), Refusal> {
    job::fence(story, job_id, attempt_id)?;
    // One installation has one trash, whosever files are in it.
    let settings = SettingId::from_project(ProjectId::HOME).uuid();
    let kept_until = story.now().after(story.state::<Setting>(settings)?.trash.lease());
    for (file_id, moved) in moved {
        let command = match moved {
            Moved::IntoTrash => file::Command::Trash { lease: Lease { plan_id, kept_until } },
            Moved::Back(stamp) => file::Command::Restore { stamp: *stamp },
            Moved::Renamed { path, stamp } => {
                file::Command::Move { path: path.clone(), stamp: *stamp, plan_id: Some(plan_id) }
            }
            Moved::Joined(more) => {
                let known = story.state::<File>(file_id.uuid())?;
                let (mut sidecars, missing) = (known.sidecars.clone(), known.missing.clone());
                sidecars.extend(more.iter().filter(|each| !known.sidecars.contains(each)).cloned());
                file::Command::Accompany { sidecars, missing }
            }
        };
        match story.part(|story| story.entail::<File>(file_id.uuid(), command.clone())) {
            // Whoever records a file anew knows it better.
            Ok(()) | Err(Refusal::Rejected(_)) => {}
            Err(refusal) => return Err(refusal),
        }
        replacing::keep_by_other(story, plan_id, *file_id, moved)?;
    }
    Ok(())
}

/// Ends the work: what was left, and the end of the job, are one append.
pub fn finish(
    story: &mut Transaction<'_>,
    plan_id: PlanId,
    job_id: JobId,
    attempt_id: AttemptId,
    resources: ResourceUse,
    left: &[Left],
) -> Result<(), Refusal> {
    job::end(story, job_id, attempt_id, Outcome::Succeeded { kept_bytes: 0 }, resources)?;
    story.entail::<Plan>(plan_id.uuid(), Command::Finish { job_id, left: left.to_vec() })
}

/// Records that the bytes of a file were destroyed whose time in the trash was over.
pub fn purge(story: &mut Transaction<'_>, file_id: FileId) -> Result<(), Refusal> {
    let now = story.now();
    story.entail::<File>(file_id.uuid(), file::Command::Purge { now })
}
