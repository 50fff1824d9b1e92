//! How long a source asks to be left alone.
//!
//! yt-dlp shows no header of an answer, so a source that refuses yt-dlp is asked once more, by us and without a
//! body, before anything else is begun there.

use mediary_schema::{FailureClass, job::Failure};

use super::engine::YtDlp;
use crate::{net, process::Assignment};

/// Finds out how long a source that refused yt-dlp asks to be left alone.
pub(super) async fn learn(engine: &YtDlp, url: &str, assignment: &Assignment, failure: Failure) -> Failure {
    if failure.class != FailureClass::RateLimit || failure.retry_after_ms.is_some() {
        return failure;
    }
    let asked = match engine.prober(assignment).head(url).await {
        Ok(answer) => net::failure_of(answer.status, &answer.headers),
        // Asked before: the pause is known.
        Err(failure) => Some(failure),
    };
    Failure { retry_after_ms: asked.and_then(|asked| asked.retry_after_ms), ..failure }
}
