use std::{
    path::Path,
    sync::{Arc, Once},
};

use mediary::{
    configuration::{Configuration, NatsMode},
    demo::{MediaLibrary, Site, SiteOptions, install_plugin},
    serve::{self, Server, Surroundings},
};
use mediary_actors::workspace::Hands;
use tempfile::TempDir;

use crate::{Calendar, Client, tools_folder};

/// What a test wants different.
pub type PlatformOptions = Box<dyn FnOnce(&mut Configuration)>;

/// A sample site and a server beside it, both on free loopback ports.
#[derive(Debug)]
pub struct Platform {
    /// The sample site.
    pub site: Site,
    /// The server, in this process.
    pub server: Server,
    /// A client with the owner's token.
    pub client: Client,
    /// Its configuration.
    pub configuration: Configuration,
    folder: TempDir,
}

impl Platform {
    /// Starts both in a folder of their own, with short waits between tries.
    pub async fn start() -> Self {
        Self::start_with(Box::new(|_| {})).await
    }

    /// Starts both, with something configured otherwise.
    pub async fn start_with(options: PlatformOptions) -> Self {
        Self::begin(options, Surroundings::default()).await
    }

    /// Starts both, with all work done by these hands.
    pub async fn start_by(hands: Arc<dyn Hands>) -> Self {
        let surroundings = Surroundings { hands: Some(hands), ..Surroundings::default() };
        Self::begin(Box::new(|_| {}), surroundings).await
    }

    /// Starts both, with a clock that the test puts forward.
    pub async fn start_by_the_clock() -> (Self, Calendar) {
        let (calendar, clock, leaps) = Calendar::new();
        let surroundings = Surroundings { clock, leaps: Some(leaps), ..Surroundings::default() };
        (Self::begin(Box::new(|_| {}), surroundings).await, calendar)
    }

    async fn begin(options: PlatformOptions, surroundings: Surroundings) -> Self {
        provide_tls();
        let folder = tempfile::tempdir().unwrap();
        let media = MediaLibrary::open_shared().await.unwrap();
        let site = Site::start(&media, SiteOptions { port: 0 }).await.unwrap();
        let mut configuration = configuration(folder.path());
        options(&mut configuration);
        let server = serve::start_with(configuration.clone(), surroundings).await.unwrap();
        let client = Client::of_data(&configuration.data, server.address());
        Self { site, server, client, configuration, folder }
    }

    /// The data folder.
    pub fn data(&self) -> &Path {
        &self.configuration.data
    }

    /// Stops the server in good order and starts it again on the same folder.
    pub async fn restart(self) -> Self {
        let Self { site, server, configuration, folder, .. } = self;
        server.stop().await;
        let server = serve::start(configuration.clone()).await.unwrap();
        let client = Client::of_data(&configuration.data, server.address());
        Self { site, server, client, configuration, folder }
    }

    /// Stops the server in good order; the folder lives as long as what is answered.
    pub async fn stop(self) -> TempDir {
        self.server.stop().await;
        self.site.stop().await;
        self.folder
    }
}

/// The configuration of tests: free port, no NATS, quick retries, the sample site's yt-dlp plugin.
pub(crate) fn configuration(folder: &Path) -> Configuration {
    let mut configuration = Configuration::of_data(&folder.join("data"));
    configuration.listen = "127.0.0.1:0".parse().unwrap();
    configuration.nats = NatsMode::Off;
    // The sample site is on this machine.
    configuration.allow_network = vec!["127.0.0.0/8".parse().unwrap()];
    configuration.tools.folder = Some(tools_folder());
    configuration.ytdlp.plugin_dirs = vec![install_plugin(&folder.join("plugins")).unwrap()];
    configuration.ytdlp.retries = 1;
    (configuration.jobs.retry_wait_ms, configuration.jobs.retry_wait_max_ms) = (200, 1_000);
    configuration.downloads.free_min_bytes = 1 << 20;
    configuration.log.reserve_bytes = 1 << 20;
    "warn".clone_into(&mut configuration.logging.filter);
    configuration
}

/// Any client of HTTP or NATS wants to know who does TLS, even if nobody does.
pub(crate) fn provide_tls() {
    static ONCE: Once = Once::new();
    ONCE.call_once(mediary::provide_tls);
}
