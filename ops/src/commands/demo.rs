//! `mediary demo`: the main job from end to end, on a sample site that is made here.
//!
//! Nothing is fetched from elsewhere and nothing is pretended: the server of this process lists and downloads
//! with the real tools, and everything is asked of it by GraphQL like by any other client.

mod play;
mod stage;
mod summary;

use clap::Args;

use self::stage::Stage;
use super::{arguments::Everywhere, failure::Failure, server::Settings};
use crate::{environment::Signals, output::Output};

/// How to show it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mediary demo
  mediary demo --exit
  mediary demo --format json --exit

On a terminal it goes on serving afterwards, with addresses to try; --exit ends it.
The story is told on stderr; what it finds is on stdout. It ends with 0 if every file on disk is what the log
says, the changes of the list were all noticed, and the log is proved whole.")]
pub(crate) struct Demo {
    #[command(flatten)]
    settings: Settings,
    /// End when the main job has been shown, also on a terminal.
    #[arg(long, conflicts_with = "keep")]
    exit: bool,
    /// Go on serving afterwards, also without a terminal, until Ctrl-C.
    #[arg(long)]
    keep: bool,
}

/// Shows the main job; whatever happens, the server is stopped in order.
pub(crate) async fn run(demo: Demo, flags: &Everywhere, output: &mut Output) -> Result<(), Failure> {
    let mut signals = Signals::listen()?;
    let stage = tokio::select! {
        stage = Stage::build(demo.settings, flags, output) => stage?,
        () = signals.next() => return Err(interrupted()),
    };
    let played = tokio::select! {
        played = play::main_job(&stage, output) => played,
        () = signals.next() => Err(interrupted()),
    };
    let shown = played.and_then(|summary| Ok(output.show(&summary, summary::text)?));
    let stays = demo.keep || (!demo.exit && output.is_watched());
    if stays && shown.is_ok() {
        stage.say_what_to_try(output).await?;
        signals.next().await;
    } else if shown.is_ok() {
        stage.say_how_to_go_on(output);
    }
    stage.clear().await;
    shown
}

fn interrupted() -> Failure {
    Failure::Work {
        what: "the demo".to_owned(),
        class: "interrupted".to_owned(),
        message: "it was asked to stop".to_owned(),
        advice: "start it again: what is done already is not done twice".to_owned(),
    }
}
