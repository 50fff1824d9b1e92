//! The doctor: whether everything is there that the server needs, and how to mend what is not.

mod samples;

use std::{fs, net::TcpListener, path::Path, time::Duration};

use mediary_actors::{
    library::{Library, Way},
    mark::Mark,
    nats::Access,
    process::{Assignment, Caps, Environment, Runner, Tool, Tools},
    staging::Staging,
    ytdlp,
};
use mediary_api::connections::Tls;
use mediary_events::Rejection as _;
use mediary_log::{vault::Vault, work::REGISTRY};
use mediary_schema::{IdSource, ProbeId, root::Standing};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    configuration::{Configuration, NatsMode},
    environment,
    serve::{LIBRARY, PROOF},
    tree,
};

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// What was looked at.
    pub subject: String,
    /// How it is.
    pub verdict: Verdict,
    /// What was found.
    pub detail: String,
    /// How to mend it, if something is to be mended.
    pub advice: Option<String>,
}

/// How a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// Something will not work, the rest will.
    Warning,
    /// The server can't do its work.
    Error,
}

impl Finding {
    fn ok(subject: &str, detail: impl Into<String>) -> Self {
        Self { subject: subject.to_owned(), verdict: Verdict::Ok, detail: detail.into(), advice: None }
    }

    fn bad(subject: &str, verdict: Verdict, detail: impl Into<String>, advice: impl Into<String>) -> Self {
        let advice = Some(advice.into());
        Self { subject: subject.to_owned(), verdict, detail: detail.into(), advice }
    }
}

/// Free space below which new work is soon refused: the log's reserve and a film.
const FREE_COMFORTABLE_BYTES: u64 = 5 << 30;

/// Looks at everything, changing nothing.
pub async fn examine(configuration: &Configuration) -> Vec<Finding> {
    // What it starts carries the mark of the folder's log, so that the next start of a server ends what was left of it.
    let log_id = log_id(configuration).unwrap_or_default();
    let runner = Runner::new(log_id, Environment::of(environment::variables()));
    let tools = tree::tools(configuration, runner.environment().path_folders());
    let mut findings = Vec::new();
    for tool in Tool::ALL {
        findings.push(program(configuration, &tools, &runner, tool).await);
    }
    findings.push(folder("data folder", &configuration.data));
    let running = readiness(configuration).await;
    if let Some(away) = absence(configuration, running.as_deref()) {
        // Nothing is tried in a folder that is not the library.
        findings.push(away);
    } else {
        findings.push(folder("library", &configuration.library_folder()));
        findings.push(placing(configuration));
    }
    findings.push(space(configuration));
    findings.push(address(configuration));
    findings.push(secrecy(configuration));
    findings.push(vault(configuration));
    findings.push(samples::samples(configuration));
    findings.extend(automation(configuration));
    findings.extend(running.as_deref().and_then(proof));
    findings
}

async fn program(configuration: &Configuration, tools: &Tools, runner: &Runner, tool: Tool) -> Finding {
    let name = tool.name();
    let probe_id = ProbeId::from_uuid(IdSource::system().next());
    // Its words are in what is found; a server may be at work in the folder where they would be kept.
    let probe = Assignment::unkept(probe_id).within(Caps::PROBE);
    match tools.version(runner, tool, &probe).await {
        Ok(version) => {
            let place = tools.find(tool).map(|path| path.display().to_string()).unwrap_or_default();
            let mut told = format!("{version} ({place})");
            if tool == Tool::YtDlp {
                told.push_str(&loading(configuration, tools, runner).await);
            }
            match tool.version_min().filter(|least| !is_at_least(&version, *least)) {
                None => Finding::ok(name, told),
                Some([major, minor]) => {
                    let detail = format!("{told} is too old: yt-dlp uses it from {major}.{minor} on");
                    Finding::bad(name, Verdict::Warning, detail, "install a newer one with `ops/run`")
                }
            }
        }
        Err(error) => {
            let needing: Vec<String> = REGISTRY
                .kinds()
                .filter(|work| work.tools.contains(&name))
                .map(|work| work.kind.to_string())
                .collect();
            let without = if needing.is_empty() {
                error.to_string()
            } else {
                format!("{error}; without it there is no {}", needing.join(", "))
            };
            let (verdict, advice) = match tool {
                Tool::YtDlp => (
                    Verdict::Error,
                    "install it with `ops/run`, or `pip install yt-dlp`, or name its path in the configuration: tools.yt_dlp",
                ),
                Tool::Ffmpeg => (
                    Verdict::Error,
                    "install it with `ops/run`, or `apt-get install ffmpeg`, or name its path in the configuration: tools.ffmpeg",
                ),
                Tool::Ffprobe => (
                    Verdict::Warning,
                    "nothing is transcoded without it; `apt-get install ffmpeg` brings it, or name its path in the configuration: tools.ffprobe",
                ),
                Tool::Deno => (
                    Verdict::Warning,
                    "YouTube and some other sites offer less without it; install it with `ops/run`, or name its path in the configuration: tools.deno",
                ),
                Tool::NatsServer if configuration.nats == NatsMode::Auto => (
                    Verdict::Warning,
                    "nothing is fanned out over NATS; install it with `ops/run` or `apt-get install nats-server`, or say `nats = \"off\"`",
                ),
                Tool::NatsServer => return Finding::ok(name, "not needed: NATS is off or elsewhere"),
            };
            Finding::bad(name, verdict, without, advice)
        }
    }
}

