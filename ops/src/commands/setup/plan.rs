//! What a file would have done: every difference with the commands that make it none, each of them tried.

mod checks;
mod notices;

use serde_json::json;

use super::{
    apply::Command,
    document::{Lines, Section, Setup},
    follow::Follow,
    here::{Here, refresh_of},
    row::{Change, Row, Step},
    schedule::Unknown,
};
use crate::{
    client::{Client, DryRun, Error},
    commands::{failure::Failure, named, playlist, transcode::profile},
    output::Output,
};

/// Everything that a file would have done.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) steps: Vec<Step>,
}

impl Plan {
    /// Compares a file with what is here, and tries each difference. Nothing is done; what can't be is told, all of it.
    pub(super) async fn make(
        setup: &Setup,
        lines: &Lines,
        here: Here,
        client: &Client,
        output: &mut Output,
    ) -> Result<Self, Failure> {
        let mut making = Making { lines, here, client, plan: Self::default(), refused: Vec::new() };
        making.settings(setup).await?;
        making.templates(setup).await?;
        making.profiles(setup).await?;
        making.secrets(setup).await?;
        making.channels(setup).await?;
        making.rules(setup).await?;
        making.sites(setup).await?;
        making.bot(setup).await?;
        making.checks(setup).await?;
        making.follows(setup).await?;
        making.schedules(setup).await?;
        let Making { plan, refused, .. } = making;
        let mut refused = refused.into_iter();
        let Some(first) = refused.next() else { return Ok(plan) };
        for further in refused {
            output.note(&format!("also: {further}"));
        }
        Err(first)
    }

    /// Whether all is as the file says.
    pub(super) fn is_empty(&self) -> bool {
        self.steps.iter().all(|step| step.commands.is_empty())
    }

    pub(super) fn rows(&self) -> Vec<Row> {
        self.steps.iter().flat_map(|step| step.rows.iter().cloned()).collect()
    }
}

struct Making<'a> {
    lines: &'a Lines,
    here: Here,
    client: &'a Client,
    plan: Plan,
    refused: Vec<Failure>,
}

