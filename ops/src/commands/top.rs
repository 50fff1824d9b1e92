//! `mediary top`: what is at work and what waits, as it happens, with keys to act.
//!
//! Guarantees: what is shown is what the server tells, by subscriptions; a break is shown and mended. Each key sends the command of the
//! verb of that name and no other; what ends a job for good is asked first. The terminal is as it was at the end, whatever ends it.
//!
//! Does not: keep anything, or go on with something when it is left.

mod board;
mod feed;
mod render;

use std::io::{self, IsTerminal as _};

use clap::Args;
use crossterm::event::{Event, EventStream, KeyEventKind};
use futures::{FutureExt as _, StreamExt as _, future::LocalBoxFuture};
use ratatui::DefaultTerminal;
use serde_json::json;

use self::{
    board::{Action, Board, Changes, Further, Pane, Seen},
    feed::{Feed, News},
};
use super::{failure::Failure, job, playlist::input};
use crate::{
    answers::{job::JobLog, top::head},
    client::{Client, Document},
    environment::Signals,
    output::{Output, Table, plural},
    serve::ServeError,
};

pub(crate) const HELP: &str = "\
Keys: j and k or the arrows select, p pauses and resumes, c cancels (and asks first), r retries, enter shows everything about a
job and why it waits, l what its programs wrote, ? all keys, q leaves.

Where stdout is no terminal, and with `--once`, it prints what there is now and ends.";

/// How to show it.
#[derive(Debug, Args)]
pub(crate) struct Top {
    /// Print it once, and end.
    #[arg(long)]
    once: bool,
}

pub(crate) const CHANGES: Document<Changes> = Document::repeatable(include_str!("top/changes.graphql"));
pub(crate) const PROGRESS: Document<Further> = Document::repeatable(include_str!("top/progress.graphql"));
pub(crate) const HEAD: Document<head::Answer> = Document::repeatable(include_str!("top/head.graphql"));

/// Shows it until somebody leaves, or once.
pub(crate) async fn run(top: Top, client: &Client, output: &mut Output) -> Result<(), Failure> {
    let is_watched = io::stdout().is_terminal() && io::stdin().is_terminal() && !output.is_json();
    if top.once || !is_watched {
        let seen = feed::look(client).await?;
        return Ok(output.show(&seen, table)?);
    }
    // Before the terminal is taken: whoever is ended by a signal gives nothing back.
    let mut signals = Signals::listen().map_err(ServeError::Signals)?;
    let mut terminal = ratatui::try_init()?;
    let left = watch(client, &mut terminal, &mut signals).await;
    ratatui::try_restore()?;
    left
}

async fn watch(
    client: &Client,
    terminal: &mut DefaultTerminal,
    signals: &mut Signals,
) -> Result<(), Failure> {
    let mut board = Board::new(client.server().to_string());
    let mut feed = Feed::new(client);
    let mut keys = EventStream::new();
    let mut doing: Option<LocalBoxFuture<'_, Done>> = None;
    loop {
        terminal.draw(|frame| render::render(frame, &board))?;
        tokio::select! {
            event = keys.next() => {
                let Some(event) = event else { return Ok(()) };
                let Event::Key(key) = event? else { continue };
                if key.kind == KeyEventKind::Release {
                    continue;
                }
                match board.key(key) {
                    Some(Action::Quit) => return Ok(()),
                    // One at a time: the next key is for what this one came to.
                    Some(action) if doing.is_none() => doing = Some(act(client, action).boxed_local()),
                    Some(_) => board.say("the key before is not done yet"),
                    None => {}
                }
            }
            news = feed.next() => take(&mut board, news),
            () = signals.next() => return Ok(()),
            done = async { doing.as_mut().expect("it is looked at first").await }, if doing.is_some() => {
                doing = None;
                match done {
                    Done::Said(note) => board.note = note,
                    Done::Read { job_id, text } => board.pane = Pane::Log { job_id, text },
                }
            }
        }
    }
}

fn take(board: &mut Board, news: News) {
    match news {
        News::Begun(seen) => board.begin(seen),
        News::Changed { position, jobs } => board.change(position, jobs),
        News::Progress(told) => board.progress(told),
        News::Surroundings { lanes, halts, log_bytes } => board.surroundings(lanes, halts, log_bytes),
        News::Lost(why) => board.lost = Some(why),
    }
}

/// What came of a key.
#[derive(Debug)]
enum Done {
    Said(String),
    Read { job_id: String, text: String },
}

/// Sends the command of a key.
async fn act(client: &Client, action: Action) -> Done {
    let (document, verb, id) = match action {
        Action::Pause(id) => (&job::PAUSE, "pause", id),
        Action::Resume(id) => (&job::RESUME, "resume", id),
        Action::Cancel(id) => (&job::CANCEL, "cancel", id),
        Action::Retry(id) => (&job::RETRY, "retry", id),
        Action::Read(id) => return read(client, id).await,
        Action::Quit => return Done::Said(String::new()),
    };
    let sent = client.act(document, input(json!({ "ids": [id] }))).await;
    let refused = sent.map_err(Failure::from).and_then(|outcome| Failure::refused(outcome.user_errors));
    Done::Said(match refused {
        Ok(()) => format!("{verb} {id}"),
        Err(failure) => format!("{verb} {id}: {failure}"),
    })
}

/// Pieces of a log that are read at most: what is shown is its end.
const PIECES_MAX: usize = 64;

/// The end of what the programs of a job wrote.
async fn read(client: &Client, id: String) -> Done {
    let (mut text, mut cursor) = (String::new(), None::<String>);
    for _ in 0..PIECES_MAX {
        let answer = client.ask(&job::LOG, json!({ "id": id, "after": cursor })).await;
        let JobLog { pieces, end_cursor, has_more, .. } = match answer {
            Ok(Some(log)) => log,
            Ok(None) => return Done::Said(format!("there is no {id}")),
            Err(error) => return Done::Said(error.to_string()),
        };
        text.extend(pieces.iter().map(|piece| piece.text.as_str()));
        let is_new = end_cursor != cursor;
        cursor = end_cursor;
        if !(has_more && is_new) {
            break;
        }
    }
    if text.is_empty() {
        return Done::Said("nothing was written, or nothing of it is kept".to_owned());
    }
    Done::Read { job_id: id, text }
}

/// All of it in one table.
fn table(seen: &Seen) -> String {
    let mut lanes = Table::new(&["lane", "in use", "waiting", "held"]);
    for lane in &seen.lanes {
        let used = format!("{} of {}", lane.holders.len(), lane.budget);
        lanes.row([lane.name.clone(), used, lane.waiting_count.to_string(), board::held(lane)]);
    }
    let mut jobs = Table::new(&["state", "kind", "progress", "speed", "left", "lanes", "title", "id"]);
    for job in &seen.jobs {
        let cells = render::cells(job, &seen.lanes);
        jobs.row(cells.into_iter().chain([job.id.clone()]));
    }
    let head = format!("{} in the log", plural(seen.position, "event", "events"));
    format!(
        "{head}\n{}\n\n{}\n{}",
        seen.halts.join("\n"),
        lanes.text("nothing needs a lane, and none is held"),
        jobs.text("nothing is at work, and nothing waits")
    )
}

#[cfg(test)]
mod tests;
