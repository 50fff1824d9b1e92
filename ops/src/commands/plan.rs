//! `mediary plan`, and what other verbs do by plans: what would become of files is said, then done, then taken back.

mod entry;
pub(crate) mod trash;

use std::io::{self, BufRead as _, IsTerminal as _};

use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::{Value, json};

pub(crate) use self::entry::CONCERN;
use super::{
    failure::Failure,
    intent::{Certainty, Intent},
    job,
    named::{self, Kind},
    noun::Verbs,
    page,
    playlist::input,
    setting::trash as settings,
    ticket::Ticket,
    wait,
};
use crate::{
    answers::{
        Connection as _,
        plan::{Plan, PlanFile, PlanMade, apply, files, list, make, show, undo},
        setting::Trash,
    },
    client::{Client, Document},
    output::{Output, Table, bytes, clean, fields, moment, optional, plural, word},
};

/// What it is about, by what people call them.
pub(crate) const KIND: Kind = Kind::new("PLAN", "plan", "`mediary plan list` shows those that there are");

/// What can be done with plans.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// List what would be done, or was, newest first.
    List,
    /// Show what a plan does with each file.
    Show {
        /// Its id or the first digits of it, or `@last`.
        #[arg(value_name = "PLAN")]
        id: String,
    },
    /// Do what a plan says, and nothing else; refused if anything of it is otherwise by now.
    Apply {
        /// Its id or the first digits of it, or `@last`.
        #[arg(value_name = "PLAN")]
        id: String,
        #[command(flatten)]
        ticket: Ticket,
        #[command(flatten)]
        intent: Intent,
    },
}

/// What is to be taken back.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  mediary undo undo-01890a5d-ac96-774b-bcce-b302099a8057")]
pub(crate) struct Undo {
    /// The id that whatever was done has told as `undoId`, or the plan by which it was done; `@last` is the last plan.
    #[arg(value_name = "UNDO-ID")]
    id: String,
    #[command(flatten)]
    ticket: Ticket,
    #[command(flatten)]
    intent: Intent,
}

pub(crate) const MAKE: Document<make::Answer> = Document::repeatable(include_str!("plan/make.graphql"));
pub(crate) const APPLY: Document<apply::Answer> = Document::repeatable(include_str!("plan/apply.graphql"));
pub(crate) const UNDO: Document<undo::Answer> = Document::repeatable(include_str!("plan/undo.graphql"));
pub(crate) const LIST: Document<list::Answer> = Document::repeatable(include_str!("plan/list.graphql"));
pub(crate) const SHOW: Document<show::Answer> = Document::repeatable(include_str!("plan/show.graphql"));
pub(crate) const FILES: Document<files::Answer> = Document::repeatable(include_str!("plan/files.graphql"));

/// A plan with its files, and the trash that they go into or come out of.
#[derive(Debug, Serialize)]
struct Whole {
    #[serde(flatten)]
    plan: Plan,
    files: Vec<PlanFile>,
    trash: Trash,
}

/// What was done, and how it is taken back.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Done {
    plan_id: String,
    undo_id: Option<String>,
    state: String,
    file_count: u64,
    size_bytes: u64,
    left_count: u64,
}

impl Verbs for Verb {
    async fn run(self, client: &Client, output: &mut Output) -> Result<(), Failure> {
        match self {
            Self::List => {
                let plans = page::all(client, &LIST, json!({}), None).await?;
                Ok(output.show(&plans, |plans| table(plans))?)
            }
            Self::Show { id } => {
                let id = named::id(client, KIND, &id).await?;
                Ok(output.show(&whole(client, &id).await?, text)?)
            }
            Self::Apply { id, ticket, intent } => {
                let id = named::id(client, KIND, &id).await?;
                let wanted = input(json!({ "id": id, "ticket": ticket.input(client).await? }));
                let outcome = client.meant(intent).act(&APPLY, wanted).await?;
                Failure::refused(outcome.user_errors)?;
                finish(client, output, outcome.payload).await
            }
        }
    }
}

/// `mediary undo`.
pub(crate) async fn run_undo(
    Undo { id, ticket, intent }: Undo,
    client: &Client,
    output: &mut Output,
) -> Result<(), Failure> {
    let id = if id.starts_with("undo-") { id } else { named::id(client, KIND, &id).await? };
    let wanted = input(json!({ "id": id, "ticket": ticket.input(client).await? }));
    let outcome = client.meant(intent).act(&UNDO, wanted).await?;
    Failure::refused(outcome.user_errors)?;
    finish(client, output, outcome.payload).await
}

