//! Where items come from: feeds and media files are read by ourselves, all else by yt-dlp.

mod feeds;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use futures::future::BoxFuture;
use mediary_schema::{
    FailureClass,
    job::{Failure, Progress},
    layout::SidecarKind,
};
use tokio::sync::{mpsc, watch};

use crate::{
    access::Granted,
    direct,
    net::{Gateway, Net},
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

    /// The same by the way of an attempt: programs find it behind a gateway of the attempt's own.
    async fn by_way_of(&self, access: &Granted) -> Result<Self, Failure> {
        if access.is_by_usual_way() {
            return Ok(self.clone());
        }
        let net = access.way(&self.net)?;
        let gateway = Gateway::open(net.clone()).await;
        let gateway = gateway.map_err(|error| Failure::new(FailureClass::Unknown, error.to_string()))?;
        Ok(Self { net, ytdlp: self.ytdlp.by(gateway) })
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
            let by = match self.by_way_of(&request.access).await {
                Ok(by) => by,
                Err(failure) => return ListEnd::Failed(failure),
            };
            // What is read by ourselves is asked for without cookies.
            if request.access.at_first().cookies.is_none()
                && !by.net.passes_over(&request.url)
                && let Some(end) =
                    feeds::list(&by.net_for("feed", assignment), request, assignment, &lines).await
            {
                return end;
            }
            let end = by.ytdlp.list(request, assignment, lines).await;
            if end == ListEnd::Complete {
                by.net.pass_over(&request.url);
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
            let by = self.by_way_of(&request.access).await?;
            if request.access.at_first().cookies.is_some() {
                return by.ytdlp.extract(request, assignment).await;
            }
            match direct::describe(&by.net_for("media", assignment), &request.source).await {
                Ok(Some(extracted)) => Ok(extracted),
                Err(failure) if request.access.after(&failure).is_none() => Err(failure),
                Ok(None) | Err(_) => by.ytdlp.extract(request, assignment).await,
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
        Box::pin(async move {
            // A media file by its address has nothing beside it.
            if extracted.info_json.is_none() {
                return Beside::default();
            }
            match self.by_way_of(&request.access).await {
                Ok(by) => by.ytdlp.beside(request, extracted, wanted, assignment).await,
                Err(failure) => Beside::missed(extracted, wanted, &failure.message),
            }
        })
    }

    fn download<'a>(
        &'a self,
        request: &'a DownloadRequest,
        extracted: &'a Extracted,
        assignment: &'a Assignment,
        progress: &'a watch::Sender<Progress>,
    ) -> BoxFuture<'a, Result<Downloaded, Failure>> {
        Box::pin(async move {
            let by = self.by_way_of(&request.access).await?;
            if extracted.info_json.is_some() {
                return by.ytdlp.download(request, extracted, assignment, progress).await;
            }
            let net = by.net_for("media", assignment);
            direct::fetch(&net, extracted, &request.staging, assignment, progress).await
        })
    }
}
