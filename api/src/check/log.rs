use async_graphql::{Context, ID, Result, SimpleObject};
use mediary_projections::{Snapshot, Views, check as view};
use mediary_schema::{CheckId, RunId};

use super::object::CheckById;
use crate::{
    connection::Of,
    error::parse_id,
    loader::look_up,
    scalar::Long,
    schema::{platform, read},
};

const VIEW: Of = Views::of::<view::CheckView>;
/// Bytes of output in one answer.
const BYTES_MAX: usize = 256 << 10;

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
            Ok(run_id) => (of_run(context, run_id).await?, Some(run_id)),
            Err(_) => (Some(parse_id::<CheckId>(id)?), None),
        };
        let Some(check_id) = check_id else { return Ok(None) };
        // Whose it is, is asked of the check: what another project looks at is not there.
        if look_up::<CheckById>(context, check_id).await?.is_none() {
            return Ok(None);
        }
        let standing = checks.standings(&[check_id]).remove(&check_id).unwrap_or_default();
        let Some(run_id) = run_id.or(standing.run_id) else { return Ok(None) };
        let output = platform(context).outputs.read_run(run_id, after, BYTES_MAX).await;
        Ok(output.map(|output| Self {
            run_id: ID(run_id.to_string()),
            left_out: Long(output.left_out),
            text: output.text,
            end: Long(output.next),
            open: standing.is_running && standing.run_id == Some(run_id),
        }))
    }
}

/// The check whose look this is: one that is made now, was made last, or by which it turned.
async fn of_run(context: &Context<'_>, run_id: RunId) -> Result<Option<CheckId>> {
    if let Some(check_id) = platform(context).checks.of_run(run_id) {
        return Ok(Some(check_id));
    }
    read(context, VIEW, None, move |rows: &Snapshot<'_>| view::check_of_run(rows, run_id)).await
}
