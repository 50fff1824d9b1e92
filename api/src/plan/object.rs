use std::collections::HashMap;

use async_graphql::{ComplexObject, Context, Enum, ID, Result, SimpleObject};
use mediary_projections::{
    Snapshot, SqlResult, ViewHandle, Views,
    listing::OrderField as _,
    plan::{self as view, PlanRow, PlanView, StepField, StepFilter, StepRow, Touch},
};
use mediary_schema::{
    FileId, JobId, PlanId, PlaylistId, RootId,
    plan::{LeftFor, PlanState, SparedFor},
};

use crate::{
    connection::{self, Nodes, Part},
    file::{File, FileById},
    job::{Failure, Job, JobById},
    loader::{LookUp, look_up},
    playlist::{Playlist, PlaylistById},
    root::Root,
    scalar::{DateTime, Long, Position},
    schema::read,
};

/// How far a plan is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "PlanState", name = "PlanState")]
pub(crate) enum State {
    /// It was made, and nothing was done.
    Ready,
    /// It is being carried out.
    Applying,
    /// It was carried out.
    Applied,
    /// It was ended in the middle: what was done of it can be taken back, or the rest of it be done.
    Stopped,
    /// It is being taken back.
    Undoing,
    /// It was taken back.
    Undone,
}

/// What a plan is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum PlanGoal {
    /// Files go into the trash.
    DeleteFiles,
    /// A list is followed no longer, and the files that are kept for it alone go into the trash.
    Unfollow,
    /// Files come back out of the trash.
    RestoreFiles,
    /// Files get the names that their layout has for them.
    RenameFiles,
    /// Files give their places to what was made of them, and go into the trash.
    ReplaceFiles,
}

/// What becomes of a file of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Touch", name = "PlanTouch")]
pub(crate) enum TouchName {
    /// It is moved.
    Planned,
    /// It was named, and stays where it is.
    Spared,
    /// It was to be moved, and could not be.
    Left,
}

/// What would be done, exactly, or was.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub(crate) struct Plan {
    /// `plan-<uuid>`.
    id: ID,
    /// What it is for.
    goal: PlanGoal,
    /// The list that it is about, if it is about one.
    playlist_id: Option<ID>,
    /// How far it is.
    state: State,
    /// How many files it touches.
    file_count: Long,
    /// How many bytes they have: so many more are in the trash by it, or fewer.
    size_bytes: Long,
    /// How many files that were named stay where they are.
    spared_count: Long,
    /// How many downloads that had not ended end with it; taking it back begins none of them anew.
    ended_job_count: Long,
    /// How many of its files were not touched when it was carried out or taken back.
    left_count: Long,
    /// By what it is taken back; none if nothing was done by it that can be.
    undo_id: Option<ID>,
    /// The job that is at it, or was last.
    job_id: Option<ID>,
    /// Why that came to nothing, if it did.
    failure: Option<Failure>,
    /// When it was made.
    made_at: DateTime,
    /// The position of the last event that touched it.
    changed_at: Position,
    #[graphql(skip)]
    key: PlanId,
    #[graphql(skip)]
    job_key: Option<JobId>,
    #[graphql(skip)]
    playlist_key: Option<PlaylistId>,
}

/// A file of a plan.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub(crate) struct PlanFile {
    /// The file.
    file_id: ID,
    /// What becomes of it.
    touch: TouchName,
    /// Why it stays where it is, or was not touched.
    reason: Option<String>,
    /// The version of its stream that this was planned for, if it is moved.
    version: Option<Long>,
    /// The root below which it lies, if it is moved.
    root_id: Option<ID>,
    /// The path below that, with `/` between folders.
    path: Option<String>,
    /// The path below that which it gets, if it is renamed.
    new_path: Option<String>,
    /// How many files lie beside it and go with it, as far as they are what was put there.
    sidecar_count: Long,
    /// The size in bytes.
    size_bytes: Option<Long>,
    /// BLAKE3 of the bytes in 64 hex digits, as it was recorded.
    blake3: Option<String>,
    #[graphql(skip)]
    key: FileId,
    #[graphql(skip)]
    root_key: Option<RootId>,
}

