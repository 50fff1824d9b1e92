//! What is typed behind the `--` of `schedule add`, and the command that it is.

use clap::{
    ArgMatches, Args as _, Command, CommandFactory as _, FromArgMatches as _, error::ErrorKind,
    parser::ValueSource,
};
use serde_json::{Value, json};

use crate::{
    client::{Client, DryRun, Error},
    commands::{
        arguments::{Arguments, Everywhere, Verb},
        failure::Failure,
        noun::OfConcern,
    },
    output::Output,
};

/// What every verb has that sends a command which is recorded: whoever tries it records nothing.
const DRY_RUN: &str = "dry_run";

/// Flags that are of one run, and why a schedule has no use for them.
const OF_ONE_RUN: [(&str, &str); 6] = [
    (DRY_RUN, "a schedule does things; before `--` it says what adding it would record"),
    ("wait", "nobody waits for what a schedule does"),
    ("at", "each run would have the same moment"),
    ("after", "each run would wait for the same job"),
    ("every", "it adds a schedule of its own, once; follow it first"),
    ("cron", "it adds a schedule of its own, once; follow it first"),
];

/// What was typed.
#[derive(Debug)]
pub(super) enum Typed {
    /// A verb that may be done again and again.
    Verb(Repeatable),
    /// A question how to type it, and the answer.
    Help(String),
}

/// A verb that may be done again and again.
#[derive(Debug)]
pub(super) struct Repeatable {
    verb: OfConcern,
    shown: String,
}

impl Typed {
    /// Reads it, and refuses what can't be scheduled before anything of it is done.
    pub(super) fn parse(words: &[String]) -> Result<Self, Failure> {
        let shown = words.join(" ");
        let line = std::iter::once("mediary").chain(words.iter().map(String::as_str));
        let mut matches = match Arguments::command().try_get_matches_from(line) {
            Ok(matches) => matches,
            Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
                return Ok(Self::Help(error.to_string()));
            }
            Err(error) => return Err(unusable(error.to_string())),
        };
        let (verb, flags) = leaf(&matches);
        if !verb.get_arguments().any(|argument| argument.get_id() == DRY_RUN) {
            let what = "records no command, and a schedule gives commands";
            return Err(unusable(format!("`{shown}` can't be scheduled: it {what}")));
        }
        refuse_flags(&verb, flags)?;
        match Arguments::from_arg_matches_mut(&mut matches).map_err(|error| unusable(error.to_string()))?.verb
        {
            Verb::OfConcern(verb) => Ok(Self::Verb(Repeatable { verb, shown })),
            _ => Err(unusable(format!("`{shown}` can't be scheduled: only people ask for it"))),
        }
    }
}

impl Repeatable {
    /// The command as data: found by trying it without doing anything.
    pub(super) async fn command(self, client: &Client) -> Result<Value, Failure> {
        let Self { verb, shown } = self;
        let plan = match Box::pin(verb.run(&client.dry(), &mut Output::nowhere())).await {
            Err(Failure::Client(Error::DryRun(plan)) | Failure::Planned { plan, .. }) => plan,
            Err(failure) => return Err(failure),
            Ok(()) => return Err(unusable(format!("`{shown}` changes nothing: there is nothing to do"))),
        };
        let DryRun { told, user_errors, is_of_several } = *plan;
        Failure::refused(user_errors)?;
        let lacking = if is_of_several {
            "is several commands, and a schedule gives one"
        } else {
            "names an address with a key, which would be shown to whoever may read the schedule"
        };
        let command = told.command.ok_or_else(|| unusable(format!("`{shown}` {lacking}")))?;
        Ok(json!({ "name": command.name, "arguments": command.arguments }))
    }
}

fn unusable(message: String) -> Failure {
    Failure::Usage {
        message,
        advice: "type behind `--` what would be typed behind `mediary`: `-- playlist refresh @last`",
    }
}

/// The verb at the end of what was typed, with its flags.
fn leaf(matches: &ArgMatches) -> (Command, &ArgMatches) {
    let (mut command, mut flags) = (Arguments::command(), matches);
    while let Some((name, below)) = flags.subcommand() {
        command = command.find_subcommand(name).expect("it was read by this very command").clone();
        flags = below;
    }
    (command, flags)
}

