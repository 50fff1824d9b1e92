//! Where items come from: feeds and media files are read by ourselves, all else by yt-dlp.

mod feeds;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use futures::future::BoxFuture;
use mediary_schema::{
    job::{Failure, Progress},
    layout::SidecarKind,
};
use tokio::sync::{mpsc, watch};

use crate::{
    cookies::CookieFile,
    direct,
    net::Net,
    process::Assignment,
    ytdlp::{Beside, DownloadRequest, Downloaded, Engine, Extracted, ListEnd, ListLine, ListRequest, YtDlp},
};

/// Asks whoever knows an address best. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Sources {
    net: Net,
    ytdlp: YtDlp,
}

impl Sources {
    /// With the client for what is read by ourselves.
    pub fn new(net: Net, ytdlp: YtDlp) -> Self {
        Self { net, ytdlp }
    }

    fn net_for(&self, name: &'static str, assignment: &Assignment) -> Net {
        self.net.by(name, assignment.attempt_id())
    }
}

impl Engine for Sources {
    fn list<'a>(
        &'a self,
        request: &'a ListRequest,
        assignment: &'a Assignment,
        lines: mpsc::Sender<ListLine>,
    ) -> BoxFuture<'a, ListEnd> {
        Box::pin(async move {
            // What is read by ourselves is asked for without.
            if CookieFile::at_first(request.cookies.as_ref()).is_none()
                && !self.net.passes_over(&request.url)
                && let Some(end) =
                    feeds::list(&self.net_for("feed", assignment), request, assignment, &lines).await
            {
                return end;
            }
            let end = self.ytdlp.list(request, assignment, lines).await;
            if end == ListEnd::Complete {
                self.net.pass_over(&request.url);
            }
            end
        })
    }

    fn extract<'a>(
        &'a self,
        request: &'a DownloadRequest,
        assignment: &'a Assignment,
    ) -> BoxFuture<'a, Result<Extracted, Failure>> {
        Box::pin(async move {
            if CookieFile::at_first(request.cookies.as_ref()).is_some() {
                return self.ytdlp.extract(request, assignment).await;
            }
            match direct::describe(&self.net_for("media", assignment), &request.source).await {
                Ok(Some(extracted)) => Ok(extracted),
                Err(failure) if CookieFile::after(request.cookies.as_ref(), &failure).is_none() => {
                    Err(failure)
                }
                Ok(None) | Err(_) => self.ytdlp.extract(request, assignment).await,
            }
        })
    }

    fn beside<'a>(
        &'a self,
        request: &'a DownloadRequest,
        extracted: &'a Extracted,
        wanted: &'a BTreeSet<SidecarKind>,
        assignment: &'a Assignment,
    ) -> BoxFuture<'a, Beside> {
        if extracted.info_json.is_some() {
            return self.ytdlp.beside(request, extracted, wanted, assignment);
        }
        // A media file by its address has nothing beside it.
        Box::pin(async { Beside::default() })
    }

    fn download<'a>(
        &'a self,
        request: &'a DownloadRequest,
        extracted: &'a Extracted,
        assignment: &'a Assignment,
        progress: &'a watch::Sender<Progress>,
    ) -> BoxFuture<'a, Result<Downloaded, Failure>> {
        if extracted.info_json.is_some() {
            return self.ytdlp.download(request, extracted, assignment, progress);
        }
        Box::pin(async move {
            let net = self.net_for("media", assignment);
            direct::fetch(&net, extracted, &request.staging, assignment, progress).await
        })
    }
}
