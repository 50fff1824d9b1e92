//! Stories of transcodes: a file is to be made of another one, with its job; and what came of that, with the end of the job.

use mediary_events::{
    Asked as _, Concern as _, codec,
    file::{self, File},
    job::Outcome,
    playlist::Playlist,
    transcode::{
        Ask, Command, Made, Phase, Rejection, Transcode,
        ask::{ReplaceFiles, Start},
    },
};
use mediary_schema::{
    AttemptId, FileId, JobId, PlanId, PlaylistId, RootId, Subject, Ticket,
    account::Permission,
    file::{Stamp, Verified},
    job::{Failure, ResourceUse, RetryPolicy, Work, WorkKind},
    lane::Lane,
    layout::{MissingSidecar, Sidecar, stem},
    plan::{Goal, Step},
    profile::{Profile, ProfileName},
    transcode::{Proof, Recipe, Replace, TranscodeFile, TranscodeId},
};
use serde::Serialize;

use super::{job, plan, profile};
use crate::gate::{Effects, Entry, Fanout, KindOfWork, LongWork, Refusal, Story, Transaction, decode};

/// Transcodes, to everybody else.
pub(crate) const ENTRY: Entry = Entry {
    name: Transcode::NAME,
    events: Transcode::EVENTS,
    retired: Transcode::RETIRED,
    redact: codec::redacted::<Transcode>,
    commands: Ask::COMMANDS,
    decode: decode::<Ask>,
    read: Permission::READ,
    fanout: Fanout::Whole,
    work: &[KindOfWork::of::<TranscodeFile>()],
};

/// What encodes on the processor.
const PROCESSOR: &str = "cpu";

impl LongWork for TranscodeFile {
    const KIND: WorkKind = WorkKind::new("transcode");
    const ABOUT: &'static str = "The making of a file of another one.";
    // An encoder takes every core that there is.
    const AT_ONCE: u32 = 1;
    const TOOLS: &'static [&'static str] = &["ffmpeg", "ffprobe"];

    fn key(&self) -> String {
        format!("transcode/{}", self.transcode_id)
    }

    fn title(&self) -> String {
        format!("{} as {}", self.title, self.profile.name)
    }

    fn subjects(&self) -> Vec<Subject> {
        let list = self.playlist_id.map(Subject::from);
        [self.transcode_id.into(), self.file_id.into()].into_iter().chain(list).collect()
    }

    fn lanes(&self) -> Vec<Lane> {
        vec![Lane::Encoder(PROCESSOR.to_owned()), Lane::LibraryDisk]
    }

    fn retry(self, story: &mut Transaction<'_>, job_id: JobId) -> Result<JobId, Refusal> {
        let retry = story.retry_policy();
        request(story, &self, job_id, true, retry)
    }

    fn given_up(
        story: &mut Transaction<'_>,
        job_id: JobId,
        work: &Work,
        failure: Option<Failure>,
    ) -> Result<(), Refusal> {
        let Some(transcode) = work.subject(TranscodeId::KIND) else { return Ok(()) };
        let command = match failure {
            Some(failure) => Command::Fail { job_id, failure },
            None => Command::Cancel { job_id },
        };
        story.entail::<Transcode>(transcode, command)
    }

    /// It makes a file.
    fn effects(&self, effects: &mut Effects) {
        effects.file();
    }
}

/// What a command on transcodes answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// The jobs, one for each file in their order.
    pub job_ids: Vec<JobId>,
}

impl Story for Ask {
    type Told = Told;

    fn tell(&self, story: &mut Transaction<'_>) -> Result<Told, Refusal> {
        let Start { file_ids, profile, again, replace, ticket } = match self {
            Self::Start(asked) => asked,
            Self::Replace(asked) => return replace_all(story, asked),
        };
        let profile = profile::find(story, profile)?;
        job::take_ticket(story, ticket)?;
        let each = |file_id: &FileId| {
            let wish = Wish { replace: *replace, again: *again, playlist_id: None };
            make(story, *file_id, &profile, wish)
        };
        Ok(Told { job_ids: file_ids.iter().map(each).collect::<Result<_, _>>()? })
    }
}

/// What else is wanted of one that is made.
#[derive(Debug, Clone, Copy, Default)]
struct Wish {
    /// How it gets the place of what it is made of, if it does.
    replace: Option<Replace>,
    /// Whether also what was made before, or came out larger.
    again: bool,
    /// The list that has it made.
    playlist_id: Option<PlaylistId>,
}

/// Has a file made of one. Answers the job.
fn make(
    story: &mut Transaction<'_>,
    file_id: FileId,
    profile: &Profile,
    Wish { replace, again, playlist_id }: Wish,
) -> Result<JobId, Refusal> {
    let (title, retry) = (title_of(story, file_id)?, story.retry_policy());
    let transcode_id = story.identities().transcode(file_id, profile);
    let job_id = story.identities().job(story.caller().command_id, &transcode_id.to_string());
    let task = TranscodeFile { transcode_id, file_id, title, profile: profile.clone(), replace, playlist_id };
    request(story, &task, job_id, again, retry)
}

