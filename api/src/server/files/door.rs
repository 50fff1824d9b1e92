//! Who gets which bytes.

use std::{path::Path as FilePath, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::{Path, Query, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header, request::Parts},
    response::Response,
    routing::get,
};
use mediary_log::{gate::Gate, token::Denied, vault::Vault};
use mediary_schema::{
    FileId, Timestamp, TokenId,
    account::Permission,
    capability::Capability,
    file::{FilePart, OpenedFile, Unopened},
};
use serde::Deserialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{
    KeptFiles,
    answer::{Sent, Turn, Version},
    body::body,
    kind::{disposition, is_picture, is_shown, is_text_track, media_type},
    link::{Link, Refused as LinkRefused},
    webvtt,
};
use crate::{
    error::chain,
    server::{
        fault::fault,
        graphql::{Refused, authenticate, forbidden, refuse},
        peer::peer,
        shares::{Share, Shares},
        spawn_blocking,
    },
    session::{Authenticator, Session},
};

/// Streams at once: each holds an open file and a piece of it.
const STREAMS_MAX: usize = 128;
/// Those of one token, user or session: a page has a few, and others find places.
const STREAMS_EACH_MAX: usize = 24;
/// Pictures and subtitles at once: a list asks for dozens of them, and each waits for its turn.
const BESIDE_MAX: usize = 16;
/// Subtitles are read whole; those of a long film have 200 KiB.
const SUBTITLES_BYTES_MAX: u64 = 8 << 20;

/// The door by which kept files go out.
#[derive(Clone)]
pub(in crate::server) struct Files {
    gate: Gate,
    vault: Vault,
    authenticator: Authenticator,
    kept: Arc<dyn KeptFiles>,
    /// For what lies beside files.
    beside: Arc<Semaphore>,
    all: Arc<Semaphore>,
    each: Arc<Shares<TokenId>>,
}

/// What may stand behind the path.
#[derive(Debug, Deserialize)]
struct Asked {
    /// A signed link, without which a token or a session is needed.
    link: Option<String>,
    /// Whether the bytes are to be saved, not shown; its value says nothing.
    download: Option<String>,
}

/// Whoever fetches something.
struct Visitor {
    session: Session,
    /// When the link ends by which he came.
    link_ends_at: Option<Timestamp>,
}

/// The place of a stream, given back when it ends.
struct Place {
    _all: OwnedSemaphorePermit,
    /// None of what lies beside a file, which waits for its turn.
    _each: Option<Share<TokenId>>,
}

impl Files {
    pub(in crate::server) fn new(
        gate: Gate,
        vault: Vault,
        authenticator: Authenticator,
        kept: Arc<dyn KeptFiles>,
    ) -> Self {
        let (all, each) = (Arc::new(Semaphore::new(STREAMS_MAX)), Arc::new(Shares::new(STREAMS_EACH_MAX)));
        let beside = Arc::new(Semaphore::new(BESIDE_MAX));
        Self { gate, vault, authenticator, kept, beside, all, each }
    }

