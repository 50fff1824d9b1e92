use std::ops::Range;

use async_graphql::{Context, ID, Result, SimpleObject};
use mediary_schema::{CheckId, RunId, Timestamp, check::KeptLog};

use super::object::CheckById;
use crate::{
    error::parse_id,
    loader::look_up,
    scalar::{DateTime, Long},
    schema::{Platform, platform},
};

/// Bytes of output in one answer.
const BYTES_MAX: usize = 256 << 10;
/// Looks in one answer.
const KEPT_MAX: usize = 1_000;

/// What the program of a look wrote: the beginning and the end of it, if it is long.
#[derive(Debug, SimpleObject)]
pub(crate) struct CheckLog {
    /// The look.
    run_id: ID,
    /// Bytes before this that are no longer kept.
    left_out: Long,
    /// Whole lines.
    text: String,
    /// Behind so many bytes the next answer begins.
    end: Long,
    /// Whether more may come: the look is not over.
    open: bool,
}

impl CheckLog {
    /// Of a look, or of the last one of a check, behind so many bytes.
    pub(super) async fn find(context: &Context<'_>, id: &ID, after: u64) -> Result<Option<Self>> {
        let checks = platform(context).checks.clone();
        let (check_id, run_id) = match parse_id::<RunId>(id) {
            Ok(run_id) => (of_run(context, run_id).await, Some(run_id)),
            Err(_) => (Some(parse_id::<CheckId>(id)?), None),
        };
        let Some(check_id) = check_id else { return Ok(None) };
        // Whose it is, is asked of the check: what another project looks at is not there.
        if look_up::<CheckById>(context, check_id).await?.is_none() {
            return Ok(None);
        }
        let standing = checks.standings(&[check_id]).remove(&check_id).unwrap_or_default();
        let Some(run_id) = run_id.or(standing.run_id) else { return Ok(None) };
        let output = platform(context).outputs.read_look((check_id, run_id), after, BYTES_MAX).await;
        Ok(output.map(|output| Self {
            run_id: ID(run_id.to_string()),
            left_out: Long(output.left_out),
            text: output.text,
            end: Long(output.next),
            open: standing.is_running && standing.run_id == Some(run_id),
        }))
    }
}

/// The check whose look this is: one that is made now or was made last, or of which something is kept.
async fn of_run(context: &Context<'_>, run_id: RunId) -> Option<CheckId> {
    let Platform { checks, outputs, .. } = platform(context);
    match checks.of_run(run_id) {
        Some(check_id) => Some(check_id),
        None => outputs.check_of(run_id).await,
    }
}

/// A look whose program's words are kept: `checkLog` shows them.
#[derive(Debug, SimpleObject)]
pub(crate) struct CheckKeptLog {
    /// The look.
    run_id: ID,
    /// When its program wrote last.
    written_at: DateTime,
}

impl CheckKeptLog {
    /// Of the looks of a check that ended in a time, the newest first.
    pub(super) async fn find(
        context: &Context<'_>,
        check_id: CheckId,
        time: Range<Timestamp>,
    ) -> Result<Vec<Self>> {
        if look_up::<CheckById>(context, check_id).await?.is_none() {
            return Ok(vec![]);
        }
        let looks = platform(context).outputs.looks(check_id).await;
        let newest = looks.into_iter().rev().filter(|look| time.contains(&look.written_at));
        let shown = newest.take(KEPT_MAX).map(|KeptLog { run_id, written_at }| Self {
            run_id: ID(run_id.to_string()),
            written_at: DateTime(written_at),
        });
        Ok(shown.collect())
    }
}
