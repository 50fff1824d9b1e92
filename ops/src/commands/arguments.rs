//! The command line as people type it.

use std::path::PathBuf;

use clap::{
    Args, Parser, Subcommand,
    error::{ContextKind, ErrorKind},
};
use url::Url;

use super::{
    backup, demo, init, log, moment, noun::OfConcern, plan, rehearse, replay, server, setup, shell, top, why,
};
use crate::{client::AsOf, output::Format};

/// Follows playlists, keeps their media, and remembers everything that happened.
#[derive(Debug, Parser)]
#[command(name = "mediary", version, max_term_width = 100, after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) everywhere: Everywhere,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

const AFTER_HELP: &str = "\
Examples:
  mediary serve --data ./data
  mediary playlist follow https://example.org/feed.xml --wait
  mediary download start --playlist @last --quality 720p --wait
  mediary job list --state failed --format json
  mediary why 'Sample videos'

The process ends with 0 when all is done; docs/exit-codes.md lists the other codes.";

const SERVE_HELP: &str = "\
Examples:
  mediary serve --data ./data
  mediary serve --data /srv/mediary --listen 127.0.0.1:9000 --nats off

Everything is kept below the data folder; one process serves a folder. The first start prints a link that
signs a browser in. `mediary config schema` describes what can be configured besides.";

const SERVER_HELP: &str =
    "Where the server is [else: MEDIARY_SERVER, then DIR/.lock, then http://127.0.0.1:8484]";
const TOKEN_HELP: &str =
    "A file with the token [else: MEDIARY_TOKEN, MEDIARY_TOKEN_FILE, then DIR/local.token]";

const DATA_HELP: &str = "The server's data folder [else: MEDIARY_DATA, then ./data, if there is one]";

const AS_OF_HELP: &str = "Read as of a moment of the past: a position of the log, a moment (2026-11-21T08:00:00Z), a day \
     of UTC (2026-11-21), or how long ago (90m, 2h, 7d)";

/// Flags that may stand before or after the verb.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Flags of every command")]
pub(crate) struct Everywhere {
    /// How to print: a table for people, or JSON with the field names of the GraphQL schema.
    #[arg(long, global = true, value_enum, value_name = "FORMAT", default_value_t)]
    pub(crate) format: Format,
    /// Where the server is.
    #[arg(long, global = true, value_name = "URL", value_parser = parse_server, help = SERVER_HELP)]
    pub(crate) server: Option<Url>,
    /// A file with the token.
    #[arg(long, global = true, value_name = "FILE", help = TOKEN_HELP)]
    pub(crate) token_file: Option<PathBuf>,
    /// The server's data folder.
    #[arg(long, global = true, value_name = "DIR", help = DATA_HELP)]
    pub(crate) data: Option<PathBuf>,
    /// Answer as of a moment of the past.
    #[arg(long, global = true, value_name = "POSITION|TIME", value_parser = moment::parse_past, help = AS_OF_HELP)]
    pub(crate) as_of: Option<AsOf>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Run the server until Ctrl-C.
    #[command(after_help = SERVE_HELP)]
    Serve(server::Settings),
    #[command(flatten)]
    OfConcern(OfConcern),
    /// Ask what a server has to be told, check it, and write the configuration file.
    #[command(after_help = init::HELP)]
    Init(init::Init),
    /// Read, prove and export the log of everything that happened.
    #[command(subcommand)]
    Log(log::Verb),
    /// Write the whole record with its keys and passwords into one file, while the server goes on.
    #[command(after_help = "Example:\n  mediary backup mediary.backup --data ./data")]
    Backup(backup::Backup),
    /// Put a backup into a data folder that no server has.
    #[command(after_help = "Example:\n  mediary restore mediary.backup --data ./data")]
    Restore(backup::Restore),
    /// Build again what the log says, apart from the server, and say it as one hash: for audits.
    #[command(after_help = replay::HELP)]
    Replay(replay::Replay),
    /// Write what is set up into one file: settings, templates, rules, what is followed, schedules.
    #[command(after_help = setup::EXPORT_HELP)]
    Export(setup::Export),
    /// Set up what such a file says: as a plan first.
    #[command(after_help = setup::IMPORT_HELP)]
    Import(setup::Import),
    /// Say what this program would show and do otherwise than the one that serves a folder now: before an upgrade.
    #[command(after_help = rehearse::HELP)]
    Rehearse(rehearse::Rehearse),
    /// Take back what was done, as long as its files are in the trash.
    Undo(plan::Undo),
    /// Show what is at work and what waits, as it happens, with keys to act.
    #[command(after_help = top::HELP)]
    Top(top::Top),
    /// Say why a thing is as it is, back to whoever started it.
    Why(why::Why),
    /// Say whether everything is there that the server needs.
    Doctor(server::Settings),
    /// Check and print the configuration.
    #[command(subcommand)]
    Config(server::ConfigVerb),
    /// Show the main job from end to end on a sample site that is made here.
    Demo(demo::Demo),
    /// Write a completion script for a shell.
    Completions(shell::Completions),
}

