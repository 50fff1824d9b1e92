use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use mediary_actors::process::{Environment, Tool};

use crate::{
    client::Client,
    commands::{
        account,
        arguments::Everywhere,
        connection::{self, connect},
        failure::Failure,
        server::Settings,
    },
    configuration::{Configuration, Logging},
    demo::{MediaLibrary, Site, SiteOptions, install_plugin},
    environment,
    output::Output,
    serve::{self, Server},
    tree,
};

/// Where the demo keeps its data if nothing is said: never in the folder of a real server.
const DEFAULT_DATA: &str = "mediary-demo";

/// Where the sample site listens if nobody else does: README's examples name it.
const SITE_PORT: u16 = 8485;

/// A sample site, a server, and somebody who asks it.
pub(super) struct Stage {
    pub(super) site: Site,
    pub(super) client: Client,
    pub(super) data: PathBuf,
    pub(super) library: PathBuf,
    server: Server,
}

impl Stage {
    pub(super) async fn build(
        settings: Settings,
        flags: &Everywhere,
        output: &mut Output,
    ) -> Result<Self, Failure> {
        let mut flags = flags.clone();
        let data = flags.data.get_or_insert_with(|| PathBuf::from(DEFAULT_DATA)).clone();
        let mut configuration = configure(settings, &flags)?;
        let props = data.join("demo");
        output.note("making the sample media (once, some 20 MB)");
        let media = MediaLibrary::open(&props.join("media"), &ffmpeg(&configuration)).await?;
        let site = start_site(&media).await?;
        configuration.ytdlp.plugin_dirs.push(install_plugin(&props.join("plugins"))?);
        let library = configuration.library_folder();
        let server = serve::start(configuration).await?;
        flags.server = server.url().parse().ok();
        // Its own token, whatever the environment says of another server.
        let client = connect(&flags, &connection::Environment::default())?;
        output.note(&format!("the sample site is at {}, Mediary at {}", site.url("/"), server.url()));
        Ok(Self { site, client, data, library, server })
    }

    /// The way in for a browser, and what a person can try now.
    pub(super) async fn say_what_to_try(&self, output: &mut Output) -> Result<(), Failure> {
        let data = self.data.display();
        let link = account::setup_link(&self.client).await?;
        let site = &self.site;
        output.note(&format!(
            "\nstill serving, until Ctrl-C. By this link, within an hour, you choose a name and a password:\n  {link}\n\n\
             Try these in a second terminal:\n  \
             mediary --data {data} playlist follow {} --wait\n  \
             mediary --data {data} playlist follow {} --wait\n  \
             mediary --data {data} download start --url {} --wait\n  \
             mediary --data {data} log tail",
            site.list_url("large"),
            site.media_rss_url("talks"),
            site.item_url("videos-3"),
        ));
        Ok(())
    }

    /// What a person can do next with what is there now.
    pub(super) fn say_how_to_go_on(&self, output: &mut Output) {
        let data = self.data.display();
        output.note(&format!(
            "\n`mediary serve --data {data}` serves what is there now; `mediary demo --keep` shows it again and goes on serving"
        ));
    }

    pub(super) async fn clear(self) {
        self.server.stop().await;
        self.site.stop().await;
    }
}

/// Starts the site where README's examples say, or at a free port if something else is there.
async fn start_site(media: &MediaLibrary) -> Result<Site, Failure> {
    match Site::start(media, SiteOptions { port: SITE_PORT }).await {
        Ok(site) => Ok(site),
        Err(_) => Ok(Site::start(media, SiteOptions::default()).await?),
    }
}

fn configure(settings: Settings, flags: &Everywhere) -> Result<Configuration, Failure> {
    let any_port = !settings.has_address();
    let mut configuration = settings.load(flags)?;
    if any_port {
        configuration.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    }
    // The sample site is on this machine.
    configuration.allow_network.push("127.0.0.0/8".parse().expect("a network"));
    if configuration.logging == Logging::default() {
        // The story is told in words; the server speaks up only if something is wrong.
        "warn".clone_into(&mut configuration.logging.filter);
    }
    Ok(configuration)
}

/// The ffmpeg that the server will use; without one, its name makes the error that says how to get it.
fn ffmpeg(configuration: &Configuration) -> PathBuf {
    let folders = Environment::of(environment::variables()).path_folders();
    let found = tree::tools(configuration, folders).find(Tool::Ffmpeg);
    found.unwrap_or_else(|_| Path::new(Tool::Ffmpeg.name()).to_owned())
}