/// Whether runs of yt-dlp start it anew or are copies of what has it loaded, by trying.
async fn loading(configuration: &Configuration, tools: &Tools, runner: &Runner) -> String {
    if !configuration.ytdlp.host {
        return "; each run starts it anew, as `ytdlp.host` says".to_owned();
    }
    let Ok(program) = tools.find(Tool::YtDlp) else { return String::new() };
    let host = ytdlp::host();
    let ready = host.ready(runner, &program).await;
    host.end().await;
    match ready {
        Ok(()) => "; loaded once, its runs are copies".to_owned(),
        // It works, and takes longer.
        Err(why) => format!("; each run starts it anew: {why}"),
    }
}

/// Whether a version such as `2.5.6` is no older; one that can't be read is taken for new.
fn is_at_least(version: &str, least: [u32; 2]) -> bool {
    let mut parts = version.split('.').map(str::parse::<u32>);
    match (parts.next(), parts.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => [major, minor] >= least,
        _ => true,
    }
}

fn folder(subject: &str, path: &Path) -> Finding {
    let place = path.display();
    if !path.exists() {
        return Finding::ok(subject, format!("{place} will be made"));
    }
    let probe = path.join(".mediary-doctor");
    let written = fs::write(&probe, b"").and_then(|()| fs::remove_file(&probe));
    match written {
        Ok(()) => Finding::ok(subject, format!("{place} can be written")),
        Err(error) => {
            let advice =
                "give the user that runs the server write permission, or choose another folder with --data";
            Finding::bad(subject, Verdict::Error, format!("{place} can't be written: {error}"), advice)
        }
    }
}

/// Tries with an empty file what every download ends with.
fn placing(configuration: &Configuration) -> Finding {
    const SUBJECT: &str = "placing files";
    let library = Library::new(configuration.library_folder());
    if !library.root().exists() {
        return Finding::ok(SUBJECT, "is tried when the library is made");
    }
    match library.probe(&Staging::beside(library.root()), "") {
        Ok(Way::Rename) => Finding::ok(SUBJECT, "by one rename that overwrites nothing"),
        Ok(Way::Link) => {
            Finding::ok(SUBJECT, "by a link, which overwrites nothing: this file system knows no such rename")
        }
        Err(error) => {
            let verdict = if error.is_full() { Verdict::Warning } else { Verdict::Error };
            Finding::bad(SUBJECT, verdict, told(&error), error.advice())
        }
    }
}

