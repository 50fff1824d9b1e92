//! What somebody says to a bot, as what is wanted.

use std::fmt::Write as _;

/// What is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wish {
    Start,
    Help,
    /// What is under way, and what was kept last.
    List,
    /// Keep what an address shows.
    Download {
        url: String,
        quality: String,
    },
    /// How it stands with a job, or with all that was asked for here.
    Status(Option<String>),
    /// End a job.
    Cancel(String),
    /// It can't be told what is wanted; what to say instead.
    Unclear(&'static str),
}

/// Every command, as people are told it.
pub(super) const COMMANDS: [(&str, &str); 6] = [
    ("download", "keep what a link shows: /download LINK [best|1080p|720p|audio]"),
    ("status", "how it stands: /status [JOB]"),
    ("cancel", "end a job: /cancel JOB"),
    ("list", "what is under way, and what was kept last"),
    ("help", "what I do"),
    ("start", "say hello"),
];

const ONE_LINK: &str = "Send one link: /download https://… [best|1080p|720p|audio]";
const ONE_JOB: &str = "Send one job: /cancel JOB, by its id or the first digits of it";
const UNKNOWN: &str = "I don't know that; /help says what I do";

impl Wish {
    pub(super) fn of(text: &str) -> Self {
        let mut words = text.split_whitespace();
        let first = words.next().unwrap_or_default();
        let rest: Vec<&str> = words.collect();
        // In a group a command has the bot's name behind it.
        let command = first.split('@').next().unwrap_or_default();
        match (command, rest.as_slice()) {
            ("/start", _) => Self::Start,
            ("/help", _) => Self::Help,
            ("/list", []) => Self::List,
            ("/download", [url]) => Self::download(url, "best"),
            ("/download", [url, quality]) => Self::download(url, quality),
            ("/download", _) => Self::Unclear(ONE_LINK),
            ("/status", []) => Self::Status(None),
            ("/status", [job]) => Self::Status(Some((*job).to_owned())),
            ("/cancel", [job]) => Self::Cancel((*job).to_owned()),
            ("/cancel", _) => Self::Unclear(ONE_JOB),
            // A link alone says enough.
            (_, []) if is_link(first) => Self::download(first, "best"),
            _ => Self::Unclear(UNKNOWN),
        }
    }

    fn download(url: &str, quality: &str) -> Self {
        if is_link(url) {
            Self::Download { url: url.to_owned(), quality: quality.to_owned() }
        } else {
            Self::Unclear(ONE_LINK)
        }
    }
}

/// Whether it may be a link; which of them are followed, the gate says.
fn is_link(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| rest.len() > 1) && !text.contains(char::is_control)
}

/// What a bot does, as it says it itself.
pub(super) fn help() -> String {
    let mut help = "I keep what you send me a link of.\n".to_owned();
    for (command, about) in COMMANDS {
        write!(help, "\n/{command}: {about}").expect("a text takes all that is written to it");
    }
    help
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_what_is_wanted() {
        let download = |quality: &str| Wish::Download {
            url: "https://a.example/v?x=1".to_owned(),
            quality: quality.to_owned(),
        };
        for (text, wish) in [
            ("/start", Wish::Start),
            ("/start payload", Wish::Start),
            (" /help@my_bot ", Wish::Help),
            ("/list", Wish::List),
            ("/download https://a.example/v?x=1", download("best")),
            ("/download\nhttps://a.example/v?x=1 720p", download("720p")),
            ("https://a.example/v?x=1", download("best")),
            ("/status", Wish::Status(None)),
            ("/status job-1", Wish::Status(Some("job-1".to_owned()))),
            ("/cancel 0189", Wish::Cancel("0189".to_owned())),
            ("/cancel", Wish::Unclear(ONE_JOB)),
            ("/download", Wish::Unclear(ONE_LINK)),
            ("/download file:///etc/passwd", Wish::Unclear(ONE_LINK)),
            ("/download https://a.example/ best twice", Wish::Unclear(ONE_LINK)),
            ("", Wish::Unclear(UNKNOWN)),
            ("hello", Wish::Unclear(UNKNOWN)),
            ("/rm -rf", Wish::Unclear(UNKNOWN)),
        ] {
            assert_eq!(Wish::of(text), wish, "{text}");
        }
        assert!(help().contains("/download:") && help().contains("/cancel:"));
    }
}
