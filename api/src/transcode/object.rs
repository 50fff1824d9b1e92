use std::collections::HashMap;

use async_graphql::{ComplexObject, Context, Enum, ID, Result, SimpleObject};
use mediary_projections::{
    Snapshot, SqlResult, ViewHandle, Views,
    transcode::{self, TranscodeRow, TranscodeState, TranscodeView},
};
use mediary_schema::{
    FileId, JobId, PlanId,
    transcode::{Fate, Measure, Quality, Recipe, TranscodeId},
};

use crate::{
    file::{File, FileById},
    job::{Failure, Job, JobById},
    loader::{LookUp, look_up},
    plan::{Plan, PlanById},
    profile::ContainerName,
    scalar::{DateTime, Long, Position},
};

/// Where the making of a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "TranscodeState", name = "TranscodeState")]
pub(crate) enum State {
    /// A job is on it.
    Wanted,
    /// It was made, and is proved.
    Made,
    /// There was nothing to do: the file is as the profile would have it.
    Fit,
    /// It came out larger than what it was made of, and was not kept.
    Larger,
    /// It was given up.
    Failed,
    /// A person ended it.
    Cancelled,
}

/// The making of a file of another one.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub(crate) struct Transcode {
    /// `transcode-<uuid>`: one for each file and version of a profile.
    id: ID,
    /// What the file is called of which it is made.
    title: String,
    /// The name of the profile.
    profile: String,
    /// Where it is.
    state: State,
    /// How many bytes it was made of, once that is known.
    source_bytes: Option<Long>,
    /// How many bytes it has, or had as it came out.
    result_bytes: Option<Long>,
    /// What became of each stream, once it is made.
    recipe: Option<TranscodeRecipe>,
    /// That it is what it was made of.
    proof: Option<TranscodeProof>,
    /// The arguments of the encoder, in which `IN`, `OUT` and `BESIDE` stand for paths; none before it is made.
    arguments: Vec<String>,
    /// Why it was given up, if it was.
    failure: Option<Failure>,
    /// Whether it is to have the place of what it is made of; without a plan, once it is made, that was not what it had been.
    is_replacing: bool,
    /// When it was wanted first.
    requested_at: DateTime,
    /// The position of the last event that touched it.
    changed_at: Position,
    #[graphql(skip)]
    job_key: JobId,
    #[graphql(skip)]
    file_key: FileId,
    #[graphql(skip)]
    result_key: Option<FileId>,
    #[graphql(skip)]
    plan_key: Option<PlanId>,
}

/// What became of each stream.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct TranscodeRecipe {
    /// The container of the result.
    container: ContainerName,
    /// The streams of the result, in their order.
    streams: Vec<TranscodeStream>,
    /// Streams that lie in a file beside it.
    beside: Vec<u32>,
    /// Streams that went.
    left_out: Vec<TranscodeLeftOut>,
}

/// A stream of a result.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct TranscodeStream {
    /// Of which stream of the source.
    index: u32,
    /// In which codec it was made anew; none if it is as it was.
    codec: Option<String>,
}

/// A stream that went.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct TranscodeLeftOut {
    /// Which of the source.
    index: u32,
    /// Why.
    why: String,
}

/// That a result is what it was made of.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct TranscodeProof {
    /// Whether every frame of it was decoded.
    is_decoded: bool,
    /// By how many milliseconds the stream that differs most is longer than that of the source.
    duration_delta_ms: i32,
    /// How many streams it was to have, and has.
    stream_count: u32,
    /// How many of them were made anew, and look or sound as those of the source do, all along.
    alike_count: u32,
    /// How alike its pictures look, where the profile says how alike they are to look at least.
    quality: Option<TranscodeQuality>,
}

/// How much pictures look like those of which they were made, in the scale of the measure.
#[derive(Debug, Clone, Copy, SimpleObject)]
pub(crate) struct TranscodeQuality {
    /// By what it was measured.
    measure: MeasureName,
    /// On average.
    mean: f64,
    /// Of the worst piece.
    worst: f64,
}