/// Every verb behind its noun, and every long flag: `playlist follow`, `--wait`.
pub fn words() -> Vec<String> {
    fn below(command: &clap::Command, noun: &str, words: &mut Vec<String>) {
        words.extend(command.get_arguments().filter_map(|argument| argument.get_long()).map(str::to_owned));
        for verb in command.get_subcommands() {
            let name = format!("{noun} {}", verb.get_name()).trim().to_owned();
            below(verb, &name, words);
            words.push(name);
        }
    }
    let mut words = Vec::new();
    below(&<Arguments as clap::CommandFactory>::command(), "", &mut words);
    words
}

/// Says what keeps the words behind `mediary` from being a line of this command line; nothing if they are one.
///
/// Words in capitals or braces stand for values. `is_mention`: it only names the command, as texts do, and what the command needs may be
/// left out.
pub fn misunderstood(words: &[String], is_mention: bool) -> Option<String> {
    let line = std::iter::once("mediary").chain(words.iter().map(String::as_str));
    let error = Arguments::try_parse_from(line).err()?;
    let stands_for_a_value = || {
        let value = error.get(ContextKind::InvalidValue).map(ToString::to_string).unwrap_or_default();
        value.contains('{') || !value.contains(|letter: char| letter.is_lowercase())
    };
    let is_fine = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => true,
        ErrorKind::MissingRequiredArgument
        | ErrorKind::MissingSubcommand
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => is_mention,
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => stands_for_a_value(),
        _ => false,
    };
    (!is_fine).then(|| error.to_string().lines().next().unwrap_or_default().to_owned())
}

