//! yt-dlp's texts to classes of failure: the one place that knows them.
//!
//! Its exit code is 1 for everything, so the texts decide. The rules are asked in order and over all
//! error lines, because the most telling line is often not the last. A text that is missing here makes
//! [`FailureClass::Unknown`], which is tried again; add it to [`RULES`] and to the observed cases below.
//!
//! yt-dlp 2026.10.26 never shows a `Retry-After`: how long to wait is the queue's decision.

use mediary_schema::{FailureClass, job::Failure};

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

/// Warnings that say that something of the answer is missing although yt-dlp goes on and exits with 0.
const DOUBTS: &[&str] = &[
    "giving up after",
    "incomplete data received",
    "unable to download api page",
    "skipping fragment",
    "formats won't be merged",
    "ignoring subsequent pages",
];

/// The class of an HTTP answer; none if it says nothing about the source.
pub(super) const fn class_of_status(status: u16) -> Option<FailureClass> {
    match status {
        401 | 403 => Some(FailureClass::Forbidden),
        404 | 410 => Some(FailureClass::NotFound),
        429 => Some(FailureClass::RateLimit),
        451 => Some(FailureClass::Geo),
        408 | 500 | 502..=599 => Some(FailureClass::Network),
        _ => None,
    }
}

/// What yt-dlp said on standard error, as far as it decides about the outcome.
#[derive(Debug, Default)]
pub(super) struct Complaints {
    errors: Vec<String>,
    doubts: Vec<String>,
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
                push(&mut self.errors, error);
            }
        } else if std::mem::take(&mut self.goes_on) {
            push(&mut self.errors, line);
        } else if DOUBTS.iter().any(|doubt| plain(line).contains(doubt)) {
            push(&mut self.doubts, line.strip_prefix("WARNING: ").unwrap_or(line));
        }
        if !line.starts_with("WARNING: ") {
            self.last = Some(line.to_owned());
        }
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
            Some(line) => ended.failure(class, message(line)),
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
mod tests {
    use super::*;

