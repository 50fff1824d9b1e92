//! Stories of watches: files are to be taken from a folder, and one that lies there is taken, with the job that reads it; what came
//! of that, with the end of the job.

use mediary_events::{
    Asked as _, Concern as _, codec,
    file::{self, File},
    job::Outcome,
    root::{self, Root},
    watch::{
        Added, Ask, Command, Watches,
        ask::{Add, Remove},
    },
};
use mediary_schema::{
    AttemptId, FileId, JobId, ProjectId, RootId, Subject,
    account::Permission,
    file::{Stamp, Verified},
    job::{Failure, ResourceUse, Work, WorkKind},
    lane::Lane,
    root::{Folder, RootKind},
    watch::{AdoptFile, Watch, WatchId},
};
use serde::Serialize;

use super::{job, profile, schedule, transcode};
use crate::gate::{Effects, Entry, Fanout, KindOfWork, LongWork, Refusal, Story, Transaction, decode};

/// Watches, to everybody else.
pub(crate) const ENTRY: Entry = Entry {
    name: Watches::NAME,
    events: Watches::EVENTS,
    retired: Watches::RETIRED,
    redact: codec::redacted::<Watches>,
    commands: Ask::COMMANDS,
    decode: decode::<Ask>,
    read: Permission::READ,
    fanout: Fanout::Whole,
    work: &[KindOfWork::of::<AdoptFile>()],
};

impl LongWork for AdoptFile {
    const KIND: WorkKind = WorkKind::new("adopt");
    const ABOUT: &'static str = "The taking of a file that somebody put into a folder.";
    // Two that read one disk at the same time are slower than one after the other.
    const AT_ONCE: u32 = 1;
    const TOOLS: &'static [&'static str] = &["ffmpeg", "ffprobe"];

    fn key(&self) -> String {
        format!("adopt/{}/{}", self.root_id, self.path)
    }

    fn title(&self) -> String {
        name_of(&self.path).to_owned()
    }

    fn subjects(&self) -> Vec<Subject> {
        vec![self.watch_id.into(), self.file_id.into(), self.root_id.into()]
    }

    fn lanes(&self) -> Vec<Lane> {
        vec![Lane::LibraryDisk]
    }

    fn retry(self, story: &mut Transaction<'_>, job_id: JobId) -> Result<JobId, Refusal> {
        request(story, &self, job_id)
    }

    /// It stays what it was: a file of somebody else.
    fn given_up(_: &mut Transaction<'_>, _: JobId, _: &Work, _: Option<Failure>) -> Result<(), Refusal> {
        Ok(())
    }

    /// It has a file made.
    fn effects(&self, effects: &mut Effects) {
        effects.file();
    }
}

/// What a command on watches answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Told {
    /// The watch.
    pub watch_id: WatchId,
}

impl Story for Ask {
    type Told = Told;

    fn tell(&self, story: &mut Transaction<'_>) -> Result<Told, Refusal> {
        // The watches of a project are one stream: a folder is watched once.
        let project = story.caller().project.uuid();
        match self {
            Self::Add(asked) => add(story, asked),
            Self::Remove(Remove { watch_id }) => {
                story.execute::<Watches>(project, Command::Remove { watch_id: *watch_id })?;
                Ok(Told { watch_id: *watch_id })
            }
        }
    }
}

fn add(story: &mut Transaction<'_>, asked: &Add) -> Result<Told, Refusal> {
    let Add { folder, profile, which, replace } = asked;
    story.require(Permission::TRANSCODE)?;
    if replace.is_some() {
        story.require(Permission::DELETE)?;
    }
    profile::find(story, profile)?;
    let folder: Folder = folder.parse().map_err(root::Rejection::from)?;
    let (root_id, way) = root_of(story, &folder)?;
    let (profile, which, replace) = (profile.clone(), which.clone(), *replace);
    let watch = Watch { root_id, way, profile, which, replace };
    let (principal, token_id) = schedule::lender(story)?;
    let project = story.caller().project.uuid();
    let made = story.identities().made_by(WatchId::KIND, story.caller().command_id);
    let watch_id = WatchId::from_uuid(made);
    let added = Box::new(Added { watch: watch.clone(), principal, token_id });
    story.execute::<Watches>(project, Command::Add { watch_id, added })?;
    // One that was there before has the id of then.
    let watches = &story.state::<Watches>(project)?.watches;
    let known = watches.iter().find(|(_, known)| known.added.watch == watch);
    Ok(Told { watch_id: known.map_or(watch_id, |(known, _)| *known) })
}

