//! Nouns of the command line: what each concern adds to it, with its verbs.

use std::fmt;

use clap::{ArgMatches, Command, FromArgMatches, Subcommand, error::ErrorKind};
use futures::{FutureExt as _, future::LocalBoxFuture};

use super::{concerns::CONCERNS, failure::Failure};
use crate::{client::Client, output::Output};

/// Verbs that are asked of a server.
pub(crate) trait Verbs: Subcommand + 'static {
    /// Does what the verb says.
    async fn run(self, client: &Client, output: &mut Output) -> Result<(), Failure>;
}

/// A noun with its verbs.
pub(crate) struct Noun {
    name: &'static str,
    about: &'static str,
    augment: fn(Command) -> Command,
    parse: fn(&ArgMatches) -> Result<Box<dyn Act>, clap::Error>,
}

impl Noun {
    /// A noun; `about` says what it is for, in one sentence without a full stop.
    pub(crate) const fn of<V: Verbs>(name: &'static str, about: &'static str) -> Self {
        Self { name, about, augment: V::augment_subcommands, parse: parse::<V> }
    }

    fn command(&self) -> Command {
        let bare = Command::new(self.name).about(self.about);
        (self.augment)(bare.subcommand_required(true).arg_required_else_help(true))
    }
}

fn parse<V: Verbs>(matches: &ArgMatches) -> Result<Box<dyn Act>, clap::Error> {
    V::from_arg_matches(matches).map(|verb| Box::new(verb) as Box<dyn Act>)
}

/// What was typed, whichever concern it is of.
trait Act {
    fn run<'a>(
        self: Box<Self>,
        client: &'a Client,
        output: &'a mut Output,
    ) -> LocalBoxFuture<'a, Result<(), Failure>>;
}

impl<V: Verbs> Act for V {
    fn run<'a>(
        self: Box<Self>,
        client: &'a Client,
        output: &'a mut Output,
    ) -> LocalBoxFuture<'a, Result<(), Failure>> {
        Verbs::run(*self, client, output).boxed_local()
    }
}

/// A verb of a concern's noun, as it was typed.
pub(crate) struct OfConcern {
    noun: &'static str,
    act: Box<dyn Act>,
}

impl OfConcern {
    /// Does what was typed.
    pub(crate) async fn run(self, client: &Client, output: &mut Output) -> Result<(), Failure> {
        self.act.run(client, output).await
    }
}

impl fmt::Debug for OfConcern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("OfConcern").field("noun", &self.noun).finish_non_exhaustive()
    }
}

fn nouns() -> impl Iterator<Item = &'static Noun> {
    CONCERNS.iter().flat_map(|concern| concern.nouns)
}

impl FromArgMatches for OfConcern {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let typed = matches.subcommand();
        let found = typed.and_then(|(name, of)| Some((nouns().find(|noun| noun.name == name)?, of)));
        let (noun, of) = found.ok_or_else(|| clap::Error::new(ErrorKind::InvalidSubcommand))?;
        Ok(Self { noun: noun.name, act: (noun.parse)(of)? })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Subcommand for OfConcern {
    fn augment_subcommands(command: Command) -> Command {
        nouns().fold(command, |command, noun| command.subcommand(noun.command()))
    }

    fn augment_subcommands_for_update(command: Command) -> Command {
        Self::augment_subcommands(command)
    }

    fn has_subcommand(name: &str) -> bool {
        nouns().any(|noun| noun.name == name)
    }
}