/// Has one made of a file that a list keeps, beside it, by the profile of this name as it is now. Answers the job, or none if nothing
/// is made of what the list keeps any more.
pub fn make_of_kept(
    story: &mut Transaction<'_>,
    playlist_id: PlaylistId,
    file_id: FileId,
    profile: &ProfileName,
) -> Result<Option<JobId>, Refusal> {
    if story.state::<Playlist>(playlist_id.uuid())?.transcoding.is_none() {
        return Ok(None);
    }
    // A list keeps hundreds in one night: whoever wants one made by hand waits for none of them.
    story.take_ticket(Ticket { bulk: true, ..Ticket::default() });
    let profile = profile::find(story, profile)?;
    let wish = Wish { playlist_id: Some(playlist_id), ..Wish::default() };
    make(story, file_id, &profile, wish).map(Some)
}

/// Has one made of a file that was taken from a watched folder, by the profile of this name as it is now.
pub(super) fn make_of_taken(
    story: &mut Transaction<'_>,
    file_id: FileId,
    profile: &ProfileName,
    replace: Option<Replace>,
) -> Result<JobId, Refusal> {
    let profile = profile::find(story, profile)?;
    make(story, file_id, &profile, Wish { replace, ..Wish::default() })
}

/// Has what was made take the places of what it was made of, by one plan.
fn replace_all(story: &mut Transaction<'_>, asked: &ReplaceFiles) -> Result<Told, Refusal> {
    let ReplaceFiles { transcode_ids, replace, ticket } = asked;
    story.require(Permission::DELETE)?;
    job::take_ticket(story, ticket)?;
    let mut steps: Vec<Step> = Vec::new();
    for transcode_id in transcode_ids {
        let state = story.state::<Transcode>(transcode_id.uuid())?;
        let not_made = Rejection::NotMade { transcode_id: *transcode_id };
        let (Phase::Made { file_id: made }, Some(file_id)) = (state.phase, state.file_id) else {
            return Err(not_made.into());
        };
        if steps.iter().any(|step| step.file_id == file_id) {
            return Err(Rejection::OfOneFile { file_id }.into());
        }
        let source_blake3 = state.source_blake3.clone();
        if !story.state::<File>(made.uuid())?.is_there() {
            return Err(not_made.into());
        }
        steps.push(step(story, file_id, made, source_blake3.as_deref(), *replace)?);
    }
    let command_id = story.caller().command_id;
    let plan_id = PlanId::from_uuid(story.identities().made_by(PlanId::KIND, command_id));
    let job_id = story.identities().job(command_id, "plan");
    let job_id = plan::carry_out(story, plan_id, Goal::ReplaceFiles {}, &steps, job_id)?;
    for transcode_id in transcode_ids {
        story.entail::<Transcode>(transcode_id.uuid(), Command::Replace { plan_id })?;
    }
    Ok(Told { job_ids: vec![job_id] })
}

/// What becomes of a file that another one was made of; refused if its bytes are not those of which that is proved.
fn step(
    story: &mut Transaction<'_>,
    file_id: FileId,
    made: FileId,
    source_blake3: Option<&str>,
    replace: Replace,
) -> Result<Step, Refusal> {
    let step = plan::replacement(story, file_id, made, replace.allow_links)?;
    let is_same = |step: &Step| Some(step.blake3.as_str()) == source_blake3;
    step.filter(is_same).ok_or_else(|| Rejection::SourceChanged { file_id }.into())
}

/// What a file is called; refused if it is not there.
fn title_of(story: &mut Transaction<'_>, file_id: FileId) -> Result<String, Refusal> {
    let state = story.state::<File>(file_id.uuid())?;
    let Some(path) = state.path.as_deref().filter(|_| state.is_there()) else {
        return Err(file::Rejection::NotFound.into());
    };
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
    Ok(stem(name).to_owned())
}