/// The root in which a folder lies, and the way to it from there; one that lies in none becomes one.
///
/// What is taken is shown to the project: where files are kept, that is more than whoever handles jobs may say. What was registered
/// for others to put files there is there to be taken.
fn root_of(story: &mut Transaction<'_>, folder: &Folder) -> Result<(RootId, String), Refusal> {
    let found = story.state::<Root>(ProjectId::HOME.uuid())?.of_folder(folder);
    if let Some((root, way)) = found {
        let (root_id, kind, way) = (root.id, root.kind, way.to_owned());
        if kind == RootKind::Library {
            story.require(Permission::CONFIGURE)?;
        }
        return Ok((root_id, way));
    }
    let add = root::ask::Add { folder: folder.as_str().to_owned(), kind: RootKind::Watch, name: None };
    Ok((root::Ask::Add(add).tell(story)?.root_id, String::new()))
}

fn name_of(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// Has a file taken that settled in a watched folder, as the caller. Answers the job, or none if nothing is taken from there now.
pub fn take(
    story: &mut Transaction<'_>,
    watch_id: WatchId,
    path: &str,
    stamp: Stamp,
) -> Result<Option<JobId>, Refusal> {
    let project = story.caller().project.uuid();
    let known = story.state::<Watches>(project)?.watches.get(&watch_id);
    let Some(known) = known.filter(|known| known.stopped.is_none()) else { return Ok(None) };
    let Watch { root_id, profile, replace, .. } = known.added.watch.clone();
    let (path, job_id) = (path.to_owned(), story.identities().job(story.caller().command_id, "adopt"));
    let file_id = story.identities().file(job_id);
    let task = AdoptFile { watch_id, file_id, root_id, path, stamp, profile, replace };
    request(story, &task, job_id).map(Some)
}

fn request(story: &mut Transaction<'_>, task: &AdoptFile, job_id: JobId) -> Result<JobId, Refusal> {
    story.require(Permission::TRANSCODE)?;
    if task.replace.is_some() {
        story.require(Permission::DELETE)?;
    }
    let retry = story.retry_policy();
    job::open(story, job_id, &task.work(), retry)
}

/// Whoever set a watch may not come in any more: nothing is taken by it until somebody adds it again.
pub fn disown(story: &mut Transaction<'_>, watch_id: WatchId, reason: &str) -> Result<(), Refusal> {
    let command = Command::Stop { watch_id, reason: reason.to_owned() };
    story.entail::<Watches>(story.caller().project.uuid(), command)
}

/// Ends the taking of a file whose bytes were proved: the end of the job, the file, and the job that makes one of it are one append.
pub fn finish(
    story: &mut Transaction<'_>,
    task: &AdoptFile,
    job_id: JobId,
    attempt_id: AttemptId,
    resources: ResourceUse,
    (verified, stamp): (Verified, Stamp),
) -> Result<FileId, Refusal> {
    let (file_id, kept_bytes) = (task.file_id, verified.size_bytes);
    job::end(story, job_id, attempt_id, Outcome::Succeeded { kept_bytes }, resources)?;
    let (root, path, verified) = (task.root_id, task.path.clone(), Box::new(verified));
    let record = file::Command::Record { root, path, verified, made: None, stamp: Some(stamp) };
    story.entail::<File>(file_id.uuid(), record)?;
    // A profile that was removed since makes nothing; the file is known all the same.
    let made = story.part(|story| transcode::make_of_taken(story, file_id, &task.profile, task.replace));
    match made {
        Ok(_) | Err(Refusal::Rejected(_)) => Ok(file_id),
        Err(refusal) => Err(refusal),
    }
}

/// Ends the taking of a file that is known by now: it is one that the platform itself put there.
pub fn finish_known(
    story: &mut Transaction<'_>,
    job_id: JobId,
    attempt_id: AttemptId,
    resources: ResourceUse,
) -> Result<(), Refusal> {
    job::end(story, job_id, attempt_id, Outcome::Succeeded { kept_bytes: 0 }, resources)
}
