//! The server: a value that is started, asked for addresses, and gone when dropped.

use std::{net::SocketAddr, sync::Arc};

use axum::{Router, middleware, routing::get, serve::ListenerExt};
use tokio::{
    net::{TcpListener, TcpSocket},
    sync::watch,
    task::JoinSet,
};

use super::{
    api, content, control, delivery,
    error::{Error, Result},
    fault::Faults,
    feed,
    item::Rendition,
    list::{ListHandle, ListOptions, Lists, Nesting},
    log::RequestLog,
    media::MediaLibrary,
    page::{self, PageKind},
};

/// Bytes the system keeps for a slow client: few, so that the log's counts mean something.
const SEND_BUFFER_BYTES: u32 = 64 * 1024;
const BACKLOG: u32 = 256;

/// How a site is started.
#[derive(Debug, Clone, Default)]
pub struct SiteOptions {
    /// The port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
}

/// What requests share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) base: String,
    pub(super) media: MediaLibrary,
    pub(super) lists: Lists,
    pub(super) faults: Faults,
    pub(super) log: RequestLog,
    pub(super) stopping: watch::Receiver<bool>,
}

impl Shared {
    /// The absolute address of a path.
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub(super) fn media_url(&self, item_id: &str, rendition: Rendition) -> String {
        self.url(&format!("/media/{item_id}/{}", rendition.file_name()))
    }
}

/// A running sample site.
///
/// It starts with the lists `videos` (8 items), `talks` (6, as good as a podcast), `large` (3 items
/// of several megabytes), `long` (20,000) and `empty`. Every list is there as a page, as a podcast
/// feed, as a Media-RSS feed and in the API. Dropping the site cuts its connections.
#[derive(Debug)]
pub struct Site {
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    server: JoinSet<()>,
}

impl Site {
    /// Starts listening; answers as soon as requests are answered.
    #[expect(clippy::unused_async, reason = "it needs a runtime, and says so")]
    pub async fn start(media: &MediaLibrary, options: SiteOptions) -> Result<Self> {
        let SiteOptions { port } = options;
        let listener = listen(port).map_err(|source| Error::Listen { port, source })?;
        let address = listener.local_addr().map_err(|source| Error::Listen { port, source })?;
        let (stop, stopping) = watch::channel(false);
        let shared = Arc::new(Shared {
            base: format!("http://{address}"),
            media: media.clone(),
            lists: default_lists()?,
            faults: Faults::default(),
            log: RequestLog::default(),
            stopping: stopping.clone(),
        });
        let listener = listener.tap_io(|connection| {
            // Pieces of a throttled body are to arrive when they are sent; without it they only do so later.
            if let Err(error) = connection.set_nodelay(true) {
                tracing::debug!(%error, "no immediate sending for a sample connection");
            }
        });
        let mut until = stopping;
        let serving = axum::serve(listener, router(&shared)).with_graceful_shutdown(async move {
            // A site that is dropped takes the sender with it: an end like any other.
            drop(until.wait_for(|stopping| *stopping).await);
        });
        let mut server = JoinSet::new();
        server.spawn(async move {
            if let Err(error) = serving.await {
                tracing::error!(%error, "sample site ended");
            }
        });
        Ok(Self { shared, stop, server })
    }

    /// Ends it: open answers are cut off, and the port is free when this returns.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        while self.server.join_next().await.is_some() {}
    }

    /// The absolute address of a path.
    pub fn url(&self, path: &str) -> String {
        self.shared.url(path)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.shared.base.trim_start_matches("http://").parse().expect("the base is made of an address")
    }

    /// The podcast feed of a list, for yt-dlp's own extractor.
    pub fn feed_url(&self, list: &str) -> String {
        self.url(&format!("/feeds/{list}/podcast.xml"))
    }

    /// The Media-RSS feed of a list, for yt-dlp's own extractor.
    pub fn media_rss_url(&self, list: &str) -> String {
        self.url(&format!("/feeds/{list}/media.xml"))
    }

    /// A list, for the plugin extractor.
    pub fn list_url(&self, list: &str) -> String {
        self.url(&format!("/lists/{list}"))
    }

    /// An item, for the plugin extractor; without it yt-dlp's own finds the page's video.
    pub fn item_url(&self, item_id: &str) -> String {
        self.url(&format!("/items/{item_id}"))
    }

    /// A page with an item's video that the plugin leaves to yt-dlp's own extractor.
    pub fn page_url(&self, kind: PageKind, item_id: &str) -> String {
        self.url(&kind.path(item_id))
    }

    /// A page without any media.
    pub fn empty_page_url(&self) -> String {
        self.url("/pages/nothing")
    }

    /// One of an item's files.
    pub fn media_url(&self, item_id: &str, rendition: Rendition) -> String {
        self.shared.media_url(item_id, rendition)
    }

    /// A list; made empty if there is none of that name.
    ///
    /// # Panics
    ///
    /// If the name doesn't fit into an address; [`Site::add_list`] says so instead.
    pub fn list(&self, name: &str) -> ListHandle {
        let make =
            || self.add_list(name, ListOptions::new(name, 0)).expect("names are lower-case, digits, hyphens");
        self.shared.lists.find(name).unwrap_or_else(make)
    }

    /// Makes a list, in place of one of that name.
    pub fn add_list(&self, name: &str, options: ListOptions) -> Result<ListHandle> {
        self.shared.lists.add(name, options)
    }

    /// What goes wrong.
    pub fn faults(&self) -> Faults {
        self.shared.faults.clone()
    }

    /// What was asked and sent.
    pub fn requests(&self) -> RequestLog {
        self.shared.log.clone()
    }
}

/// The lists that every site starts with.
fn default_lists() -> Result<Lists> {
    let lists = Lists::default();
    lists.add("videos", ListOptions::new("Sample videos", 8))?;
    lists.add("talks", ListOptions::new("Sample talks", 6))?;
    lists.add("large", ListOptions::new("Large samples", 3).large())?;
    lists.add("long", ListOptions::new("A long list", 20_000))?;
    lists.add("empty", ListOptions::new("An empty list", 0))?;
    lists
        .add("channel", ListOptions::new("A sample channel", 0))?
        .hold(&["videos", "talks", "large"], Nesting::WithRows);
    Ok(lists)
}

fn listen(port: u16) -> std::io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    // Connections inherit it.
    socket.set_send_buffer_size(SEND_BUFFER_BYTES)?;
    socket.bind(SocketAddr::from(([127, 0, 0, 1], port)))?;
    socket.listen(BACKLOG)
}

fn router(shared: &Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(page::front))
        .route("/lists/{name}", get(page::list))
        .route("/items/{id}", get(page::item))
        .route("/pages/nothing", get(page::nothing))
        .route("/pages/{kind}/{id}", get(page::variant))
        .route("/feeds/{name}/podcast.xml", get(feed::podcast))
        .route("/feeds/{name}/media.xml", get(feed::media_rss))
        .route("/api/lists/{name}", get(api::list))
        .route("/api/items/{id}", get(api::item))
        .route("/media/{id}/{*file}", get(content::serve))
        .merge(control::routes())
        .layer(middleware::from_fn_with_state(Arc::clone(shared), delivery::deliver))
        .with_state(Arc::clone(shared))
}
