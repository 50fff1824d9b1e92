//! `mediary completions`: what shells want to know.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::{arguments::Arguments, failure::Failure};
use crate::output::Output;

/// For which shell.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  mediary completions bash > ~/.local/share/bash-completion/completions/mediary"
)]
pub(crate) struct Completions {
    /// The shell.
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
}

/// Writes the completion script.
pub(crate) fn run(Completions { shell }: &Completions, output: &mut Output) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(*shell, &mut Arguments::command(), "mediary", &mut script);
    Ok(output.text(&String::from_utf8_lossy(&script))?)
}
