//! Whether a source still offers the bytes that a partial file began with.
//!
//! yt-dlp resumes by size alone: another file under the same name is appended to the old one and the run
//! ends well. So what identifies the bytes is kept beside the partial files and compared before a resume.

use std::{collections::BTreeMap, fs, io, path::Path};

use http::{
    HeaderMap, HeaderName, HeaderValue, Method,
    header::{ACCEPT_ENCODING, RANGE},
};
use mediary_log::whole;
use mediary_schema::job::Failure;
use serde::{Deserialize, Serialize};

use super::plan::{Protocol, Stream, digest};
use crate::net::{self, Answer, Net, Request};

/// What identifies the bytes of a stream at its source.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Validators {
    format_id: String,
    /// Of the file, where it is one.
    pub(super) file: net::Validators,
    fragments: Option<String>,
}

impl Validators {
    /// Whether they say anything: a source that gives none can't be resumed.
    pub(super) fn identify(&self) -> bool {
        self.file.identify() || self.fragments.is_some()
    }

    /// Whether these bytes are those.
    pub(super) fn are_same(&self, earlier: &Self) -> bool {
        self.identify() && self == earlier
    }

    /// Whether these bytes are surely not those.
    pub(super) fn contradict(&self, earlier: &Self) -> bool {
        earlier.file.is_contradicted(&self.file)
    }
}

/// The validators of an attempt's streams, by file name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Saved(pub(super) BTreeMap<String, Validators>);

const FILE: &str = "validators.json";

impl Saved {
    /// Those of the earlier attempt; none if they can't be read, which means that nothing is resumed.
    pub(super) fn load(staging: &Path) -> Self {
        let bytes = fs::read(staging.join(FILE)).ok();
        bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }

    pub(super) fn save(&self, staging: &Path) -> io::Result<()> {
        whole::write(&staging.join(FILE), &serde_json::to_vec(self).map_err(io::Error::other)?)
    }

    pub(super) fn of(&self, stream: &Stream) -> Option<&Validators> {
        self.0.get(&stream.file_name)
    }
}

/// Asks sources for validators.
#[derive(Debug, Clone)]
pub(super) struct Prober {
    pub(super) net: Net,
}

/// A manifest is a text; what is longer is none.
const MANIFEST_BYTES_MAX: usize = 16 << 20;

impl Prober {
    /// Asks for what identifies a stream now.
    ///
    /// Fails if the source doesn't answer or refuses: then nothing is known and partial files are kept.
    pub(super) async fn ask(&self, stream: &Stream) -> Result<Validators, Failure> {
        let format_id = stream.format_id.clone();
        let found = match stream.protocol {
            Protocol::Http => Validators { file: self.ask_file(stream).await?, ..Validators::default() },
            Protocol::Hls => {
                Validators { fragments: self.manifest_digest(stream).await?, ..Validators::default() }
            }
            Protocol::Dash => Validators { fragments: stream.fragments.clone(), ..Validators::default() },
            Protocol::Other => Validators::default(),
        };
        Ok(Validators { format_id, ..found })
    }

    /// By HEAD, since a server may send megabytes before it notices that nobody wants the body; servers
    /// that know no HEAD are asked for one byte.
    async fn ask_file(&self, stream: &Stream) -> Result<net::Validators, Failure> {
        let head = self.send(Method::HEAD, stream, None).await?;
        if head.status.is_success() {
            return Ok(net::Validators::of(&head.headers));
        }
        // Nobody waits for a second permit while he has the first.
        drop(head);
        let answer = self.send(Method::GET, stream, Some("bytes=0-0")).await?;
        if answer.status.is_success() {
            return Ok(net::Validators::of(&answer.headers));
        }
        refusal(&answer).map(|()| net::Validators::default())
    }

    /// What an address says of itself.
    pub(super) async fn head(&self, url: &str) -> Result<Answer, Failure> {
        self.net.send(Request::head(url)).await.map_err(|error| error.failure())
    }

    async fn manifest_digest(&self, stream: &Stream) -> Result<Option<String>, Failure> {
        let answer = self.send(Method::GET, stream, None).await?;
        if !answer.status.is_success() {
            return refusal(&answer).map(|()| None);
        }
        match answer.body.whole(MANIFEST_BYTES_MAX).await {
            Ok(manifest) => Ok(Some(digest(&manifest))),
            Err(net::Error::TooLarge { .. }) => Ok(None),
            Err(error) => Err(error.failure()),
        }
    }

    async fn send(&self, method: Method, stream: &Stream, range: Option<&str>) -> Result<Answer, Failure> {
        let mut headers = HeaderMap::new();
        for (name, value) in &stream.headers {
            if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value.parse()) {
                headers.insert(name, value);
            }
        }
        // As yt-dlp does, or the length would be that of something else.
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        if let Some(range) = range.and_then(|range| range.parse().ok()) {
            headers.insert(RANGE, range);
        }
        let request =
            if method == Method::HEAD { Request::head(&stream.url) } else { Request::get(&stream.url) };
        self.net.send(request.headers(headers)).await.map_err(|error| error.failure())
    }
}

/// A refusal that says something about the source; any other one only says that it can't be asked so.
fn refusal(answer: &Answer) -> Result<(), Failure> {
    net::failure_of(answer.status, &answer.headers).map_or(Ok(()), Err)
}
