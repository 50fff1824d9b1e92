use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use ipnet::IpNet;
use mediary_actors::net::{Upstream, UpstreamRefused};
use mediary_log::fanout::Options as Fanout;
use mediary_projections::telemetry::Retention;
use mediary_schema::{Secret, site::RequestBudget};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Logging, NatsMode};

/// The longest address that links lead to, in bytes: it stands in every message.
const PUBLIC_URL_BYTES_MAX: usize = 200;

/// Everything that can be configured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Configuration {
    /// The data folder: the log, views, staging and library.
    pub data: PathBuf,
    /// The address to listen on.
    pub listen: SocketAddr,
    /// Where people reach the server from elsewhere, such as `https://media.example`: what is sent to channels leads there. Without it
    /// nothing that is sent has a link.
    pub public_url: Option<String>,
    /// The certificate (PEM, its issuers behind it) with which TLS is spoken; other machines are then answered by
    /// TLS alone.
    pub tls_certificate: Option<PathBuf>,
    /// The private key of the certificate (PEM).
    pub tls_key: Option<PathBuf>,
    /// Whether browsers that come by TLS are told to come to this host by TLS alone for a year (HSTS): on all of its ports, whoever
    /// listens there.
    pub tls_hsts: bool,
    /// The folder of kept files; `library` in the data folder if left out. On any file system.
    pub library: Option<PathBuf>,
    /// The file of the vault's master key, readable for its owner alone; `vault.key` in the data folder if left out. Made
    /// when the first secret is set.
    pub vault_key_file: Option<PathBuf>,
    /// `auto` (a `nats-server` that is found is run as a child), `off`, or a URL.
    pub nats: NatsMode,
    /// A file with NATS credentials (`.creds`: a JWT and the seed of its nkey), for a server given by URL.
    pub nats_credentials: Option<PathBuf>,
    /// Certificates to trust (PEM) instead of the system's, for a server given by URL.
    pub nats_ca: Option<PathBuf>,
    /// The most bytes that the stream of events keeps in NATS; beyond it the oldest go.
    pub nats_stream_bytes_max: u64,
    /// Private networks, as CIDR, that lists and downloads may reach.
    #[schemars(with = "Vec<String>")]
    pub allow_network: Vec<IpNet>,
    /// Origins besides the server's own whose pages may open a websocket, such as `https://media.example`.
    pub origins: Vec<String>,
    /// Reverse proxies, as CIDR, that are believed when they say for whom they ask (`X-Forwarded-For`): limits, sessions and the
    /// log then know that address, and no longer the proxy's.
    #[schemars(with = "Vec<String>")]
    pub trusted_proxies: Vec<IpNet>,
    /// Whether people use it whom nobody here knows: files of the server's own disks are offered to none of them.
    pub public: bool,
    /// Other machines.
    pub net: Net,
    /// The log.
    pub log: Log,
    /// Jobs.
    pub jobs: Jobs,
    /// yt-dlp.
    pub ytdlp: YtDlp,
    /// Downloads.
    pub downloads: Downloads,
    /// Kept files.
    pub files: Files,
    /// What is measured.
    pub telemetry: Telemetry,
    /// External programs.
    pub tools: Tools,
    /// What the server writes about itself.
    pub logging: Logging,
}

impl Default for Configuration {
    fn default() -> Self {
        Self {
            data: PathBuf::from("data"),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8484)),
            public_url: None,
            tls_certificate: None,
            tls_key: None,
            tls_hsts: true,
            library: None,
            vault_key_file: None,
            nats: NatsMode::Auto,
            nats_credentials: None,
            nats_ca: None,
            nats_stream_bytes_max: Fanout::STREAM_BYTES_MAX,
            allow_network: Vec::new(),
            origins: Vec::new(),
            trusted_proxies: Vec::new(),
            public: false,
            net: Net::default(),
            log: Log::default(),
            jobs: Jobs::default(),
            ytdlp: YtDlp::default(),
            downloads: Downloads::default(),
            files: Files::default(),
            telemetry: Telemetry::default(),
            tools: Tools::default(),
            logging: Logging::default(),
        }
    }
}

impl Configuration {
    /// The folder of kept files.
    pub fn library_folder(&self) -> PathBuf {
        self.library.clone().unwrap_or_else(|| self.data.join("library"))
    }