/// By what it is measured how much a picture looks like the one of which it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Measure", name = "TranscodeMeasure")]
pub(crate) enum MeasureName {
    /// VMAF, from 0 to 100.
    Vmaf,
    /// SSIM, from 0 to 1.
    Ssim,
}

impl From<Quality> for TranscodeQuality {
    fn from(Quality { measure, mean, worst }: Quality) -> Self {
        Self { measure: measure.into(), mean: measure.value(mean), worst: measure.value(worst) }
    }
}

impl From<Recipe> for TranscodeRecipe {
    fn from(recipe: Recipe) -> Self {
        let codec = |fate: Fate| match fate {
            Fate::Copy {} => None,
            Fate::Video { codec, .. } => Some(codec.name().to_owned()),
            Fate::Audio { codec, .. } => Some(codec.name().to_owned()),
            Fate::Subtitle { codec } => Some(codec),
        };
        let streams = recipe.streams.into_iter();
        let left_out = recipe.left_out.into_iter();
        Self {
            container: recipe.container.into(),
            streams: streams
                .map(|planned| TranscodeStream { index: planned.index, codec: codec(planned.fate) })
                .collect(),
            beside: recipe.beside,
            left_out: left_out.map(|out| TranscodeLeftOut { index: out.index, why: out.why }).collect(),
        }
    }
}

impl From<TranscodeRow> for Transcode {
    fn from(row: TranscodeRow) -> Self {
        let state: TranscodeState = row.state;
        Self {
            id: ID(row.id.to_string()),
            title: row.title,
            profile: row.profile,
            state: state.into(),
            source_bytes: row.source_bytes.map(Long),
            result_bytes: row.result_bytes.map(Long),
            recipe: row.recipe.map(TranscodeRecipe::from),
            proof: row.proof.map(|proof| TranscodeProof {
                is_decoded: proof.is_decoded,
                duration_delta_ms: i32::try_from(proof.duration_delta_ms).unwrap_or(i32::MAX),
                stream_count: proof.stream_count,
                alike_count: proof.alike_count,
                quality: proof.quality.map(TranscodeQuality::from),
            }),
            arguments: row.arguments,
            failure: row.failure.map(Failure::from),
            is_replacing: row.is_replacing,
            requested_at: DateTime(row.requested_at),
            changed_at: Position(row.changed_at),
            job_key: row.job_id,
            file_key: row.file_id,
            result_key: row.result_id,
            plan_key: row.plan_id,
        }
    }
}

#[ComplexObject]
impl Transcode {
    /// The job that did or does it.
    async fn job(&self, context: &Context<'_>) -> Result<Option<Job>> {
        Ok(look_up::<JobById>(context, self.job_key).await?.map(Job::from))
    }

    /// The plan by which it gets the place of what it was made of, and that is taken back.
    async fn plan(&self, context: &Context<'_>) -> Result<Option<Plan>> {
        let Some(id) = self.plan_key else { return Ok(None) };
        Ok(look_up::<PlanById>(context, id).await?.map(Plan::from))
    }

    /// The file of which it is made.
    async fn source(&self, context: &Context<'_>) -> Result<Option<File>> {
        Ok(look_up::<FileById>(context, self.file_key).await?.map(File::from))
    }

    /// What was made, once it is.
    async fn result(&self, context: &Context<'_>) -> Result<Option<File>> {
        let Some(id) = self.result_key else { return Ok(None) };
        Ok(look_up::<FileById>(context, id).await?.map(File::from))
    }
}

/// A transcode by its id.
pub(crate) struct TranscodeById;

impl LookUp for TranscodeById {
    type Key = TranscodeId;
    type Row = TranscodeRow;

    fn view(views: &Views) -> &ViewHandle {
        views.of::<TranscodeView>()
    }

    fn find(rows: &Snapshot<'_>, keys: &[TranscodeId]) -> SqlResult<HashMap<TranscodeId, TranscodeRow>> {
        Ok(transcode::transcodes_by_id(rows, keys)?.into_iter().map(|row| (row.id, row)).collect())
    }
}