impl From<PlanRow> for Plan {
    fn from(row: PlanRow) -> Self {
        let goal = match row.goal.as_str() {
            "unfollow" => PlanGoal::Unfollow,
            "restore_files" => PlanGoal::RestoreFiles,
            "rename_files" => PlanGoal::RenameFiles,
            "replace_files" => PlanGoal::ReplaceFiles,
            _ => PlanGoal::DeleteFiles,
        };
        let can_be_undone =
            goal != PlanGoal::RestoreFiles && matches!(row.state, PlanState::Applied | PlanState::Stopped);
        Self {
            id: ID(row.id.to_string()),
            goal,
            playlist_id: row.playlist_id.map(|id| ID(id.to_string())),
            state: row.state.into(),
            file_count: Long(row.file_count),
            size_bytes: Long(row.size_bytes),
            spared_count: Long(row.spared_count),
            ended_job_count: Long(row.ended_job_count),
            left_count: Long(row.left_count),
            undo_id: can_be_undone.then(|| ID(row.id.undo().to_string())),
            job_id: row.job_id.map(|id| ID(id.to_string())),
            failure: row.failure.map(Failure::from),
            made_at: DateTime(row.made_at),
            changed_at: Position(row.changed_at),
            key: row.id,
            job_key: row.job_id,
            playlist_key: row.playlist_id,
        }
    }
}

impl From<StepRow> for PlanFile {
    fn from(row: StepRow) -> Self {
        let spared = row.spared.map(|reason| match reason {
            SparedFor::State(state) => state.name().to_owned(),
            SparedFor::Playlist(playlist_id) => format!("kept for {playlist_id}, too"),
            SparedFor::InPlace {} => "it has its name already".to_owned(),
            SparedFor::NoLayout {} => "no layout has a name for it".to_owned(),
        });
        let left = row.left.map(|reason| {
            match reason {
                LeftFor::Otherwise => "what was in its place was not what was planned for",
                LeftFor::Occupied => "something else is in its place",
                LeftFor::Gone => "it was not there",
                LeftFor::Linked => {
                    "it has other names, too (hard links), which would keep the file that it was"
                }
            }
            .to_owned()
        });
        Self {
            file_id: ID(row.file_id.to_string()),
            touch: row.touch.into(),
            reason: spared.or(left),
            version: (row.version > 0).then_some(Long(row.version)),
            root_id: row.root.map(|id| ID(id.to_string())),
            path: row.path,
            new_path: row.new_path,
            sidecar_count: Long(row.sidecar_count),
            size_bytes: row.size_bytes.map(Long),
            blake3: row.blake3,
            key: row.file_id,
            root_key: row.root,
        }
    }
}

#[ComplexObject]
impl Plan {
    /// The job that is at it, or was last.
    async fn job(&self, context: &Context<'_>) -> Result<Option<Job>> {
        let Some(id) = self.job_key else { return Ok(None) };
        Ok(look_up::<JobById>(context, id).await?.map(Job::from))
    }

    /// The list that it is about, if it is about one.
    async fn playlist(&self, context: &Context<'_>) -> Result<Option<Playlist>> {
        let Some(id) = self.playlist_key else { return Ok(None) };
        Ok(look_up::<PlaylistById>(context, id).await?.map(Playlist::from))
    }

    /// Its files, as they are named in it.
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn files(
        &self,
        context: &Context<'_>,
        first: Option<u32>,
        after: Option<String>,
        last: Option<u32>,
        before: Option<String>,
        #[graphql(desc = "Only those of which this becomes.")] touch: Option<TouchName>,
    ) -> Result<Nodes<PlanFile>> {
        let filter = StepFilter { plan_id: self.key, touch: touch.map(Into::into) };
        let part = (Part { first, last, after, before }, StepField::Place.by());
        let query = move |rows: &Snapshot<'_>, request: &_| view::steps(rows, filter, request);
        connection::page(context, Views::of::<PlanView>, part, None, query).await
    }
}

#[ComplexObject]
impl PlanFile {
    /// The file, as it is now.
    async fn file(&self, context: &Context<'_>) -> Result<Option<File>> {
        Ok(look_up::<FileById>(context, self.key).await?.map(File::from))
    }

    /// The root below which it lies, if it is moved.
    async fn root(&self, context: &Context<'_>) -> Result<Option<Root>> {
        match self.root_key {
            Some(id) => Root::find(context, id).await,
            None => Ok(None),
        }
    }
}

impl Plan {
    pub(super) async fn find(
        context: &Context<'_>,
        id: PlanId,
        min_position: Option<Position>,
    ) -> Result<Option<Self>> {
        let row =
            read(context, Views::of::<PlanView>, min_position, move |rows| view::plan(rows, id)).await?;
        Ok(row.map(Self::from))
    }
}

/// A plan by its id.
pub(crate) struct PlanById;

impl LookUp for PlanById {
    type Key = PlanId;
    type Row = PlanRow;

    fn view(views: &Views) -> &ViewHandle {
        views.of::<PlanView>()
    }

    fn find(rows: &Snapshot<'_>, keys: &[PlanId]) -> SqlResult<HashMap<PlanId, PlanRow>> {
        Ok(view::plans_by_id(rows, keys)?.into_iter().map(|row| (row.id, row)).collect())
    }
}