    /// Its routes, `HEAD` among them.
    pub(in crate::server) fn routes<S: Clone + Send + Sync + 'static>(self) -> Router<S> {
        let media = |State(files): State<Self>, Path(id): Path<String>, request: Request| async move {
            files.answer(&id, FilePart::Media, request).await
        };
        let thumbnail = |State(files): State<Self>, Path(id): Path<String>, request: Request| async move {
            files.answer(&id, FilePart::Thumbnail, request).await
        };
        let subtitles = |State(files): State<Self>, Path(path): Path<(String, String)>, request: Request| async move {
            let (id, language) = path;
            files.answer(&id, FilePart::Subtitles(language), request).await
        };
        Router::new()
            .route("/v1/files/{id}", get(media))
            .route("/v1/files/{id}/thumbnail", get(thumbnail))
            .route("/v1/files/{id}/subtitles/{language}", get(subtitles))
            .with_state(self)
    }

    async fn answer(self, id: &str, part: FilePart, request: Request) -> Response {
        self.hand_out(id, part, request).await.unwrap_or_else(|refused| *refused)
    }

    async fn hand_out(self, id: &str, part: FilePart, request: Request) -> Result<Response, Refused> {
        let asked = read(request.uri())?;
        let shown = match asked.link {
            Some(_) => None,
            None => Some(authenticate(&self.authenticator, &request)?),
        };
        let (request, _) = request.into_parts();
        let file_id = id.parse::<FileId>();
        let file_id = file_id.map_err(|error| told(StatusCode::BAD_REQUEST, &error, "BAD_ID"))?;
        let visitor = match (shown, &asked.link) {
            (Some(session), _) => Visitor { session, link_ends_at: None },
            (None, link) => self.by_link(file_id, link.as_deref().unwrap_or_default(), &request).await?,
        };
        if !visitor.session.scope().allows(Permission::READ) {
            return Err(Box::new(forbidden(Permission::READ)));
        }
        if let Err(refusal) = self.gate.offers(Capability::LocalFiles) {
            return Err(told(StatusCode::FORBIDDEN, &refusal, "NOT_OFFERED").into());
        }
        let place = self.place(visitor.session.token_id, &part).await?;
        let opened = self.kept.open(visitor.session.project, file_id, part.clone()).await;
        let (file, known) = opened.map_err(|error| unopened(&error, file_id))?;
        let response = match part {
            FilePart::Media | FilePart::Thumbnail => {
                let sent = sent(&known, &asked, &part);
                let turn = sent.turn(&request.headers);
                self.stream(turn, file, &visitor, place).await
            }
            FilePart::Subtitles(_) => subtitles(file, known, &asked, &request.headers).await,
        }?;
        // Who fetched what is told; the link, which would be enough to fetch it again, is not.
        tracing::info!(
            %file_id,
            path = request.uri.path(),
            principal = %visitor.session.speaks_as,
            by_link = asked.link.is_some(),
            address = %peer(&request.extensions),
            status = response.status().as_u16(),
            "file.fetched"
        );
        Ok(response)
    }

    /// Whoever shows a link to a file, as the one who gave it away.
    async fn by_link(&self, file_id: FileId, shown: &str, request: &Parts) -> Result<Visitor, Refused> {
        let (vault, shown, now) = (self.vault.clone(), shown.to_owned(), self.gate.clock().now());
        let read = spawn_blocking(move || Link::read(&vault, file_id, &shown, now)).await;
        let link = match read {
            Ok(Ok(link)) => link,
            Ok(Err(error)) => {
                tracing::error!(error = %chain(&error), "links can't be checked");
                let message = "links can't be checked now; the server's log says why";
                return Err(told(StatusCode::SERVICE_UNAVAILABLE, &message, "LINKS_UNREADABLE").into());
            }
            Err(_) => {
                return Err(
                    told(StatusCode::SERVICE_UNAVAILABLE, &"the server is stopping", "STOPPING").into()
                );
            }
        };
        let found = link.and_then(|link| match self.authenticator.authenticate_lent(link.lender) {
            Ok(session) => Ok(Visitor { session, link_ends_at: Some(link.ends_at()) }),
            Err(Denied::Refused) => Err(LinkRefused::Ended),
            Err(Denied::Unreadable) => Err(LinkRefused::Unknown),
        });
        let refused = found.map_err(|why| {
            tracing::info!(%file_id, ?why, address = %peer(&request.extensions), "file.link_refused");
            let (status, code) = match why {
                LinkRefused::Ended => (StatusCode::GONE, "LINK_ENDED"),
                LinkRefused::Altered => (StatusCode::FORBIDDEN, "LINK_REFUSED"),
                LinkRefused::Unknown => (StatusCode::SERVICE_UNAVAILABLE, "ACCOUNTS_UNREADABLE"),
            };
            told(status, &why, code)
        });
        Ok(refused?)
    }

    async fn place(&self, of: TokenId, part: &FilePart) -> Result<Place, Refused> {
        if *part != FilePart::Media {
            let turn = Arc::clone(&self.beside).acquire_owned().await;
            return Ok(Place { _all: turn.expect("nobody closes it"), _each: None });
        }
        let taken = self.each.take(of).zip(Arc::clone(&self.all).try_acquire_owned().ok());
        let (each, all) = taken.ok_or_else(|| {
            let message =
                format!("{STREAMS_EACH_MAX} files are being fetched by you, or {STREAMS_MAX} in all");
            let error = fault(message, "OVERLOADED", true);
            Box::new(refuse(StatusCode::SERVICE_UNAVAILABLE, &error))
        })?;
        Ok(Place { _all: all, _each: Some(each) })
    }

    async fn stream(
        self,
        turn: Turn,
        file: std::fs::File,
        visitor: &Visitor,
        place: Place,
    ) -> Result<Response, Refused> {
        let (from, length, mut head) = match turn {
            Turn::Head(head) => return Ok(*head),
            Turn::Bytes { from, length, head } => (from, length, head),
        };
        let (authenticator, session, until) = (self.authenticator, visitor.session, visitor.link_ends_at);
        let ended = async move {
            match until {
                Some(moment) => authenticator.ended_by(session, moment).await,
                None => authenticator.ended(session).await,
            }
        };
        *head.body_mut() = body(file, from, length, ended, place).await.map_err(|error| unread(&error))?;
        Ok(*head)
    }
}