/// Refuses flags that would be dropped, or would mean one run alone.
fn refuse_flags(verb: &Command, flags: &ArgMatches) -> Result<(), Failure> {
    let everywhere = Everywhere::augment_args(Command::new("everywhere"));
    let typed = flags.ids().map(clap::Id::as_str);
    for id in typed.filter(|id| flags.value_source(id) == Some(ValueSource::CommandLine)) {
        if let Some(flag) = everywhere.get_arguments().find(|flag| flag.get_id() == id) {
            let flag = flag.get_long().unwrap_or(id);
            return Err(unusable(format!(
                "`--{flag}` is of the command that adds the schedule: type it before `--`"
            )));
        }
        if let Some((_, why)) = OF_ONE_RUN.iter().find(|(flag, _)| *flag == id) {
            let flag = verb.get_arguments().find(|flag| flag.get_id() == id).and_then(clap::Arg::get_long);
            return Err(unusable(format!("`--{}` can't be scheduled: {why}", flag.unwrap_or(id))));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::Subcommand as _;

    use super::*;

    fn parse(line: &str) -> Result<Typed, Failure> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Typed::parse(&words)
    }

    /// Every verb of every noun, with whether it has a flag.
    fn verbs() -> Vec<(String, Command)> {
        fn below(command: &Command, path: &str, verbs: &mut Vec<(String, Command)>) {
            if !command.has_subcommands() {
                verbs.push((path.to_owned(), command.clone()));
            }
            for verb in command.get_subcommands() {
                below(verb, format!("{path} {}", verb.get_name()).trim(), verbs);
            }
        }
        let mut verbs = Vec::new();
        below(&OfConcern::augment_subcommands(Command::new("mediary")), "", &mut verbs);
        verbs
    }

    fn has(verb: &Command, id: &str) -> bool {
        verb.get_arguments().any(|argument| argument.get_id() == id)
    }

    // A verb without a dry run would be done when it is tried: whoever adds one says here that it records nothing.
    #[test]
    fn a_verb_without_a_dry_run_records_nothing() {
        let mut without: Vec<String> =
            verbs().into_iter().filter(|(_, verb)| !has(verb, DRY_RUN)).map(|(name, _)| name).collect();
        without.sort();
        let known = [
            "bot show",
            "check backtest",
            "check export",
            "check files",
            "check history",
            "check list",
            "check log",
            "check push-url",
            "check run-url",
            "check show",
            "collection export",
            "collection list",
            "collection show",
            "download archive export",
            "download list",
            "file link",
            "file list",
            "file root list",
            "file show",
            "job list",
            "job log",
            "job show",
            "job template list",
            "lane list",
            "layout preview",
            "layout show",
            "limit show",
            "notification channel list",
            "notification groups",
            "notification list",
            "notification outbox list",
            "notification rule backtest",
            "notification rule list",
            "parked list",
            "parked show",
            "plan list",
            "plan show",
            "playlist account",
            "playlist diff",
            "playlist gone",
            "playlist history",
            "playlist list",
            "playlist show",
            "preview list",
            "preview show",
            "project list",
            "quota list",
            "schedule list",
            "schedule show",
            "secret list",
            "session list",
            "site list",
            "telemetry list",
            "telemetry show",
            "token list",
            "transcode health",
            "transcode list",
            "transcode probe",
            "transcode profile list",
            "transcode profile show",
            "transcode report",
            "transcode show",
            "transcode stats",
            "transcode watch list",
            "transcode what-if",
            "trash list",
            "trash show",
            "user list",
            "view list",
            "view rebuild",
            "view use",
            "worker list",
        ];
        assert_eq!(without, known);
    }

    #[test]
    fn what_records_no_command_is_refused_before_it_runs() {
        let lines = [
            "playlist list",
            "export setup.toml",
            "download archive export archive.txt",
            "view rebuild job",
            "serve",
            "log export bundle",
        ];
        for line in lines {
            let refused = parse(line).unwrap_err();
            let said = format!("`{line}` can't be scheduled");
            assert!(refused.to_string().starts_with(&said), "{line}: {refused}");
        }
        assert!(matches!(parse("playlist refresh @last --full --tag T"), Ok(Typed::Verb(_))));
    }

    #[test]
    fn what_is_of_one_run_is_refused() {
        let cases = [
            ("playlist refresh A --server http://h", "--server"),
            ("--format json playlist refresh A", "--format"),
            ("playlist --token-file t refresh A", "--token-file"),
            ("playlist refresh A --data d", "--data"),
            ("playlist refresh A --as-of 5", "--as-of"),
            ("playlist refresh A --wait", "--wait"),
            ("playlist refresh A --dry-run", "--dry-run"),
            ("playlist refresh A --at 2h", "--at"),
            ("playlist refresh A --after @last", "--after"),
            ("playlist follow https://example.org/ --every 6h", "--every"),
            ("playlist follow https://example.org/ --cron @daily", "--cron"),
        ];
        for (line, flag) in cases {
            let refused = parse(line).unwrap_err();
            assert!(refused.to_string().starts_with(&format!("`{flag}` ")), "{line}: {refused}");
        }
        for (id, _) in OF_ONE_RUN {
            assert!(verbs().iter().any(|(_, verb)| has(verb, DRY_RUN) && has(verb, id)), "nothing has {id}");
        }
    }

    #[test]
    fn who_asks_how_to_type_it_is_told() {
        let Ok(Typed::Help(text)) = parse("playlist refresh --help") else { panic!("it is no help") };
        assert!(text.contains("--full"), "{text}");
    }
}
