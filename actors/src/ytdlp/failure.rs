//! yt-dlp's texts to classes of failure: the one place that knows them.
//!
//! Its exit code is 1 for everything, so the texts decide. The rules are asked in order and over all
//! error lines, because the most telling line is often not the last. A text that is missing here makes
//! [`FailureClass::Unknown`], which is tried again; add it to [`RULES`] and to the observed cases below.
//!
//! yt-dlp 2026.10.26 never shows a `Retry-After`: how long to wait is the queue's decision, unless the text says it
//! of a broadcast.

use mediary_schema::{FailureClass, job::Failure};

use super::{level::is_of_a_row, moment};
use crate::process::{Ended, redact};

/// Parts of texts, in lower case and with straight apostrophes, and what they mean.
const RULES: &[(FailureClass, &[&str])] = {
    use FailureClass as Class;
    &[
        (Class::DiskFull, &["[errno 28]", "[errno 122]", "no space left on device", "disk quota exceeded"]),
        (
            Class::Storage,
            &[
                "[errno 13]",
                "[errno 30]",
                "unable to open for writing",
                "unable to create directory",
                "unable to rename file",
                "unable to write data",
                "invalid plugin directory",
            ],
        ),
        // What the gateway says, whatever else is said because of it.
        (Class::PrivateNetwork, &[crate::net::PRIVATE]),
        // The gateway itself wants no other password than the one that each run has.
        (Class::Proxy, &[crate::net::BY_PROXY, "http error 407", "proxy authentication required"]),
        (
            Class::ToolMissing,
            &[
                "ffmpeg is not installed",
                "ffmpeg not found",
                "ffprobe not found",
                "ffprobe and ffmpeg not found",
                "formats won't be merged",
            ],
        ),
        // Before the status codes: the line before says only that a fragment answered 404.
        (Class::Damaged, &["fragment not found", "not found, unable to continue", "fragments unavailable"]),
        (
            Class::BotCheck,
            &[
                "confirm you're not a bot",
                "confirm that you're not a bot",
                "confirm you are not a robot",
                "captcha",
                "cloudflare anti-bot challenge",
            ],
        ),
        (
            Class::RateLimit,
            &["http error 429", "too many requests", "rate-limit reached", "rate-limited by youtube"],
        ),
        // Before "private" and "removed": what is announced is neither.
        (Class::NotYet, NOT_YET),
        (
            Class::MembersOnly,
            &[
                "members-only content",
                "available to this channel's members",
                "channel members on level",
                "only available for subscribers",
                "only available to subscribers",
                "requires payment",
                "only available to music premium members",
                "patrons only",
            ],
        ),
        (
            Class::Geo,
            &[
                "geo restriction",
                "geo-restricted",
                "not available in your country",
                "not made this video available in your country",
                "not available from your location",
                "blocked it in your country",
                "http error 451",
            ],
        ),
        (
            Class::Private,
            &[
                "private video",
                "video is private",
                "playlist is private",
                "this video is only available for registered users",
                "sign in to confirm your age",
                "sign in if you've been granted access",
                "login required",
                "account credentials",
                "requires authentication",
                "need to log in",
            ],
        ),
        (
            Class::NotFound,
            &[
                "video has been removed",
                "video is no longer available",
                "video unavailable",
                "this video isn't available anymore",
                "this live stream recording is not available",
                "playlist does not exist",
                "channel does not exist",
                "account associated with this video has been terminated",
                "http error 404",
                "http error 410",
            ],
        ),
        (Class::Forbidden, &["http error 401", "http error 403"]),
        (Class::FormatUnavailable, &["requested format is not available", "requested format not available"]),
        (
            Class::Unsupported,
            &[
                "unsupported url",
                "is not a valid url",
                "invalid url",
                "no suitable extractor",
                "no video formats found",
                "drm protected",
                "unsupported url scheme",
            ],
        ),
        (
            Class::Damaged,
            &[
                "downloaded file is empty",
                "did not get any data blocks",
                "conversion failed",
                "postprocessing:",
                "invalid data found",
            ],
        ),
        (
            Class::Network,
            &[
                "http error 408",
                "http error 5",
                "http error 416",
                "bytes read,",
                "more expected",
                "incompleteread",
                "incomplete data received",
                "timed out",
                "failed to resolve",
                "name or service not known",
                "temporary failure in name resolution",
                "connection refused",
                "connection reset",
                "connection aborted",
                "remote end closed connection",
                "network is unreachable",
                "no route to host",
                "unable to connect to proxy",
                "[ssl:",
                "giving up after",
                "transporterror",
            ],
        ),
        (Class::WorkerLost, &["interrupted by user"]),
    ]
};

/// What is said of what is announced, being broadcast, or being made into a recording.
const NOT_YET: &[&str] = &[
    "premieres in",
    "premiere will begin",
    "premiere in progress",
    "will begin in",
    "will begin at",
    "will begin shortly",
    "will start in",
    "will start at",
    "will be available in",
    "event will begin",
    "event will start",
    "begins in a few moments",
    "has not yet started",
    "has not started",
    "hasn't started",
    "not started yet",
    "not yet started",
    "has not begun",
    "hasn't begun",
    "has not aired yet",
    "has not been aired",
    "not yet available",
    "is not available yet",
    "isn't available yet",
    "not currently live",
    "is not live right now",
    "channel is offline",
    "user is offline",
    "is upcoming",
    "is processing",
    "is being processed",
    "still being processed",
    "processing this video",
    "processing this stream",
    "currently being processed",
    "is still processing",
    "still live",
    "live event has ended. the recording will",
];

