//! What came of a job that made a file of another one: for scripts, with whole paths.

use std::path::Path;

use serde::Serialize;
use serde_json::json;

use super::{SHOW, details};
use crate::{
    answers::{
        download::File,
        file::Root,
        job::Job,
        transcode::{Transcode, TranscodeProof, TranscodeQuality},
    },
    client::Client,
    commands::{failure::Failure, file::root, job, plan},
    output::Output,
};

/// What came of a job that made a file of another one.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    job_id: String,
    /// Where the transcode is.
    state: String,
    profile: String,
    /// Of what it was made; none if that is forgotten.
    input: Option<Place>,
    /// What was made, once it is.
    output: Option<Place>,
    proof: Option<Proof>,
    /// Whether it has the place of what it was made of; none if it was to lie beside it.
    replaced: Option<Replaced>,
    /// How many bytes it has less; below zero if it came out larger.
    saved_bytes: Option<i64>,
    /// What ffmpeg was told, in which `IN`, `OUT` and `BESIDE` stand for paths.
    command: Vec<String>,
    #[serde(skip)]
    transcode: Transcode,
}

/// A file, and where it lies.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    id: String,
    /// A whole path on the server's machine, where the folder of its root may be known; else below that.
    path: String,
    size_bytes: u64,
    duration_ms: u64,
    blake3: String,
}

/// What was compared.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Proof {
    decoded: bool,
    duration_delta_ms: i64,
    streams: i64,
    alike: i64,
    quality: Option<TranscodeQuality>,
}

/// How what was made gets the place of what it was made of.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Replaced {
    /// By which plan; none if what it was made of was not there as it had been.
    plan_id: Option<String>,
    /// How far that is.
    state: Option<String>,
    /// By what it is taken back.
    undo_id: Option<String>,
    /// Whether nothing was touched.
    is_left: bool,
}

/// Waits until what jobs have made has the places of what it was made of, where it is to have them; fails if some has not.
pub(super) async fn replaced(
    client: &Client,
    output: &mut Output,
    jobs: &[Job],
) -> Result<Result<(), Failure>, Failure> {
    let mut verdict = Ok(());
    for told in jobs {
        let Some(id) = told.subject_ids.iter().find(|id| id.starts_with("transcode-")) else { continue };
        let found: Option<Transcode> =
            client.ask(&SHOW, json!({ "id": id, "minPosition": told.changed_at })).await?;
        let Some(plan) = found.and_then(|found| found.plan) else { continue };
        let Some(job_id) = &plan.job_id else { continue };
        let carried_out = plan::carried_out(client, output, (&plan.id, job_id), Some(told.changed_at)).await;
        let whole = carried_out.and_then(|plan| plan::whole_or_left(&plan));
        verdict = verdict.and(whole);
    }
    Ok(verdict)
}

/// Reports on jobs that have ended, in their order.
pub(super) async fn of_jobs(client: &Client, jobs: &[Job]) -> Result<Vec<Report>, Failure> {
    let roots: Vec<Root> = client.ask(&root::LIST, json!({})).await?;
    let mut reports = Vec::new();
    for told in jobs {
        reports.push(of_job(client, &roots, told).await?);
    }
    Ok(reports)
}

/// Reports on the job that is called so.
pub(super) async fn of(client: &Client, job_id: &str) -> Result<Report, Failure> {
    let told: Option<Job> = client.ask(&job::SHOW, json!({ "id": job_id })).await?;
    let told = told.ok_or_else(|| job::not_found(job_id))?;
    let roots: Vec<Root> = client.ask(&root::LIST, json!({})).await?;
    of_job(client, &roots, &told).await
}

async fn of_job(client: &Client, roots: &[Root], told: &Job) -> Result<Report, Failure> {
    let id = told.subject_ids.iter().find(|id| id.starts_with("transcode-"));
    let none = || Failure::NotFound {
        id: format!("report of {}, a job of the kind {}", told.id, told.kind.to_lowercase()),
        advice: "`mediary transcode list` shows what was made",
    };
    let asked = json!({ "id": id.ok_or_else(none)?, "minPosition": told.changed_at });
    let found: Option<Transcode> = client.ask(&SHOW, asked).await?;
    Ok(Report::new(told, roots, found.ok_or_else(none)?))
}

impl Report {
    fn new(told: &Job, roots: &[Root], transcode: Transcode) -> Self {
        let place = |file: &File| Place {
            id: file.id.clone(),
            path: whole_path(roots, file),
            size_bytes: file.size_bytes,
            duration_ms: file.duration_ms,
            blake3: file.blake3.clone(),
        };
        let replaced = transcode.is_replacing.then(|| Replaced {
            plan_id: transcode.plan.as_ref().map(|plan| plan.id.clone()),
            state: transcode.plan.as_ref().map(|plan| plan.state.clone()),
            undo_id: transcode.plan.as_ref().and_then(|plan| plan.undo_id.clone()),
            is_left: transcode.plan.as_ref().is_some_and(|plan| plan.left_count > 0),
        });
        let saved = |(was, is): (u64, u64)| was.cast_signed().saturating_sub(is.cast_signed());
        Self {
            job_id: told.id.clone(),
            state: transcode.state.clone(),
            profile: transcode.profile.clone(),
            input: transcode.source.as_ref().map(place),
            output: transcode.result.as_ref().map(place),
            proof: transcode.proof.as_ref().map(|proof: &TranscodeProof| Proof {
                decoded: proof.is_decoded,
                duration_delta_ms: proof.duration_delta_ms,
                streams: proof.stream_count,
                alike: proof.alike_count,
                quality: proof.quality.clone(),
            }),
            replaced,
            saved_bytes: transcode.source_bytes.zip(transcode.result_bytes).map(saved),
            command: transcode.arguments.clone(),
            transcode,
        }
    }

    /// Shows reports.
    pub(super) fn show(reports: &[Self], output: &mut Output) -> Result<(), Failure> {
        let text = |reports: &&[Self]| {
            let each: Vec<String> = reports.iter().map(|report| details(&report.transcode)).collect();
            each.join("\n")
        };
        Ok(output.show(&reports, text)?)
    }

    /// Shows one.
    pub(super) fn show_one(&self, output: &mut Output) -> Result<(), Failure> {
        Ok(output.show(self, |report| details(&report.transcode))?)
    }
}

fn whole_path(roots: &[Root], file: &File) -> String {
    let folder = roots.iter().find(|root| root.id == file.root_id).and_then(|root| root.folder.as_deref());
    folder.map_or_else(
        || file.path.clone(),
        |folder| Path::new(folder).join(&file.path).to_string_lossy().into_owned(),
    )
}
