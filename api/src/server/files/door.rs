//! Who gets which bytes.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, Query, Request, State},
    http::{HeaderValue, StatusCode, Uri, header, request::Parts},
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
    kind::{disposition, is_picture, is_shown, media_type},
    link::{Link, Refused as LinkRefused},
    said::{chapters, subtitles},
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
/// Pictures, subtitles and chapters at once: a list asks for dozens of them, and each waits for its turn.
const BESIDE_MAX: usize = 16;

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

/// What is fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Wish {
    /// Bytes, or what is made of them.
    Part(FilePart),
    /// What the file itself says of its chapters.
    Chapters,
}

/// What may stand behind the path.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    /// A signed link, without which a token or a session is needed.
    pub(super) link: Option<String>,
    /// Whether the bytes are to be saved, not shown; its value says nothing.
    pub(super) download: Option<String>,
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
            files.answer(&id, Wish::Part(FilePart::Media), request).await
        };
        let thumbnail = |State(files): State<Self>, Path(id): Path<String>, request: Request| async move {
            files.answer(&id, Wish::Part(FilePart::Thumbnail), request).await
        };
        let chapters = |State(files): State<Self>, Path(id): Path<String>, request: Request| async move {
            files.answer(&id, Wish::Chapters, request).await
        };
        let subtitles = |State(files): State<Self>, Path(path): Path<(String, String)>, request: Request| async move {
            let (id, language) = path;
            files.answer(&id, Wish::Part(FilePart::Subtitles(language)), request).await
        };
        Router::new()
            .route("/v1/files/{id}", get(media))
            .route("/v1/files/{id}/chapters", get(chapters))
            .route("/v1/files/{id}/thumbnail", get(thumbnail))
            .route("/v1/files/{id}/subtitles/{language}", get(subtitles))
            .with_state(self)
    }

    async fn answer(self, id: &str, wish: Wish, request: Request) -> Response {
        self.hand_out(id, wish, request).await.unwrap_or_else(|refused| *refused)
    }

    async fn hand_out(self, id: &str, wish: Wish, request: Request) -> Result<Response, Refused> {
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
        let place = self.place(visitor.session.token_id, &wish).await?;
        let opened = self.kept.open(visitor.session.project, file_id, wish.part()).await;
        let (file, known) = opened.map_err(|error| unopened(&error, file_id))?;
        let response = match &wish {
            Wish::Part(part @ (FilePart::Media | FilePart::Thumbnail)) => {
                let turn = sent(&known, &asked, part).turn(&request.headers);
                self.stream(turn, file, &visitor, place).await
            }
            Wish::Part(FilePart::Subtitles(_)) => subtitles(file, &known, &asked, &request.headers).await,
            Wish::Chapters => chapters(&*self.kept, file, &known, &asked, &request.headers).await,
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

    async fn place(&self, of: TokenId, wish: &Wish) -> Result<Place, Refused> {
        if *wish != Wish::Part(FilePart::Media) {
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

impl Wish {
    /// What of the file is opened for it.
    fn part(&self) -> FilePart {
        match self {
            Self::Part(part) => part.clone(),
            Self::Chapters => FilePart::Media,
        }
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

pub(super) fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

pub(super) fn told(status: StatusCode, message: &dyn std::fmt::Display, code: &'static str) -> Response {
    refuse(status, &fault(message.to_string(), code, status == StatusCode::SERVICE_UNAVAILABLE))
}

pub(super) fn unread(error: &std::io::Error) -> Response {
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
