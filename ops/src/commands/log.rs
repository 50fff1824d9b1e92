//! `mediary log`: everything that happened.

mod erase;
mod event;
mod excerpt;
mod export;
mod head;
mod kinds;
mod show;
mod shred;
mod tail;
mod verify;

use clap::Subcommand;
use serde_json::json;

#[cfg(test)]
pub(crate) use self::{
    erase::ERASE, excerpt::EXCERPT, kinds::KINDS, show::EVENTS, shred::SHRED, tail::RECORDED, verify::VERIFY,
};
pub(crate) use self::{
    event::Event,
    excerpt::Target,
    head::HEAD,
    verify::{Offline, Verification, chain, hex, holder, open_failure, text as proof, verdict, verify_live},
};
use super::{
    arguments::Everywhere,
    connection::{Environment, connect},
    failure::Failure,
};
use crate::{
    answers::log::history,
    client::{Client, Document},
    output::Output,
};

/// What can be done with the log.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Print events as they are recorded, a line each, until Ctrl-C; with `--format json` as NDJSON.
    #[command(after_help = "Example:\n  mediary log tail --types playlist,job.failed")]
    Tail(tail::Tail),
    /// Print what is recorded already.
    #[command(after_help = "\
Examples:
  mediary log show --stream playlist-01890a5d-ac96-774b-bcce-b302099a8057
  mediary log show --from 1 --limit 20 --format json")]
    Show(show::Show),
    /// List what can happen: each kind of event with what it means, as `--types` and rules of notices take it.
    #[command(after_help = "Example:\n  mediary log kinds playlist")]
    Kinds(kinds::Kinds),
    /// Prove the log whole, or name the first bad position; works without a server.
    #[command(after_help = "\
Examples:
  mediary log verify --data ./data
  mediary log verify --bundle export.ndjson --checkpoint 4711:HASH

Ends with 0 and prints positions and head hash, or with 1 and the first bad position.")]
    Verify(verify::Verify),
    /// Write the log, or a stretch of it, as a bundle that can be proved by itself, or as a page to read that proves itself.
    #[command(after_help = "\
Examples:
  mediary log export log.ndjson --from 1
  mediary log export night.html --html --from 4700 --to 4711
  mediary log export saved.ndjson --salvage --data ./data")]
    Export(export::Export),
    /// Erase what events say, for ever; shows what would be erased unless told `--yes`.
    #[command(
        after_help = "Example:\n  mediary log erase 17 18 --reason \"asked for by letter of 3 May\" --yes"
    )]
    Erase(erase::Erase),
    /// Destroy the keys by which what belongs to a person is sealed; shows what that means unless told `--yes`.
    #[command(
        after_help = "Example:\n  mediary log shred principal-01890a5d-ac96-774b-bcce-b302099a8057 --reason \"asked for by letter of 3 May\" --yes"
    )]
    Shred(shred::Shred),
}

/// Does what the verb says; what proves files does so without a server, too.
pub(crate) async fn run(
    verb: Verb,
    flags: &Everywhere,
    environment: &Environment,
    output: &mut Output,
) -> Result<(), Failure> {
    match verb {
        Verb::Tail(tail) => tail::run(tail, &connect(flags, environment)?, output).await,
        Verb::Show(show) => show::run(show, &connect(flags, environment)?, output).await,
        Verb::Kinds(kinds) => kinds::run(kinds, &connect(flags, environment)?, output).await,
        Verb::Verify(verify) => verify::run(&verify, flags, environment, output).await,
        Verb::Export(export) => export::run(&export, flags, environment, output).await,
        Verb::Erase(erase) => erase::run(erase, &connect(flags, environment)?, output).await,
        Verb::Shred(shred) => shred::run(shred, &connect(flags, environment)?, output).await,
    }
}

pub(crate) const HISTORY: Document<history::Answer> =
    Document::repeatable(include_str!("log/history.graphql"));

/// Events of a page: with sixteen fields each within the server's limit on what a request may cost.
const PAGE: u64 = 500;

/// What one concern recorded of a thing, oldest first.
pub(crate) async fn history(client: &Client, concern: &str, id: &str) -> Result<Vec<Event>, Failure> {
    let mut events: Vec<Event> = Vec::new();
    loop {
        let after = events.last().map_or(0, |event| event.position);
        let variables = json!({ "id": id, "types": [concern], "after": after, "first": PAGE });
        let page: Vec<Event> = client.ask(&HISTORY, variables).await?;
        // One that is short may have been large.
        if page.is_empty() {
            return Ok(events);
        }
        events.extend(page);
    }
}