/// An error with what caused it.
fn told(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

fn space(configuration: &Configuration) -> Finding {
    let existing =
        configuration.data.ancestors().find(|folder| folder.exists()).unwrap_or_else(|| Path::new("."));
    match rustix::fs::statvfs(existing) {
        Ok(disk) => {
            let free = disk.f_bavail * disk.f_frsize;
            let detail = format!("{:.1} GiB free", free as f64 / f64::from(1 << 30));
            if free >= FREE_COMFORTABLE_BYTES {
                Finding::ok("free space", detail)
            } else {
                Finding::bad(
                    "free space",
                    Verdict::Warning,
                    detail,
                    "make room: downloads pause when the disk is full",
                )
            }
        }
        Err(error) => Finding::bad(
            "free space",
            Verdict::Warning,
            error.to_string(),
            "check the path of the data folder",
        ),
    }
}

/// How an automation connects to the child NATS server; its password stays in the owner's file.
fn automation(configuration: &Configuration) -> Option<Finding> {
    let file = configuration.data.join("nats/access.json");
    match Access::read(&configuration.data) {
        Ok(None) => None,
        Ok(Some(access)) => {
            let detail = format!("{access} (the password is `automation` in {})", file.display());
            Some(Finding::ok("nats for automations", detail))
        }
        Err(error) => {
            let advice = error.advice();
            Some(Finding::bad("nats for automations", Verdict::Warning, error.to_string(), advice))
        }
    }
}

/// Who may overhear what is said (SE-05).
fn secrecy(configuration: &Configuration) -> Finding {
    const SUBJECT: &str = "tls";
    if configuration.is_overheard() {
        return Finding::bad(
            SUBJECT,
            Verdict::Warning,
            format!("on {} tokens travel in the clear beyond this machine", configuration.listen),
            "set tls_certificate and tls_key, or listen on 127.0.0.1 behind a reverse proxy with TLS",
        );
    }
    let files = configuration.tls_certificate.as_deref().zip(configuration.tls_key.as_deref());
    match files.map(|(certificate, key)| Tls::open(certificate, key)) {
        None => Finding::ok(SUBJECT, "not needed: nobody beyond this machine is answered"),
        Some(Ok(_)) => Finding::ok(SUBJECT, "other machines are answered by TLS alone"),
        Some(Err(error)) => Finding::bad(
            SUBJECT,
            Verdict::Error,
            told(&error),
            "name a certificate and its key, both PEM, with tls_certificate and tls_key",
        ),
    }
}

/// Whether the file that opens all secrets is its owner's alone (SE-10).
fn vault(configuration: &Configuration) -> Finding {
    const SUBJECT: &str = "vault";
    match Vault::look(&configuration.data, configuration.vault_key_file.as_deref()) {
        Ok(true) => Finding::ok(SUBJECT, "its key file is its owner's alone"),
        Ok(false) => Finding::ok(SUBJECT, "its key file is made with the first secret"),
        Err(error) => {
            let advice = error.advice().unwrap_or_default();
            Finding::bad(SUBJECT, Verdict::Error, told(&error), advice)
        }
    }
}

/// What a server that runs here says of itself.
async fn readiness(configuration: &Configuration) -> Option<String> {
    const ANSWERS_WITHIN: Duration = Duration::from_secs(2);
    let asked = reqwest::Client::new().get(format!("http://{}/readyz", configuration.listen));
    asked.timeout(ANSWERS_WITHIN).send().await.ok()?.text().await.ok()
}

/// That the folder of the library is not the library, if so: by what a running server found, else by the mark that a
/// server leaves there.
fn absence(configuration: &Configuration, running: Option<&str>) -> Option<Finding> {
    const SUBJECT: &str = "library";
    let library = configuration.library_folder();
    let place = library.display();
    let advice = "mount its disk, or name the folder where it is now as `library`; if it is lost for good, `mediary file \
                  verify --accept-folder` takes the folder as it is";
    let found = running
        .and_then(|answer| answer.lines().find_map(|line| line.strip_prefix(LIBRARY)?.strip_prefix(": ")));
    if let Some(state) = found {
        let detail =
            format!("nothing of what was kept is in {place}: no file is taken for lost, and downloads wait");
        return (state == Standing::Away.text())
            .then(|| Finding::bad(SUBJECT, Verdict::Error, detail, advice));
    }
    let log_id = log_id(configuration)?;
    (!Mark::of(&library, log_id).is_there()).then(|| {
        let detail =
            format!("{place} lacks the mark that a server of this data folder leaves in its library");
        Finding::bad(SUBJECT, Verdict::Warning, detail, advice)
    })
}

/// The log of the data folder, if it has one.
fn log_id(configuration: &Configuration) -> Option<Uuid> {
    fs::read_to_string(configuration.data.join("log.id")).ok()?.trim().parse().ok()
}

/// What a server that runs here has proved of its log since it started.
fn proof(answer: &str) -> Option<Finding> {
    let state = answer.lines().find_map(|line| line.strip_prefix(PROOF)?.strip_prefix(": "))?;
    Some(if state.starts_with("whole") {
        Finding::ok(PROOF, state)
    } else {
        let advice =
            "`mediary log verify` names what is wrong; keep a copy of the folder before anything else";
        Finding::bad(PROOF, Verdict::Error, state, advice)
    })
}

fn address(configuration: &Configuration) -> Finding {
    let listen = configuration.listen;
    match TcpListener::bind(listen) {
        Ok(_) => Finding::ok("address", format!("{listen} is free")),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => Finding::bad(
            "address",
            Verdict::Warning,
            format!("{listen} is in use, by this server or another one"),
            "if it is not Mediary, choose another with --listen",
        ),
        Err(error) => Finding::bad(
            "address",
            Verdict::Error,
            format!("{listen} can't be listened on: {error}"),
            "choose an address of this machine with --listen",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::is_at_least;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        for (version, expected) in [
            ("2.3.0", true),
            ("2.10.1", true),
            ("3.0.0-rc.1", true),
            ("2.2.9", false),
            ("1.46.3", false),
            ("new", true),
        ] {
            assert_eq!(is_at_least(version, [2, 3]), expected, "{version}");
        }
    }
}
