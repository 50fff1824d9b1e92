//! What is said in a file, and of it, as WebVTT.

use std::{fs::File, io::Read as _, path::Path};

use axum::{
    body::Body,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use mediary_schema::file::OpenedFile;

use super::{
    KeptFiles,
    answer::{Sent, Turn, Version},
    door::{Asked, name, told, unread},
    kind::{disposition, is_text_track},
    webvtt,
};
use crate::server::{graphql::Refused, spawn_blocking};

/// Subtitles are read whole; those of a long film have 200 KiB.
const SUBTITLES_BYTES_MAX: u64 = 8 << 20;

/// Subtitles, whatever they are kept as.
pub(super) async fn subtitles(
    file: File,
    known: &OpenedFile,
    asked: &Asked,
    headers: &HeaderMap,
) -> Result<Response, Refused> {
    if !is_text_track(&known.path) || known.size_bytes > SUBTITLES_BYTES_MAX {
        let message =
            "these subtitles are in a form that browsers don't read; players read the file beside the film";
        return Err(told(StatusCode::NOT_FOUND, &message, "FILE_NO_SIDECAR").into());
    }
    let is_srt = Path::new(&known.path).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("srt"));
    let text = spawn_blocking(move || {
        let mut bytes = Vec::new();
        file.take(SUBTITLES_BYTES_MAX).read_to_end(&mut bytes)?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Ok(if is_srt { webvtt::of_srt(&text) } else { webvtt::of_vtt(text) })
    });
    let text = text.await.unwrap_or_else(|error| Err(std::io::Error::other(error)));
    let text = text.map_err(|error| unread(&error))?;
    Ok(vtt(text, "-vtt", known, asked, headers))
}

/// The chapters of a file, by the file itself; one without any has an empty list.
pub(super) async fn chapters(
    kept: &dyn KeptFiles,
    file: File,
    known: &OpenedFile,
    asked: &Asked,
    headers: &HeaderMap,
) -> Result<Response, Refused> {
    let chapters = kept.chapters(file, known.clone()).await.map_err(|failure| {
        tracing::error!(error = %failure.message, path = known.path, "the chapters of a kept file can't be read");
        let message = "its chapters can't be read, and all else of the file can; the server's log says why";
        told(StatusCode::SERVICE_UNAVAILABLE, &message, "FILE_UNREADABLE")
    })?;
    Ok(vtt(webvtt::of_chapters(&chapters), "-chapters", known, asked, headers))
}

/// A text that was made of a file; its `form` is told apart from others that were.
fn vtt(text: String, form: &str, known: &OpenedFile, asked: &Asked, headers: &HeaderMap) -> Response {
    let text = text.into_bytes();
    let (stem, _) = name(&known.path).rsplit_once('.').unwrap_or_else(|| (name(&known.path), ""));
    let sent = Sent {
        media_type: "text/vtt; charset=utf-8",
        disposition: disposition(asked.download.is_none(), &format!("{stem}.vtt")),
        is_for_all: asked.link.is_some(),
        version: Version::of(known, form),
        size_bytes: text.len() as u64,
    };
    match sent.turn(headers) {
        Turn::Head(head) => *head,
        Turn::Bytes { from, length, mut head } => {
            let (from, length) = (from as usize, length as usize);
            *head.body_mut() = Body::from(text[from..from + length].to_vec());
            *head
        }
    }
}
