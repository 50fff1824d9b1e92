//! The texts that were seen, and what they are taken for.

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
        (Class::Network, &["unable to download video data: HTTP Error 416: Requested Range Not Satisfiable"]),
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
        (Class::Storage, &["unable to open for writing: [Errno 13] Permission denied: '/ro/media.mp4.part'"]),
        (Class::Storage, &["Unable to create directory: [Errno 20] Not a directory: '/dev/null/x'"]),
        (Class::WorkerLost, &["Interrupted by user"]),
        (
            Class::Private,
            &["[localsite] 7: Private video. Sign in if you've been granted access to this video"],
        ),
        (Class::NotFound, &["[localsite] 7: Video unavailable. This video has been removed by the uploader"]),
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
            &["[youtube] x: Sign in to confirm your age. This video may be inappropriate for some users."],
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

// Field 14: all of these were "unknown", tried three times within seconds and given up.
#[test]
fn what_is_not_there_yet_is_told_from_what_never_will_be() {
    for text in [
        "[youtube] x: Premieres in 2 hours",
        "[youtube] x: Premiere will begin shortly",
        "[youtube] x: This live event will begin in 5 minutes.",
        "[youtube] x: This live event will begin in a few moments.",
        "[niconicochannelplus] x: This live event will begin at 2026-12-01 18:00 UTC",
        "[twitch:stream] x: The channel is not currently live",
        "[cbc] x: This livestream has not yet started",
        "[twitter:spaces] x: Twitter Space not started yet",
        "[rcti] x: This event will start at 18:00.",
        "[rcti] x: This event has not started yet.",
        "[youtube] x: We're processing this video. Check back later.",
        "[Reddit] x: This video is processing",
        "[vimeo] x: The video is still being processed",
    ] {
        assert_eq!(
            classify(&[text.to_owned()]).map(|(class, _)| class),
            Some(FailureClass::NotYet),
            "{text}"
        );
    }
    for (text, class) in [
        ("[youtube] x: This live stream recording is not available.", FailureClass::NotFound),
        ("[youtube] x: Video unavailable. This video is not available", FailureClass::NotFound),
        ("[youtube] x: Private video. Sign in if you've been granted access", FailureClass::Private),
    ] {
        assert_eq!(classify(&[text.to_owned()]).map(|(class, _)| class), Some(class), "{text}");
    }
}

// An error of the whole list behind many of single rows.
#[test]
fn what_the_whole_list_has_is_not_lost_among_its_rows() {
    let mut complaints = Complaints::default();
    for number in 0..100 {
        complaints.take(&format!("ERROR: [x] {number}: Video unavailable"));
    }
    assert!(complaints.are_of_rows());
    assert_eq!(complaints.of_rows().count(), Complaints::LINES_MAX);
    complaints.take("ERROR: [x] Unable to download API page: HTTP Error 503: Service Unavailable");
    assert!(!complaints.are_of_rows());
    assert!(complaints.errors.iter().any(|error| error.contains("503")));
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
    let line =
        "[generic] x: Unable to download http://u:p@host/: HTTP Error 500: Oops (caused by <HTTPError 500>)";
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