fn read(uri: &Uri) -> Result<Asked, Refused> {
    let asked = Query::<Asked>::try_from_uri(uri);
    let Query(asked) = asked.map_err(|error| told(StatusCode::BAD_REQUEST, &error, "BAD_ARGUMENT"))?;
    Ok(asked)
}

fn sent(known: &OpenedFile, asked: &Asked, part: &FilePart) -> Sent {
    let media_type = media_type(&known.path);
    // A picture is one, or nothing that a browser shows.
    let is_right = *part != FilePart::Thumbnail || is_picture(&known.path);
    let is_inline = is_shown(media_type) && is_right && asked.download.is_none();
    Sent {
        media_type,
        disposition: disposition(is_inline, name(&known.path)),
        is_for_all: asked.link.is_some(),
        version: Version::of(known, ""),
        size_bytes: known.size_bytes,
    }
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Subtitles as WebVTT, whatever they are kept as.
async fn subtitles(
    file: std::fs::File,
    known: OpenedFile,
    asked: &Asked,
    headers: &HeaderMap,
) -> Result<Response, Refused> {
    if !is_text_track(&known.path) || known.size_bytes > SUBTITLES_BYTES_MAX {
        let message =
            "these subtitles are in a form that browsers don't read; players read the file beside the film";
        return Err(told(StatusCode::NOT_FOUND, &message, "FILE_NO_SIDECAR").into());
    }
    let is_srt =
        FilePath::new(&known.path).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("srt"));
    let text = spawn_blocking(move || {
        use std::io::Read as _;
        let mut bytes = Vec::new();
        file.take(SUBTITLES_BYTES_MAX).read_to_end(&mut bytes)?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Ok(if is_srt { webvtt::of_srt(&text) } else { webvtt::of_vtt(text) })
    });
    let text = text.await.unwrap_or_else(|error| Err(std::io::Error::other(error)));
    let text = text.map_err(|error| unread(&error))?.into_bytes();
    let (stem, _) = name(&known.path).rsplit_once('.').unwrap_or_else(|| (name(&known.path), ""));
    let sent = Sent {
        media_type: "text/vtt; charset=utf-8",
        disposition: disposition(asked.download.is_none(), &format!("{stem}.vtt")),
        is_for_all: asked.link.is_some(),
        version: Version::of(&known, "-vtt"),
        size_bytes: text.len() as u64,
    };
    Ok(match sent.turn(headers) {
        Turn::Head(head) => *head,
        Turn::Bytes { from, length, mut head } => {
            let (from, length) = (from as usize, length as usize);
            *head.body_mut() = Body::from(text[from..from + length].to_vec());
            *head
        }
    })
}

fn told(status: StatusCode, message: &dyn std::fmt::Display, code: &'static str) -> Response {
    refuse(status, &fault(message.to_string(), code, status == StatusCode::SERVICE_UNAVAILABLE))
}

fn unread(error: &std::io::Error) -> Response {
    tracing::error!(%error, "a kept file can't be read");
    told(
        StatusCode::SERVICE_UNAVAILABLE,
        &"the file can't be read; the server's log says why",
        "FILE_UNREADABLE",
    )
}

fn unopened(error: &Unopened, file_id: FileId) -> Response {
    let status = match error {
        Unopened::NotFound | Unopened::Lost | Unopened::NoSidecar => StatusCode::NOT_FOUND,
        Unopened::Trashed | Unopened::Purged | Unopened::Replaced { .. } => StatusCode::GONE,
        Unopened::Changed => StatusCode::CONFLICT,
        Unopened::Linked => StatusCode::FORBIDDEN,
        Unopened::RootAway => StatusCode::SERVICE_UNAVAILABLE,
        Unopened::Unreadable(_) => {
            tracing::error!(%file_id, error = %chain(error), "a kept file can't be opened");
            StatusCode::SERVICE_UNAVAILABLE
        }
    };
    let message = format!("{error}; {}", error.advice(file_id));
    let mut response = refuse(status, &fault(message, error.code(), error.is_retryable()));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