    /// Texts as yt-dlp 2026.10.26 wrote them, the first group seen with a local server, the second in its
    /// source and in reports.
    const OBSERVED: &[(FailureClass, &[&str])] = {
        use FailureClass as Class;
        &[
            (
                Class::Forbidden,
                &[
                    "[generic] x: Unable to download webpage: HTTP Error 401: Unauthorized (caused by <HTTPError 401: Unauthorized>)",
                ],
            ),
            (
                Class::Forbidden,
                &[
                    "[generic] x: Unable to download webpage: HTTP Error 403: Forbidden (caused by <HTTPError 403: Forbidden>)",
                ],
            ),
            (
                Class::NotFound,
                &[
                    "[generic] x: Unable to download webpage: HTTP Error 404: Not Found (caused by <HTTPError 404: Not Found>)",
                ],
            ),
            (Class::NotFound, &["unable to download video data: HTTP Error 404: Not Found"]),
            (
                Class::NotFound,
                &[
                    "[generic] x: Unable to download webpage: HTTP Error 410: Gone (caused by <HTTPError 410: Gone>)",
                ],
            ),
            (
                Class::RateLimit,
                &[
                    "[generic] x: Unable to download webpage: HTTP Error 429: Too Many Requests (caused by <HTTPError 429: Too Many Requests>)",
                ],
            ),
            (
                Class::Network,
                &[
                    "[generic] x: Unable to download webpage: HTTP Error 500: Internal Server Error (caused by <HTTPError 500: Internal Server Error>)",
                ],
            ),
            (
                Class::Network,
                &[
                    "abc: Unable to download JSON metadata: HTTP Error 503: Service Unavailable (caused by <HTTPError 503: Service Unavailable>)",
                ],
            ),
            (
                Class::Network,
                &[
                    "[generic] x: Unable to download webpage: HTTPConnection(host='127.0.0.1', port=9): Failed to establish a new connection: [Errno 111] Connection refused (caused by TransportError(\"HTTPConnection(host='127.0.0.1', port=9): Failed to establish a new connection: [Errno 111] Connection refused\"))",
                ],
            ),
            (
                Class::Network,
                &[
                    "[generic] x: Unable to download webpage: HTTPConnection(host='nosuchhost.invalid', port=80): Failed to resolve 'nosuchhost.invalid' ([Errno -2] Name or service not known)",
                ],
            ),
            (
                Class::Network,
                &[
                    "[youtube] BaW_jenozKc: Unable to download API page: HTTPSConnection(host='www.youtube.com', port=443): Failed to resolve 'www.youtube.com' ([Errno -2] Name or service not known)",
                ],
            ),
            (
                Class::Network,
                &[
                    "[generic] feed: Unable to download webpage: HTTPConnectionPool(host='127.0.0.1', port=18765): Read timed out. (read timeout=3.0)",
                ],
            ),
            (
                Class::Network,
                &[
                    "[generic] x: Unable to download webpage: [SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006) (caused by SSLError('[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)')); please report this issue on  https://github.com/yt-dlp/yt-dlp/issues?q=",
                ],
            ),
            (
                Class::Network,
                &["[download] Got error: 100000 bytes read, 13498 more expected. Giving up after 2 retries"],
            ),
            (
                Class::Network,
                &["unable to download video data: HTTP Error 416: Requested Range Not Satisfiable"],
            ),
            (Class::Unsupported, &["[generic] 'notaurl' is not a valid URL"]),
            (Class::Unsupported, &["Invalid URL 'http://': No host supplied"]),
            (Class::Unsupported, &["Unsupported URL: http://127.0.0.1:18765/nomedia"]),
            (Class::Unsupported, &["No suitable extractor found for URL http://127.0.0.1:18765/m/a.mp4"]),
            (
                Class::FormatUnavailable,
                &[
                    "[generic] master: Requested format is not available. Use --list-formats for a list of available formats",
                ],
            ),
            (
                Class::Damaged,
                &[
                    "[download] Got error: HTTP Error 404: Not Found. Giving up after 1 retries",
                    "fragment 2 not found, unable to continue",
                ],
            ),
            (Class::DiskFull, &["unable to write data: [Errno 28] No space left on device"]),
            (Class::DiskFull, &["Unable to download video: [Errno 28] No space left on device"]),
            (
                Class::Storage,
                &["unable to open for writing: [Errno 30] Read-only file system: '/ro/media.mp4.part'"],
            ),
            (
                Class::Storage,
                &["unable to open for writing: [Errno 13] Permission denied: '/ro/media.mp4.part'"],
            ),
            (Class::Storage, &["Unable to create directory: [Errno 20] Not a directory: '/dev/null/x'"]),
            (Class::WorkerLost, &["Interrupted by user"]),
            (
                Class::Private,
                &["[localsite] 7: Private video. Sign in if you've been granted access to this video"],
            ),
            (
                Class::NotFound,
                &["[localsite] 7: Video unavailable. This video has been removed by the uploader"],
            ),
            // From here on: not to be had without a network.
            (
                Class::BotCheck,
                &[
                    "[youtube] x: Sign in to confirm you’re not a bot. Use --cookies-from-browser or --cookies for the authentication",
                ],
            ),
            (
                Class::RateLimit,
                &[
                    "[youtube] x: Video unavailable. This content isn't available, try again later. The current session has been rate-limited by YouTube for up to an hour",
                ],
            ),
            (
                Class::MembersOnly,
                &[
                    "[youtube] x: Join this channel to get access to members-only content like this video, and other exclusive perks.",
                ],
            ),
            (
                Class::MembersOnly,
                &[
                    "[youtube] x: This video is available to this channel's members on level: Gold (or any higher level). Join this channel to get access",
                ],
            ),
            (
                Class::Geo,
                &[
                    "[x] y: This video is not available from your location due to geo restriction. You might want to use a VPN or a proxy server (with --proxy) to workaround.",
                ],
            ),
            (
                Class::Geo,
                &[
                    "[youtube] x: Video unavailable. The uploader has not made this video available in your country",
                ],
            ),
            (
                Class::Private,
                &[
                    "[youtube] x: Sign in to confirm your age. This video may be inappropriate for some users.",
                ],
            ),
            (
                Class::Private,
                &[
                    "[vimeo] 1: This video is only available for registered users. Use --cookies, --cookies-from-browser, --username and --password to provide account credentials",
                ],
            ),
            (Class::NotFound, &["[youtube:tab] x: The playlist does not exist."]),
            (
                Class::NotFound,
                &[
                    "[youtube] x: Video unavailable. This video is no longer available because the YouTube account associated with this video has been terminated.",
                ],
            ),
            (Class::Unsupported, &["[x] y: This video is DRM protected"]),
            (
                Class::ToolMissing,
                &[
                    "You have requested merging of multiple formats but ffmpeg is not installed. Aborting due to --abort-on-error",
                ],
            ),
            (
                Class::ToolMissing,
                &[
                    "Postprocessing: ffprobe and ffmpeg not found. Please install or provide the path using --ffmpeg-location",
                ],
            ),
            (Class::Damaged, &["Postprocessing: Conversion failed!"]),
            (
                Class::Network,
                &[
                    "[x] y: Unable to download webpage: ('Connection aborted.', ConnectionResetError(104, 'Connection reset by peer'))",
                ],
            ),
        ]
    };

    #[test]
    fn every_observed_text_has_its_class() {
        for (class, lines) in OBSERVED {
            let lines: Vec<_> = lines.iter().map(|&line| line.to_owned()).collect();
            assert_eq!(classify(&lines).map(|(class, _)| class), Some(*class), "{lines:?}");
        }
    }

    #[test]
    fn numbers_in_addresses_are_not_taken_for_answers() {
        let lines = ["[generic] watch?status=404&error=429: something new".to_owned()];
        assert_eq!(classify(&lines), None);
    }

    #[test]
    fn rules_are_written_as_they_are_compared() {
        for part in RULES.iter().flat_map(|(_, parts)| *parts).chain(DOUBTS) {
            assert_eq!(&plain(part), part);
        }
    }

    // invariant: S-1
    #[test]
    fn messages_are_short_and_without_secrets() {
        let line = "[generic] x: Unable to download http://u:p@host/: HTTP Error 500: Oops (caused by <HTTPError 500>)";
        assert_eq!(message(line), "[generic] x: Unable to download http://***@host/: HTTP Error 500: Oops");
    }

    #[test]
    fn an_error_that_begins_with_a_carriage_return_is_read_from_the_next_line() {
        let mut complaints = Complaints::default();
        complaints.take("ERROR: ");
        complaints
            .take("[download] Got error: 100000 bytes read, 13498 more expected. Giving up after 2 retries");
        assert_eq!(classify(&complaints.errors).map(|(class, _)| class), Some(FailureClass::Network));
    }

    #[test]
    fn warnings_that_leave_something_out_are_doubts() {
        let mut complaints = Complaints::default();
        complaints.take("WARNING: [generic] Falling back on generic information extractor");
        assert!(complaints.is_empty());
        complaints.take(
            "WARNING: [youtube:tab] Unable to download API page: HTTP Error 500. Giving up after 3 retries",
        );
        assert!(!complaints.is_empty());
    }
}