    /// Says what keeps a text from being an address that links can lead to.
    pub(super) fn check_public_url(&self) -> Result<(), String> {
        let Some(text) = &self.public_url else { return Ok(()) };
        let url = url::Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let is_plain = |url: &url::Url| {
            let has_more = url.query().is_some() || url.fragment().is_some() || url.password().is_some();
            url.has_host() && url.username().is_empty() && !has_more
        };
        match url.filter(is_plain) {
            Some(_) if text.len() <= PUBLIC_URL_BYTES_MAX => Ok(()),
            _ => Err(format!("{text:?} is no address such as https://media.example")),
        }
    }

    /// Whether what is said reaches others than the server: plain HTTP beyond this machine (SE-05).
    pub fn is_overheard(&self) -> bool {
        self.tls_certificate.is_none() && !self.listen.ip().is_loopback()
    }

    /// The folder that programs are looked for in before `PATH`.
    pub fn tools_folders(&self) -> Vec<PathBuf> {
        self.tools.folder.iter().cloned().collect()
    }

    /// The same with every path absolute: child programs run in folders of their own.
    pub fn absolute(mut self) -> std::io::Result<Self> {
        let Tools { folder, yt_dlp, ffmpeg, ffprobe, deno, nats_server } = &mut self.tools;
        let named = [
            folder,
            yt_dlp,
            ffmpeg,
            ffprobe,
            deno,
            nats_server,
            &mut self.tls_certificate,
            &mut self.tls_key,
            &mut self.library,
            &mut self.vault_key_file,
            &mut self.nats_credentials,
            &mut self.nats_ca,
        ];
        let paths = named.into_iter().flatten().chain(&mut self.ytdlp.plugin_dirs).chain([&mut self.data]);
        for path in paths {
            *path = std::path::absolute(&*path)?;
        }
        Ok(self)
    }

    /// A configuration for a data folder, everything else as by default.
    pub fn of_data(data: &Path) -> Self {
        Self { data: data.to_owned(), ..Self::default() }
    }
}

/// How other machines are reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Net {
    /// A proxy for all but opened networks, `http://[USER:PASSWORD@]HOST[:PORT]`; if left out, that of the
    /// environment (`https_proxy`, `http_proxy`, `all_proxy`).
    pub proxy: Option<Secret>,
    /// Bytes per second that all of it takes in together.
    pub bytes_per_second: Option<u64>,
    /// What one host takes at a time: jobs that need it, one connection each, and what is asked besides. One of it
    /// is never for jobs.
    pub connections_per_host: u32,
    /// Runs that are begun within any hour at a site of which nobody said anything (`mediary site set`): tries of jobs that
    /// need it. 0 is no limit; within networks of one's own there is none.
    pub runs_per_hour: u32,
    /// The least between the beginnings of two such runs, to which chance adds up to half of it. 0 is no pause.
    pub run_pause_ms: u64,
    /// Bytes of answers, such as feeds, that are kept to ask less next time.
    pub cache_bytes_max: u64,
}

impl Default for Net {
    fn default() -> Self {
        Self {
            proxy: None,
            bytes_per_second: None,
            connections_per_host: 8,
            // Below what the largest site lets somebody without an account do.
            runs_per_hour: 250,
            run_pause_ms: 2_000,
            cache_bytes_max: 512 << 20,
        }
    }
}

impl Net {
    /// The proxy, read.
    pub fn upstream(&self) -> Result<Option<Upstream>, UpstreamRefused> {
        self.proxy.as_ref().map(|proxy| proxy.reveal().parse()).transpose()
    }

    /// How often a site is asked of which nobody said anything.
    pub fn usual_budget(&self) -> RequestBudget {
        RequestBudget {
            per_hour: Some(self.runs_per_hour).filter(|runs| *runs > 0),
            per_day: None,
            pause_ms: Some(self.run_pause_ms).filter(|pause| *pause > 0),
        }
    }
}

/// The log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// Memory for pages of the log, in bytes.
    pub cache_bytes: usize,
    /// Free bytes of the disk below which new work is refused; ends and cancels still fit.
    pub reserve_bytes: u64,
    /// Whether to start although the clock says that it is before this program was built.
    pub accept_clock: bool,
}

impl Default for Log {
    fn default() -> Self {
        Self { cache_bytes: 8 << 20, reserve_bytes: 64 << 20, accept_clock: false }
    }
}

/// Jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Jobs {
    /// Tries that may fail by a transient fault, the first included.
    pub tries_max: u32,
    /// The longest wait after the first failure, in milliseconds; doubled after each.
    pub retry_wait_ms: u64,
    /// The longest wait at all, in milliseconds.
    pub retry_wait_max_ms: u64,
    /// Bytes of what programs write that are kept, all of it together; what was written longest ago goes first.
    pub output_bytes_max: u64,
    /// Bytes of memory that each process of a job may have of its own; what is over it fails. No limit if left out.
    pub process_memory_bytes_max: Option<u64>,
}

impl Default for Jobs {
    fn default() -> Self {
        Self {
            tries_max: 3,
            retry_wait_ms: 5_000,
            retry_wait_max_ms: 600_000,
            output_bytes_max: 1 << 30,
            process_memory_bytes_max: None,
        }
    }
}

/// yt-dlp.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct YtDlp {
    /// Folders of plugins, each with `<any>/yt_dlp_plugins/` in it.
    pub plugin_dirs: Vec<PathBuf>,
    /// Extractors that may be used, separated by commas; all if left out.
    pub extractors: Option<String>,
    /// How long one answer of a source may take, in seconds.
    pub socket_timeout_s: u64,
    /// How often yt-dlp itself tries a request again.
    pub retries: u32,
    /// How long it may be silent before it is ended, in seconds.
    pub no_progress_s: u64,
    /// Whether its runs are copies of one process that has it loaded, where they can be: `doctor` says if they are.
    pub host: bool,
}

impl Default for YtDlp {
    fn default() -> Self {
        Self {
            plugin_dirs: Vec::new(),
            extractors: None,
            socket_timeout_s: 20,
            retries: 3,
            no_progress_s: 300,
            host: true,
        }
    }
}

/// Downloads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Downloads {
    /// Bytes of the disk that no download may use up.
    pub free_min_bytes: u64,
}

impl Default for Downloads {
    fn default() -> Self {
        Self { free_min_bytes: 256 << 20 }
    }
}

/// Kept files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Files {
    /// How often it is looked whether every kept file is in its place, in seconds; 0 is at the start only. A look reads
    /// no file, and where it takes long there are fewer: at most one two-hundredth of the time.
    pub look_every_s: u64,
}

impl Default for Files {
    fn default() -> Self {
        Self { look_every_s: 60 }
    }
}

/// What is measured, and for how long it is kept. It is apart from the log: nothing depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Telemetry {
    /// How often the machine is looked at while nothing is at work, in seconds; 0 is not at all. While something is, each
    /// 10 seconds.
    pub host_every_s: u32,
    /// Days for which samples are kept; 0 is for ever, here and below.
    pub raw_days: u32,
    /// Days for which it is kept what those of a minute came to.
    pub minute_days: u32,
    /// The same of an hour.
    pub hour_days: u32,
    /// The same of a day.
    pub day_days: u32,
}

impl Default for Telemetry {
    fn default() -> Self {
        Self { host_every_s: 0, raw_days: 2, minute_days: 14, hour_days: 0, day_days: 0 }
    }
}

impl Telemetry {
    /// For how long what is kept.
    pub fn retention(&self) -> Retention {
        let days = |days: u32| Some(days).filter(|days| *days > 0);
        Retention {
            raw_days: days(self.raw_days),
            minute_days: days(self.minute_days),
            hour_days: days(self.hour_days),
            day_days: days(self.day_days),
        }
    }

    /// How often the machine is looked at while nothing is at work, if at all.
    pub fn host_every(&self) -> Option<Duration> {
        (self.host_every_s > 0).then(|| Duration::from_secs(self.host_every_s.into()))
    }
}

/// External programs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Tools {
    /// A folder that is looked in before `PATH`.
    pub folder: Option<PathBuf>,
    /// The path of `yt-dlp`.
    pub yt_dlp: Option<PathBuf>,
    /// The path of `ffmpeg`.
    pub ffmpeg: Option<PathBuf>,
    /// The path of `ffprobe`.
    pub ffprobe: Option<PathBuf>,
    /// The path of `deno`, which runs the scripts of sites for yt-dlp.
    pub deno: Option<PathBuf>,
    /// The path of `nats-server`.
    pub nats_server: Option<PathBuf>,
}

/// The published contract: `schema/contracts/config.json`.
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(Configuration).to_value()
}