impl Making<'_> {
    fn row(&self, section: Section, path: &[&str], change: Change) -> Row {
        let whole: Vec<&str> = std::iter::once(section.name()).chain(path.iter().copied()).collect();
        Row::new(section, path.last().copied().unwrap_or_default(), self.lines.of_row(&whole), change)
    }

    fn push(&mut self, row: Row, commands: Vec<Command>) {
        self.plan.steps.push(Step { rows: vec![row], commands, needs: Vec::new() });
    }

    /// What makes no sense by itself.
    fn refuse(&mut self, row: &Row, why: &str) {
        let message = format!("{}: {why}", row.place());
        self.refused.push(Failure::Usage {
            message,
            advice: "nothing was done; correct the file, and import it again",
        });
    }

    fn lacks(&mut self, row: &Row, what: &str, advice: &'static str) {
        self.refused.push(Failure::NotFound { id: format!("{what} ({})", row.place()), advice });
    }

    fn lacks_secret(&mut self, row: &Row, name: &str) {
        let advice = "`mediary secret set NAME --stdin` keeps one; nothing was done";
        self.lacks(row, &format!("secret called {name:?}"), advice);
    }

    /// Tries a command: what it would do, or nothing if it would be refused, which is then told with its line.
    async fn tried(&mut self, row: &mut Row, command: &Command) -> Result<Option<Box<DryRun>>, Failure> {
        let said = |message: &str| format!("{}: {message}", row.place());
        match command.send(&self.client.dry()).await {
            Err(Failure::Client(Error::DryRun(plan))) if plan.user_errors.is_empty() => {
                row.event_count += plan.told.event_count;
                row.job_count += plan.told.effects.job_count;
                Ok(Some(plan))
            }
            Err(Failure::Client(Error::DryRun(plan))) => {
                for mut error in plan.user_errors {
                    error.message = said(&error.message);
                    self.refused.push(Failure::Refused(error));
                }
                Ok(None)
            }
            Err(Failure::Refused(mut error)) => {
                error.message = said(&error.message);
                self.refused.push(Failure::Refused(error));
                Ok(None)
            }
            Err(Failure::Client(Error::Fault(mut fault))) => {
                fault.message = said(&fault.message);
                self.refused.push(Failure::Client(Error::Fault(fault)));
                Ok(None)
            }
            Err(other) => Err(other),
            Ok(()) => Ok(None),
        }
    }

    /// A setting that is whole: it is so already, or one command makes it so.
    async fn whole(&mut self, name: &str, change: Change, command: Command) -> Result<(), Failure> {
        let mut row = self.row(Section::Settings, &[name], change);
        let mut commands = Vec::new();
        if change != Change::Keep {
            self.tried(&mut row, &command).await?;
            commands.push(command);
        }
        self.push(row, commands);
        Ok(())
    }

    async fn settings(&mut self, setup: &Setup) -> Result<(), Failure> {
        if let Some(limits) = &setup.settings.limits {
            let here = self.here.setup.settings.limits.clone().unwrap_or_default();
            let is_so = limits.is_so(&here);
            let change = if is_so { Change::Keep } else { Change::Alter };
            let mut row = self.row(Section::Settings, &["limits"], change);
            if let Some(kind) = limits.unknown(&here) {
                self.refuse(&row, &format!("there is no kind of work {kind:?}; there are {}", here.known()));
            } else if is_so {
                self.push(row, Vec::new());
            } else {
                let command = Command::Limits(limits.input());
                self.tried(&mut row, &command).await?;
                self.push(row, vec![command]);
            }
        }
        let here = self.here.setup.settings.clone();
        if let Some(trash) = &setup.settings.trash {
            let change = compared(trash, here.trash.as_ref());
            self.whole("trash", change, Command::Trash(trash.input())).await?;
        }
        if let Some(layout) = &setup.settings.layout {
            let change = compared(layout, here.layout.as_ref());
            self.whole("layout", change, Command::Layout(layout.input())).await?;
        }
        for (name, quota) in &setup.settings.quotas {
            let here = self.here.setup.settings.quotas.get(name);
            let change = compared(quota, here);
            let mut row = self.row(Section::Settings, &["quotas", name], change);
            let Some(of) = self.here.projects.get(name) else {
                self.lacks(
                    &row,
                    &format!("project called {name:?}"),
                    "`mediary project create NAME` makes one",
                );
                continue;
            };
            let command = Command::Quota(quota.input(of));
            if change == Change::Keep {
                self.push(row, Vec::new());
                continue;
            }
            self.tried(&mut row, &command).await?;
            self.push(row, vec![command]);
        }
        Ok(())
    }

    /// Those that are otherwise are saved by one command: all of them, or none.
    async fn templates(&mut self, setup: &Setup) -> Result<(), Failure> {
        let (mut rows, mut wanted) = (Vec::new(), Vec::new());
        for (name, settings) in &setup.templates {
            let mut settings = settings.clone();
            settings.tags.sort();
            settings.tags.dedup();
            let change = compared(&settings, self.here.setup.templates.get(name));
            let row = self.row(Section::Templates, &[name.as_str()], change);
            if change == Change::Keep {
                self.push(row, Vec::new());
                continue;
            }
            rows.push(row);
            wanted.push(json!({ "name": name, "priority": settings.priority, "batch": settings.batch,
                "tags": settings.tags }));
        }
        let Some(first) = rows.first() else { return Ok(()) };
        let command = Command::Templates(json!({ "templates": wanted }));
        let mut of_all = first.clone();
        self.tried(&mut of_all, &command).await?;
        // Each of them is one event.
        for row in &mut rows {
            row.event_count = 1;
        }
        self.plan.steps.push(Step { rows, commands: vec![command], needs: Vec::new() });
        Ok(())
    }

    async fn profiles(&mut self, setup: &Setup) -> Result<(), Failure> {
        for (name, rules) in &setup.profiles {
            let change = compared(rules, self.here.setup.profiles.get(name));
            let mut row = self.row(Section::Profiles, &[name.as_str()], change);
            let mut commands = Vec::new();
            if change != Change::Keep {
                let command = Command::Profile(profile::saving(name.as_str(), rules)?);
                self.tried(&mut row, &command).await?;
                commands.push(command);
            }
            self.push(row, commands);
        }
        Ok(())
    }

    /// Asks for the secrets, if the file names any.
    async fn secrets(&mut self, setup: &Setup) -> Result<(), Failure> {
        if !setup.secrets().is_empty() {
            self.here.read_secrets(self.client).await?;
        }
        Ok(())
    }

    async fn follows(&mut self, setup: &Setup) -> Result<(), Failure> {
        for (url, said) in &setup.follows {
            let row = self.row(Section::Follows, &[url], Change::Keep);
            if let Err(why) = said.check() {
                self.refuse(&row, why);
                continue;
            }
            let comes =
                said.profile().is_some_and(|name| setup.profiles.keys().any(|own| own.as_str() == name));
            self.follow(url, said, row, comes).await?;
        }
        Ok(())
    }

    /// How a list is followed; `comes` says that the profile by which something is made of its files comes with the file.
    async fn follow(&mut self, url: &str, said: &Follow, mut row: Row, comes: bool) -> Result<(), Failure> {
        let mut playlist_id = self.known(url).await?;
        let followed = playlist_id.as_ref().and_then(|id| self.here.names.lists.get(id));
        let here = followed.and_then(|url| self.here.setup.follows.get(url)).cloned();
        let nothing = Follow::nothing();
        let wanted = said.over(here.as_ref().unwrap_or(&nothing));
        let secret_id =
            wanted.cookies.as_ref().and_then(|name| self.here.names.secret(name)).map(str::to_owned);
        if let (Some(name), None) = (&wanted.cookies, &secret_id) {
            self.lacks_secret(&row, name);
            return Ok(());
        }
        row.change = compared(&wanted, here.as_ref());
        let input = wanted.input(url, here.as_ref(), secret_id.as_deref());
        let is_timed = input.get("refreshTiming").is_some();
        let says_more = input.as_object().is_some_and(|fields| fields.len() > 1);
        let mut commands = Vec::new();
        let mut schedule_id =
            playlist_id.as_ref().and_then(|id| self.here.schedules.get(&refresh_of(id))).cloned();
        if here.is_none() || says_more {
            // A profile that comes with the file is not here yet when the command is tried.
            let mut tried = input.clone();
            if comes && let Some(fields) = tried.as_object_mut() {
                fields.remove("transcode");
            }
            let command = Command::Follow(input);
            if let Some(plan) = self.tried(&mut row, &Command::Follow(tried)).await? {
                playlist_id = playlist_id.or_else(|| stream_of(&plan, "playlist"));
                schedule_id = schedule_id.or_else(|| stream_of(&plan, "schedule"));
            }
            commands.push(command);
        }
        let was_paused = here.as_ref().and_then(Follow::is_paused);
        let pausing = pausing(wanted.is_paused(), was_paused.filter(|_| !is_timed), schedule_id);
        self.pause(&mut row, pausing, was_paused.is_some(), &mut commands).await?;
        if let Some(id) = playlist_id {
            self.here.names.aliases.insert(url.to_owned(), id);
        }
        self.push(row, commands);
        Ok(())
    }

    /// The id of a list that is called so here, in whichever spelling.
    async fn known(&self, url: &str) -> Result<Option<String>, Failure> {
        if let Some(id) = self.here.names.list(url) {
            return Ok(Some(id.to_owned()));
        }
        match named::id(self.client, playlist::KIND, url).await {
            Ok(id) => Ok(Some(id)),
            Err(Failure::NotFound { .. } | Failure::Ambiguous { .. }) => Ok(None),
            Err(other) => Err(other),
        }
    }

    async fn schedules(&mut self, setup: &Setup) -> Result<(), Failure> {
        for (name, said) in &setup.schedules {
            let said = said.clone().whole();
            let here = self.here.setup.schedules.get(name).cloned();
            let mut row = self.row(Section::Schedules, &[name], compared(&said, here.as_ref()));
            if let Err(why) = said.check() {
                self.refuse(&row, why);
                continue;
            }
            let input = match said.input(name, &self.here.names) {
                Ok(input) => input,
                Err(Unknown(what, called)) => {
                    let advice = match what {
                        "secret" => "`mediary secret set NAME --stdin` keeps one; nothing was done",
                        _ => "follow it first, or say so in the file; nothing was done",
                    };
                    self.lacks(&row, &format!("{what} called {called:?}"), advice);
                    continue;
                }
            };
            let is_like = here.as_ref().is_some_and(|here| said.is_like(here));
            let (mut commands, mut id) = (Vec::new(), self.here.schedules.get(name).cloned());
            if !is_like {
                let command = Command::Schedule(input);
                if let Some(plan) = self.tried(&mut row, &command).await? {
                    id = id.or_else(|| stream_of(&plan, "schedule"));
                }
                commands.push(command);
            }
            let was_paused = here.as_ref().map(|here| here.paused).filter(|_| is_like);
            self.pause(&mut row, pausing(Some(said.paused), was_paused, id), here.is_some(), &mut commands)
                .await?;
            let needs = said.lists().into_iter().map(str::to_owned).collect();
            self.plan.steps.push(Step { rows: vec![row], commands, needs });
        }
        Ok(())
    }

    /// Adds a pause or an end of it; what is to be paused may not be there yet, and then can't be tried.
    async fn pause(
        &mut self,
        row: &mut Row,
        command: Option<Command>,
        is_there: bool,
        commands: &mut Vec<Command>,
    ) -> Result<(), Failure> {
        let Some(command) = command else { return Ok(()) };
        if is_there {
            self.tried(row, &command).await?;
        } else {
            row.event_count += 1;
        }
        commands.push(command);
        Ok(())
    }
}

fn compared<T: PartialEq>(wanted: &T, here: Option<&T>) -> Change {
    match here {
        None => Change::Create,
        Some(here) if here == wanted => Change::Keep,
        Some(_) => Change::Alter,
    }
}

/// What makes a schedule wait, or go on; `was` is none where it is added anew, which never waits.
fn pausing(wanted: Option<bool>, was: Option<bool>, schedule_id: Option<String>) -> Option<Command> {
    let input = json!({ "id": schedule_id? });
    match (wanted?, was) {
        (true, None | Some(false)) => Some(Command::Pause(input)),
        (false, Some(true)) => Some(Command::Resume(input)),
        (true, Some(true)) | (false, None | Some(false)) => None,
    }
}

/// The first stream of a kind that would get an event.
fn stream_of(plan: &DryRun, kind: &str) -> Option<String> {
    let is_of = |stream: &str| stream.strip_prefix(kind).is_some_and(|rest| rest.starts_with('-'));
    plan.told.events.iter().map(|event| &event.stream).find(|stream| is_of(stream)).cloned()
}