/// Asks for a file to be made of another one, or joins the job under way. Answers the job.
fn request(
    story: &mut Transaction<'_>,
    task: &TranscodeFile,
    job_id: JobId,
    again: bool,
    retry: RetryPolicy,
) -> Result<JobId, Refusal> {
    story.require(Permission::TRANSCODE)?;
    if task.replace.is_some() {
        story.require(Permission::DELETE)?;
    }
    let uuid = task.transcode_id.uuid();
    let profile = Box::new(task.profile.clone());
    let (file_id, title, replace) = (task.file_id, task.title.clone(), task.replace.is_some());
    let mut command = Command::Request { job_id, file_id, title, profile, again, replace };
    if let Phase::Wanted { job_id } = story.state::<Transcode>(uuid)?.phase {
        story.execute::<Transcode>(uuid, command)?;
        job::go_on(story, job_id)?;
        job::join(story, job_id)?;
        return Ok(job_id);
    }
    // What was made and is gone since is made again.
    let is_gone = match story.state::<Transcode>(uuid)?.phase {
        Phase::Made { file_id } => !story.state::<File>(file_id.uuid())?.is_there(),
        _ => false,
    };
    if let Command::Request { again, .. } = &mut command {
        *again |= is_gone;
    }
    story.execute::<Transcode>(uuid, command)?;
    job::open(story, job_id, &task.work(), retry)
}

/// A file that was made of another one, in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// Below which root it lies.
    pub root: RootId,
    /// The path below that, with `/` between folders.
    pub path: String,
    /// What it is known by.
    pub verified: Verified,
    /// What the file system says of it; none if it couldn't be asked.
    pub stamp: Option<Stamp>,
    /// What lies beside it.
    pub sidecars: Vec<Sidecar>,
    /// What was to lie beside it, too, and is not there.
    pub missing: Vec<MissingSidecar>,
    /// BLAKE3 of what it was made of, as it was read, and how many bytes that had.
    pub source: (String, u64),
    /// What became of each stream.
    pub recipe: Recipe,
    /// What was compared.
    pub proof: Proof,
    /// The arguments of the encoder.
    pub arguments: Vec<String>,
}

/// Ends a transcode whose file is in its place: the end of the job, the transcode and the file are one append.
pub fn finish(
    story: &mut Transaction<'_>,
    task: &TranscodeFile,
    job_id: JobId,
    attempt_id: AttemptId,
    resources: ResourceUse,
    placed: Placed,
) -> Result<FileId, Refusal> {
    let file_id = story.identities().file(job_id);
    let Placed { root, path, verified, stamp, sidecars, missing, source, recipe, proof, arguments } = placed;
    let outcome = Outcome::Succeeded { kept_bytes: verified.size_bytes };
    job::end(story, job_id, attempt_id, outcome, resources)?;
    let made = Made {
        file_id,
        source_blake3: source.0,
        source_bytes: source.1,
        result_blake3: verified.blake3.clone(),
        result_bytes: verified.size_bytes,
        recipe,
        proof,
        arguments,
    };
    let verified = Box::new(verified);
    let record = file::Command::Record { root, path, verified, made: None, stamp };
    story.entail::<File>(file_id.uuid(), record)?;
    if !sidecars.is_empty() || !missing.is_empty() {
        story.entail::<File>(file_id.uuid(), file::Command::Accompany { sidecars, missing })?;
    }
    let (source_blake3, complete) =
        (made.source_blake3.clone(), Command::Complete { job_id, made: Box::new(made) });
    story.entail::<Transcode>(task.transcode_id.uuid(), complete)?;
    if let Some(replace) = task.replace {
        // What it was made of may be another one by now: what was made lies beside it then, and that is said of it.
        let replaced = story.part(|story| replace_one(story, task, file_id, &source_blake3, replace));
        match replaced {
            Ok(()) | Err(Refusal::Rejected(_)) => {}
            Err(refusal) => return Err(refusal),
        }
    }
    Ok(file_id)
}

/// Has what an attempt has made take the place of what it was made of.
fn replace_one(
    story: &mut Transaction<'_>,
    task: &TranscodeFile,
    made: FileId,
    source_blake3: &str,
    replace: Replace,
) -> Result<(), Refusal> {
    let step = step(story, task.file_id, made, Some(source_blake3), replace)?;
    let command_id = story.caller().command_id;
    let plan_id = PlanId::from_uuid(story.identities().made_by(PlanId::KIND, command_id));
    let job_id = story.identities().job(command_id, "plan");
    plan::carry_out(story, plan_id, Goal::ReplaceFiles {}, &[step], job_id)?;
    story.entail::<Transcode>(task.transcode_id.uuid(), Command::Replace { plan_id })
}

/// Ends a transcode that left nothing: there was nothing to do, or what was made came out larger.
pub fn finish_without(
    story: &mut Transaction<'_>,
    task: &TranscodeFile,
    job_id: JobId,
    attempt_id: AttemptId,
    resources: ResourceUse,
    larger: Option<(u64, u64)>,
) -> Result<(), Refusal> {
    job::end(story, job_id, attempt_id, Outcome::Succeeded { kept_bytes: 0 }, resources)?;
    let command = match larger {
        None => Command::Fit { job_id },
        Some((result_bytes, source_bytes)) => Command::Grow { job_id, result_bytes, source_bytes },
    };
    story.entail::<Transcode>(task.transcode_id.uuid(), command)
}