/// An address with or without `http://` in front.
fn parse_server(text: &str) -> Result<Url, String> {
    let whole = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let url = Url::parse(&whole).map_err(|error| format!("{error}; give it as http://HOST:PORT"))?;
    if matches!(url.scheme(), "http" | "https") && url.has_host() {
        Ok(url)
    } else {
        Err("give it as http://HOST:PORT or https://HOST".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn parse(line: &str) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(line.split_whitespace())
    }

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn flags_of_every_command_stand_before_or_after_the_verb() {
        let lines = [
            "mediary --as-of 5 --format json --server http://h:1 --token-file t --data d playlist list",
            "mediary playlist --format json --server http://h:1 --token-file t --data d --as-of 5 list",
            "mediary playlist list --format json --server http://h:1 --as-of 5 --token-file t --data d",
            "mediary --format json playlist --server h:1 list --token-file t --data d --as-of 5",
        ];
        for line in lines {
            let Everywhere { format, server, token_file, data, as_of } = parse(line).unwrap().everywhere;
            assert_eq!(format, Format::Json, "{line}");
            assert_eq!(server.unwrap().as_str(), "http://h:1/", "{line}");
            assert_eq!(token_file.unwrap(), PathBuf::from("t"), "{line}");
            assert_eq!(data.unwrap(), PathBuf::from("d"), "{line}");
            assert_eq!(as_of, Some(AsOf::Position(5)), "{line}");
        }
    }

    #[test]
    fn every_line_that_scripts_rely_on_is_understood() {
        let lines = "
            playlist follow https://example.org/feed.xml
            playlist follow https://example.org/feed.xml --wait
            playlist list
            playlist show ID
            playlist refresh ID --wait --full
            playlist history ID
            playlist unfollow ID
            download start --playlist @last --quality 720p --wait
            download start --entry ID --entry ID
            download start --entry ID ID
            download start --url https://example.org/item
            download list
            download archive export FILE
            download archive import FILE
            job list --state failed
            job list --kind download --state queued --since 7d --tag T --batch NAME --search TEXT
            job cancel --batch NAME --yes
            job retry ID --at 2026-11-21T08:00:00Z --after JOB --batch NAME --tag T --tag U --priority 9 --template NAME
            playlist follow https://example.org/ --at 2h --after JOB --batch NAME --tag T --priority 0 --template NAME
            playlist refresh ID --at 2h --after JOB --batch NAME --tag T --priority 0 --template NAME
            playlist unfollow ID --with-files --yes --at 2h --after JOB --batch NAME --tag T --priority 0 --template NAME
            download start --url https://example.org/ --at 2h --after JOB --batch NAME --tag T --priority 0 --template NAME
            file verify --at 2h --after JOB --batch NAME --tag T --priority 0 --template NAME
            file delete ID --yes --at 2h --after JOB --batch NAME --tag T --priority 0 --template NAME
            plan apply ID --at 2h --after JOB --batch NAME --tag T --priority 0 --template NAME
            undo undo-1 --at 2h --after JOB --batch NAME --tag T --priority 0 --template NAME
            trash restore ID --at 2h --after JOB --batch NAME --tag T --priority 0 --template NAME
            job retry --state failed --kind download --class network --since 7d --of-batch NAME --of-tag T --batch AGAIN --yes
            job pause --kind download --batch NAME --tag T
            job resume --playlist ID --story story-1 --search TEXT --yes
            job set --batch NAME --priority 9 --yes
            job cancel --tag T --state queued --yes
            job template list
            job template save NAME --priority 2 --batch NAME --tag T --tag U
            job template remove NAME
            quota list
            quota set --project NAME --at-once 1 --jobs-per-day 10 --bytes-per-day 20000000000
            file root list
            file root add DIR --watch --name NAME
            job set ID ID --priority 9
            job log ID
            job log ID --follow
            lane list
            lane pause example.org
            lane resume library_disk
            trash show
            trash set --keep-days 30 --limit 200000000000
            trash set --unlimited
            job show ID
            job cancel ID
            job retry ID
            job pause ID
            job resume ID
            log tail --types playlist,job.failed
            log show --stream playlist-1
            log show --from 17
            log kinds playlist
            log verify --data DIR
            log verify --bundle FILE --checkpoint 3:HASH
            log export FILE
            replay --data DIR --until 5 --serve
            replay --serve 127.0.0.1:8485 --data DIR
            replay --data DIR --publish audit.again --from 3 --nats nats://127.0.0.1:4222
            rehearse --data DIR --days 7 --config FILE
            why ID
            undo undo-1
            file delete ID --yes
            plan apply ID
            trash restore ID
            token create NAME --role viewer
            token setup
            token list
            token revoke ID
            user add NAME --role editor --permission secret --project home
            user list
            user set NAME --name OTHER --role viewer --no-permissions
            user password NAME --stdin
            user invite NAME --expires-in-hours 24
            user disable NAME
            user enable NAME
            user remove NAME --yes
            session list NAME
            session revoke ID --yes
            session revoke-all NAME --yes
            limit show
            site list
            site set www.example.org --per-hour 60 --per-day 500 --pause 5s
            site set www.example.org --unlimited --no-cookies
            site set www.example.org --cookies NAME --cookies-when always
            site set www.example.org --proxy NAME --login NAME --login-when always --rate-limit 2000000
            site set www.example.org --proxy none --login none --rate-limit none
            site clear www.example.org
            layout show
            layout set plex
            layout set plain --path-template {list}/{title} --sidecar nfo --sidecar thumbnail
            layout preview --playlist @last --layout plex --no-sidecars --limit 5
            playlist follow https://example.org/ --layout plex --path-template {list}/{title}
            playlist follow https://example.org/ --layout library
            file rename --all
            file rename --playlist @last --yes
            file rename ID ID
            view list
            view rebuild job
            telemetry list
            telemetry list job.duration
            telemetry show host.load --since 7d --until 1d --step 1h
            telemetry show job.duration/download --points 90
            backup FILE --with-telemetry
            view use job 3.1
            limit set --kind refresh=1 --kind download=2 --total 3
            completions bash
            serve --data DIR --listen 127.0.0.1:8484 --nats auto --allow-network 10.0.0.0/8
            serve --nats off --allow-network 10.0.0.0/8 --allow-network fd00::/8 --config FILE
            doctor --data DIR
            config check --config FILE
            config show
            config schema
            demo --data DIR --keep --format json";
        for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let line = line.replace("HASH", &"0f".repeat(32));
            if let Err(error) = parse(&format!("mediary {line}")) {
                panic!("{line}: {error}");
            }
        }
    }

    #[test]
    fn every_command_and_flag_is_documented() {
        fn visit(command: &clap::Command, path: &str, document: &str) {
            let mut verbs = command.get_subcommands().peekable();
            let name = format!("`{path}");
            assert!(verbs.peek().is_some() || document.contains(&name), "{path} is missing in docs/cli.md");
            for verb in verbs {
                visit(verb, format!("{path} {}", verb.get_name()).trim_start(), document);
            }
            for flag in command.get_arguments().filter_map(clap::Arg::get_long) {
                assert!(document.contains(&format!("--{flag}")), "{path} --{flag} is missing in docs/cli.md");
            }
        }
        // A concern may have a page of its own.
        let mut document = include_str!("../../../docs/cli.md").to_owned();
        if let Ok(pages) = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/cli")) {
            document.extend(pages.map(|page| std::fs::read_to_string(page.unwrap().path()).unwrap()));
        }
        visit(&Arguments::command(), "", &document);
    }

    #[test]
    fn what_makes_no_sense_is_refused_before_anything_is_sent() {
        let cases = [
            ("mediary download start", ErrorKind::MissingRequiredArgument),
            ("mediary download start --playlist A --url B", ErrorKind::ArgumentConflict),
            ("mediary log show", ErrorKind::MissingRequiredArgument),
            ("mediary log verify --bundle F --checkpoint 3", ErrorKind::ValueValidation),
            ("mediary limit set", ErrorKind::MissingRequiredArgument),
            ("mediary site set www.example.org", ErrorKind::MissingRequiredArgument),
            ("mediary site set www.example.org --per-hour 1 --unlimited", ErrorKind::ArgumentConflict),
            ("mediary view use job", ErrorKind::MissingRequiredArgument),
            ("mediary telemetry show host.load --step 1h --points 3", ErrorKind::ArgumentConflict),
            ("mediary telemetry show host.load --step 1.5s", ErrorKind::ValueValidation),
            ("mediary job list --state done", ErrorKind::InvalidValue),
            ("mediary job cancel", ErrorKind::MissingRequiredArgument),
            ("mediary job cancel A --batch B", ErrorKind::ArgumentConflict),
            ("mediary job retry A --state failed", ErrorKind::ArgumentConflict),
            ("mediary job retry --batch B", ErrorKind::MissingRequiredArgument),
            ("mediary job retry --class secret", ErrorKind::ValueValidation),
            ("mediary playlist refresh A --priority 10", ErrorKind::ValueValidation),
            ("mediary playlist list --server ftp://h", ErrorKind::ValueValidation),
            ("mediary playlist follow --wait", ErrorKind::MissingRequiredArgument),
            ("mediary playlist list --server=", ErrorKind::ValueValidation),
            ("mediary serve --listen nowhere", ErrorKind::ValueValidation),
            ("mediary serve --nats maybe", ErrorKind::ValueValidation),
            ("mediary replay --publish mediary.events.x", ErrorKind::ValueValidation),
            ("mediary replay --from 3", ErrorKind::MissingRequiredArgument),
            ("mediary playlist ad", ErrorKind::InvalidSubcommand),
        ];
        for (line, kind) in cases {
            assert_eq!(parse(line).unwrap_err().kind(), kind, "{line}");
        }
    }

    #[test]
    fn a_slip_of_the_finger_is_shown_the_right_word() {
        let text = parse("mediary playlist ad").unwrap_err().to_string();
        assert!(text.contains("'add'"), "{text}");
    }
}