/// Warnings that say that something of the answer is missing although yt-dlp goes on and exits with 0.
const DOUBTS: &[&str] = &[
    "giving up after",
    "incomplete data received",
    "unable to download api page",
    "skipping fragment",
    "formats won't be merged",
    "ignoring subsequent pages",
];

/// What yt-dlp said on standard error, as far as it decides about the outcome.
#[derive(Debug, Default)]
pub(super) struct Complaints {
    errors: Vec<String>,
    doubts: Vec<String>,
    /// Whether an error is none of a single row.
    of_the_whole: bool,
    goes_on: bool,
    /// The last line of all, which is what there is of a Python traceback.
    last: Option<String>,
}

impl Complaints {
    /// Lines of one kind that are kept; the first ones, since what follows is often a consequence.
    const LINES_MAX: usize = 50;

    /// Takes a line of standard error.
    pub(super) fn take(&mut self, line: &str) {
        if let Some(error) = line.strip_prefix("ERROR:").map(str::trim_start) {
            // Some errors begin with a carriage return, which makes them two lines.
            self.goes_on = error.is_empty();
            if !self.goes_on {
                self.take_error(error);
            }
        } else if std::mem::take(&mut self.goes_on) {
            self.take_error(line);
        } else if DOUBTS.iter().any(|doubt| plain(line).contains(doubt)) {
            push(&mut self.doubts, line.strip_prefix("WARNING: ").unwrap_or(line));
        }
        if !line.starts_with("WARNING: ") {
            self.last = Some(line.to_owned());
        }
    }

    /// Takes an error, one that is none of a single row also behind many others.
    fn take_error(&mut self, error: &str) {
        let class = classify(&[error.to_owned()]).map_or(FailureClass::Unknown, |(class, _)| class);
        if !is_of_a_row(class) && !std::mem::replace(&mut self.of_the_whole, true) {
            self.errors.truncate(Self::LINES_MAX - 1);
        }
        push(&mut self.errors, error);
    }

    /// The errors as reasons why single rows are missing.
    pub(super) fn of_rows(&self) -> impl Iterator<Item = Failure> {
        // It says the same once more when it gives the row up.
        let errors = self.errors.iter().filter(|error| !error.starts_with("Error in output template"));
        errors.map(|error| {
            let class =
                classify(std::slice::from_ref(error)).map_or(FailureClass::Unknown, |(class, _)| class);
            Failure::new(class, message(error))
        })
    }

    /// Whether every complaint may be one about a single row.
    pub(super) fn are_of_rows(&self) -> bool {
        self.doubts.is_empty() && !self.of_the_whole
    }

    /// Whether yt-dlp itself took something for an error.
    pub(super) fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }

    /// Whether anything was said against the outcome.
    pub(super) fn is_empty(&self) -> bool {
        self.errors.is_empty() && self.doubts.is_empty()
    }

    /// The failure that they amount to, for a run that ended like this.
    pub(super) fn failure(&self, ended: &Ended) -> Failure {
        if let Some(forced) = ended.forced("yt-dlp") {
            return forced;
        }
        let lines = if self.errors.is_empty() { &self.doubts } else { &self.errors };
        let (class, telling) = match classify(lines) {
            Some((class, telling)) => (class, Some(telling)),
            None => (FailureClass::Unknown, lines.first().map(String::as_str)),
        };
        match telling.or(self.last.as_deref()) {
            Some(line) => Failure {
                retry_after_ms: if class == FailureClass::NotYet { moment::wait_ms(line) } else { None },
                ..ended.failure(class, message(line))
            },
            None => ended.failure(class, format!("yt-dlp ended without a word: {:?}", ended.status)),
        }
    }
}

fn push(lines: &mut Vec<String>, line: &str) {
    if lines.len() < Complaints::LINES_MAX {
        lines.push(line.to_owned());
    }
}

/// The class of the first rule that meets any of the lines, and that line.
fn classify(lines: &[String]) -> Option<(FailureClass, &str)> {
    let plain_lines: Vec<_> = lines.iter().map(|line| plain(line)).collect();
    RULES.iter().find_map(|(class, parts)| {
        let meets = |line: &String| parts.iter().any(|part| line.contains(part));
        let at = plain_lines.iter().position(meets)?;
        lines.get(at).map(|line| (*class, line.as_str()))
    })
}

fn plain(line: &str) -> String {
    line.to_lowercase().replace('\u{2019}', "'")
}

/// The line without what only developers of yt-dlp need.
fn message(line: &str) -> String {
    const MESSAGE_CHARACTERS: usize = 300;
    let line = redact::text(line);
    let noise =
        ["; please report this issue on", " (caused by ", ". Use --list-formats", ". Confirm you are on"];
    let end = noise.iter().filter_map(|noise| line.find(noise)).min().unwrap_or(line.len());
    line.get(..end).unwrap_or(&line).chars().take(MESSAGE_CHARACTERS).collect()
}

#[cfg(test)]
mod tests;