/// Makes a plan and shows it; carries it out once whoever asks is certain, as a job with this ticket.
pub(crate) async fn carry_out(
    client: &Client,
    output: &mut Output,
    (certainty, ticket): (Certainty, Ticket),
    goal: Value,
) -> Result<(), Failure> {
    let Certainty { intent, yes } = certainty;
    let (applied, ticket) = (yes || intent.dry_run, ticket.input(client).await?);
    let of_making = if applied { ticket.clone() } else { Value::Null };
    let wanted = input(json!({ "goal": goal, "apply": applied, "ticket": of_making }));
    let outcome = client.meant(intent).act(&MAKE, wanted).await?;
    Failure::refused(outcome.user_errors)?;
    if yes {
        return finish(client, output, outcome.payload).await;
    }
    let plan = outcome.payload.plan.ok_or_else(|| job::not_found("of the plan"))?;
    let shown = whole(client, &plan.id).await?;
    if output.is_watched() && io::stdin().is_terminal() {
        output.note(&text(&shown));
        output.note("Do it? [y/N]");
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer)?;
        if matches!(answer.trim().to_lowercase().as_str(), "y" | "yes") {
            let outcome = client.act(&APPLY, input(json!({ "id": plan.id, "ticket": ticket }))).await?;
            Failure::refused(outcome.user_errors)?;
            return finish(client, output, outcome.payload).await;
        }
    } else {
        output.show(&shown, text)?;
    }
    Err(Failure::Unapplied {
        advice: format!(
            "`mediary plan apply {}` does it, with the flags of jobs that are to hold; `--yes` does it at once",
            plan.id
        ),
    })
}

/// Waits until a plan is carried out or taken back, and says what came of it.
async fn finish(client: &Client, output: &mut Output, made: PlanMade) -> Result<(), Failure> {
    let PlanMade { plan, job, position } = made;
    let (Some(plan), Some(job)) = (plan, job) else { return Err(job::not_found("of the plan")) };
    let plan = carried_out(client, output, (&plan.id, &job.id), position).await?;
    let done = Done {
        plan_id: plan.id.clone(),
        undo_id: plan.undo_id.clone(),
        state: plan.state.clone(),
        file_count: plan.file_count,
        size_bytes: plan.size_bytes,
        left_count: plan.left_count,
    };
    output.show(&done, |_| done_text(&plan))?;
    whole_or_left(&plan)
}

/// A plan whose job has ended well, once it has.
pub(crate) async fn carried_out(
    client: &Client,
    output: &mut Output,
    (plan_id, job_id): (&str, &str),
    position: Option<u64>,
) -> Result<Plan, Failure> {
    wait::verdict(&wait::for_job(client, output, job_id, position).await?)?;
    find(client, plan_id).await
}

/// Fails if some files of a plan were not touched.
pub(crate) fn whole_or_left(plan: &Plan) -> Result<(), Failure> {
    if plan.left_count == 0 {
        return Ok(());
    }
    Err(Failure::Unsound {
        code: "PLAN_LEFT".to_owned(),
        message: format!("{} could not be moved", plural(plan.left_count, "file", "files")),
        advice: format!("`mediary plan show {}` says which, and why", plan.id),
    })
}

async fn find(client: &Client, id: &str) -> Result<Plan, Failure> {
    let plan: Option<Plan> = client.ask(&SHOW, json!({ "id": id })).await?;
    plan.ok_or_else(|| not_found(id))
}

fn not_found(id: &str) -> Failure {
    Failure::NotFound { id: id.to_owned(), advice: KIND.advice }
}

/// Files of a page.
const FILES_PAGE: u32 = 100;

async fn whole(client: &Client, id: &str) -> Result<Whole, Failure> {
    let plan = find(client, id).await?;
    let mut variables = json!({ "id": id, "first": FILES_PAGE });
    let mut nodes = Vec::new();
    loop {
        let part = client.ask(&FILES, &variables).await?;
        let page = part.ok_or_else(|| not_found(id))?.files;
        let next = page.next();
        nodes.extend(page.into_nodes());
        match next {
            Some(cursor) => variables["after"] = cursor.into(),
            None => break,
        }
    }
    let trash = client.ask(&settings::SHOW, json!({})).await?;
    Ok(Whole { plan, files: nodes, trash })
}

