//! From the command line to the end of the process.

use std::io::{self, IsTerminal as _};

use clap::Parser as _;
use tokio::runtime;

use super::{
    arguments::{Arguments, Everywhere, Verb},
    backup,
    connection::{Environment, connect},
    demo,
    failure::Failure,
    init, intent, log, plan, rehearse, replay, server, setup, shell, top, why,
};
use crate::{client, exit::Exit, output::Output};

/// Does what the command line says, and answers how the process ends.
pub fn main() -> Exit {
    crate::provide_tls();
    set_up_reports();
    // A wrong command line ends here, with 2.
    let Arguments { everywhere, verb } = Arguments::parse();
    let environment = Environment::of_process();
    let mut output = Output::of_process(everywhere.format);
    match block_on(run(verb, &everywhere, &environment, &mut output)) {
        Ok(()) => Exit::Done,
        Err(Failure::Client(client::Error::DryRun(plan))) => {
            match output.show(&plan, |plan| intent::text(plan)) {
                Ok(()) => Exit::Done,
                Err(error) => end(error.into(), &mut output),
            }
        }
        Err(failure) => end(failure, &mut output),
    }
}

async fn run(
    verb: Verb,
    flags: &Everywhere,
    environment: &Environment,
    output: &mut Output,
) -> Result<(), Failure> {
    let client = || connect(flags, environment);
    if flags.as_of.is_some() && !reads(&verb) {
        let message = "`--as-of` is for what is read, and this reads nothing of the past".to_owned();
        return Err(Failure::Usage {
            message,
            advice: "leave it out, or ask one of the verbs that list and show",
        });
    }
    match verb {
        Verb::Serve(settings) => server::serve(settings, flags).await,
        Verb::Init(init) => init::run(init, flags, environment, output).await,
        Verb::Doctor(settings) => server::doctor(settings, flags, output).await,
        Verb::Config(verb) => server::config(verb, flags, output),
        Verb::OfConcern(verb) => verb.run(&client()?, output).await,
        Verb::Log(verb) => log::run(verb, flags, environment, output).await,
        Verb::Backup(verb) => backup::run(&verb, flags, environment, output).await,
        Verb::Restore(verb) => backup::restore(&verb, flags, environment, output),
        Verb::Replay(replay) => replay::run(replay, flags, environment, output).await,
        Verb::Export(export) => setup::export(export, &client()?, output).await,
        Verb::Import(import) => setup::import(import, &client()?, output).await,
        Verb::Rehearse(rehearse) => rehearse::run(&rehearse, flags, environment, output).await,
        Verb::Undo(undo) => plan::run_undo(undo, &client()?, output).await,
        Verb::Top(top) => top::run(top, &client()?, output).await,
        Verb::Why(why) => why::run(why, &client()?, output).await,
        Verb::Demo(demo) => demo::run(demo, flags, output).await,
        Verb::Completions(completions) => shell::run(&completions, output),
    }
}

/// Whether a verb may read as of the past; of a concern's own verbs the server says which do.
const fn reads(verb: &Verb) -> bool {
    match verb {
        Verb::OfConcern(_) | Verb::Why(_) | Verb::Log(log::Verb::Show(_)) => true,
        Verb::Log(_)
        | Verb::Serve(_)
        | Verb::Doctor(_)
        | Verb::Config(_)
        | Verb::Backup(_)
        | Verb::Restore(_)
        | Verb::Replay(_)
        | Verb::Init(_)
        | Verb::Export(_)
        | Verb::Import(_)
        | Verb::Rehearse(_)
        | Verb::Undo(_)
        | Verb::Top(_)
        | Verb::Demo(_)
        | Verb::Completions(_) => false,
    }
}

fn block_on(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

/// Says what went wrong, unless the reader of the output simply had enough.
fn end(failure: Failure, output: &mut Output) -> Exit {
    let exit = failure.exit();
    if let Failure::Planned { plan, is_shown: false } = &failure
        && let Err(error) = output.show(plan, |plan| intent::text(plan))
    {
        return end(error.into(), output);
    }
    if exit != Exit::Done {
        output.note(&format!("{:?}", miette::Report::new(failure)));
    }
    exit
}

/// Colours and frames for people, whole lines for programs.
fn set_up_reports() {
    let is_terminal = io::stderr().is_terminal();
    // Somebody else's hook is kept: this one is about looks only.
    drop(miette::set_hook(Box::new(move |_| {
        Box::new(miette::MietteHandlerOpts::new().break_words(false).wrap_lines(is_terminal).build())
    })));
}