fn done_text(plan: &Plan) -> String {
    let count = plan.file_count.saturating_sub(plan.left_count);
    let moved = plural(count, "file", "files");
    match (plan.goal.as_str(), plan.state.as_str(), &plan.undo_id) {
        (_, "UNDONE", _) => {
            let back = plural(count, "file is in its place again", "files are in their places again");
            format!("taken back: {back}")
        }
        ("RENAME_FILES", _, Some(undo)) => {
            let renamed = plural(count, "file has its name", "files have their names");
            format!("{renamed}; `mediary undo {undo}` takes it back")
        }
        ("REPLACE_FILES", _, Some(undo)) => {
            let replaced = plural(count, "file is replaced", "files are replaced");
            format!(
                "{replaced}, {} in the trash; `mediary undo {undo}` takes it back",
                bytes(plan.size_bytes)
            )
        }
        ("RESTORE_FILES", ..) => plural(count, "file is back in its place", "files are back in their places"),
        (_, _, Some(undo)) => {
            format!("{moved} in the trash, {}; `mediary undo {undo}` takes it back", bytes(plan.size_bytes))
        }
        _ => format!("{moved} moved"),
    }
}

fn goal(plan: &Plan) -> String {
    match (plan.goal.as_str(), &plan.playlist_id) {
        ("UNFOLLOW", Some(playlist)) => format!("follow {playlist} no longer"),
        ("RENAME_FILES", Some(playlist)) => format!("rename files of {playlist}"),
        (goal, _) => word(goal),
    }
}

/// What it does to the trash, before it is done; nothing if files get other names.
fn in_trash(plan: &Plan, trash: &Trash) -> Option<String> {
    let way = match plan.goal.as_str() {
        "RENAME_FILES" => return None,
        "RESTORE_FILES" => "fewer",
        _ => "more",
    };
    let days = u64::try_from(trash.keep_days).unwrap_or_default();
    let kept = plural(days, "day", "days");
    Some(format!(
        "{} {way}, {} now; what goes in stays for {kept}",
        bytes(plan.size_bytes),
        settings::fullness(trash)
    ))
}

fn table(plans: &[Plan]) -> String {
    let mut table = Table::new(&["id", "state", "files", "size", "made", "what"]);
    for plan in plans {
        table.row([
            plan.id.clone(),
            word(&plan.state),
            plan.file_count.to_string(),
            bytes(plan.size_bytes),
            moment(&plan.made_at),
            goal(plan),
        ]);
    }
    table.text("there are no plans; `mediary file delete FILE` makes one")
}

fn text(whole: &Whole) -> String {
    let Whole { plan, files, trash } = whole;
    let mut table = Table::new(&["file", "what", "size", "path"]);
    for file in files {
        let what = match file.touch.as_str() {
            "PLANNED" => match plan.goal.as_str() {
                "RESTORE_FILES" => "out of the trash".to_owned(),
                "RENAME_FILES" => format!("to {}", optional(file.new_path.as_deref().map(clean).as_deref())),
                "REPLACE_FILES" => {
                    format!("replaced by {}", optional(file.new_path.as_deref().map(clean).as_deref()))
                }
                _ => "into the trash".to_owned(),
            },
            _ => format!("stays: {}", optional(file.reason.as_deref())),
        };
        let path = file.path.as_deref().map(clean);
        table.row([
            file.file_id.clone(),
            what,
            file.size_bytes.map_or_else(|| "-".to_owned(), bytes),
            optional(path.as_deref()),
        ]);
    }
    let head = fields(&[
        ("id", Some(plan.id.clone())),
        ("what", Some(goal(plan))),
        ("state", Some(word(&plan.state))),
        ("files", Some(format!("{}, {}", plan.file_count, bytes(plan.size_bytes)))),
        ("trash", in_trash(plan, trash)),
        ("stay", Some(plan.spared_count.to_string()).filter(|_| plan.spared_count > 0)),
        (
            "downloads",
            Some(plan.ended_job_count).filter(|count| *count > 0).map(|count| format!("{count} end")),
        ),
        ("not moved", Some(plan.left_count.to_string()).filter(|_| plan.left_count > 0)),
        ("failed", plan.failure.as_ref().map(|failure| clean(&failure.message))),
        ("job", plan.job_id.clone()),
        ("undo", plan.undo_id.clone()),
        ("made", Some(moment(&plan.made_at))),
    ]);
    format!("{head}\n\n{}", table.text("it touches no file"))
}
