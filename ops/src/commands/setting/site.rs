//! `mediary site`: what holds for a site: how often it is asked, with which cookies, as whom, by which proxy, and how fast.

mod way;

use clap::{ArgGroup, Args, Subcommand};
use serde_json::{Value, json};

use self::way::Way;
use crate::{
    answers::{
        lane::Pace,
        setting::{Site, SitePayload, clear_site, set_site, sites},
    },
    client::{Client, Document},
    commands::{
        failure::Failure,
        intent::Intent,
        noun::Verbs,
        playlist::{AskedWith, input},
        schedule::seconds,
    },
    output::{Output, Table, duration, moment, word},
};

/// What can be done with sites.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// List the sites with settings of their own, and how each of them is.
    List,
    /// Change what holds for a site, from now on; what is left out stays as it is, and what runs goes on.
    #[command(
        group = ArgGroup::new("said").required(true).multiple(true).args([
            "per_hour", "per_day", "pause", "unlimited", "cookies", "no_cookies", "proxy",
            "login", "login_when", "rate_limit",
        ]),
        after_help = "A run is a try of a job that needs the site: a look at a list, or the fetching of one item. Of a budget, what is left out is not limited.\n\nExamples:\n  mediary site set www.example.org --per-hour 60 --per-day 500 --pause 5s\n  mediary site set www.example.org --cookies club --cookies-when always\n  mediary site set nas.example --unlimited\n  mediary site set www.example.org --proxy exit --login club-login --rate-limit 2000000"
    )]
    Set {
        /// The name of its host, as addresses have it.
        #[arg(value_name = "HOST")]
        name: String,
        #[command(flatten)]
        settings: Settings,
        #[command(flatten)]
        intent: Intent,
    },
    /// Let what holds for any other site hold for this one.
    Clear {
        /// The name of its host, as `site list` shows it.
        #[arg(value_name = "HOST")]
        name: String,
        #[command(flatten)]
        intent: Intent,
    },
}

/// What is to hold.
#[derive(Debug, Args)]
pub(crate) struct Settings {
    /// Runs that are begun within any hour.
    #[arg(long, value_name = "N")]
    per_hour: Option<u32>,
    /// Runs that are begun within any 24 hours.
    #[arg(long, value_name = "N")]
    per_day: Option<u32>,
    /// The least between the beginnings of two runs, such as 5s or 2m; chance adds up to half of it.
    #[arg(long, value_name = "D", value_parser = seconds)]
    pause: Option<u32>,
    /// As often as there is something to do.
    #[arg(long, conflicts_with_all = ["per_hour", "per_day", "pause"])]
    unlimited: bool,
    #[command(flatten)]
    cookies: AskedWith,
    #[command(flatten)]
    way: Way,
}

pub(crate) const LIST: Document<sites::Answer> = Document::repeatable(include_str!("sites.graphql"));

pub(crate) const SET: Document<set_site::Answer> = Document::repeatable(include_str!("set_site.graphql"));

pub(crate) const CLEAR: Document<clear_site::Answer> =
    Document::repeatable(include_str!("clear_site.graphql"));

impl Settings {
    fn budget(&self) -> Option<Value> {
        let Self { per_hour, per_day, pause, unlimited, .. } = self;
        let is_said = *unlimited || per_hour.is_some() || per_day.is_some() || pause.is_some();
        let pause_ms = pause.map(|seconds| u64::from(seconds) * 1_000);
        is_said.then(|| json!({ "perHour": per_hour, "perDay": per_day, "pauseMs": pause_ms }))
    }
}

impl Verbs for Verb {
    async fn run(self, client: &Client, output: &mut Output) -> Result<(), Failure> {
        let sites: Vec<Site> = match self {
            Self::List => client.ask(&LIST, json!({})).await?,
            Self::Set { name, settings, intent } => {
                let budget = settings.budget();
                let cookies = settings.cookies.input(client).await?;
                let way = settings.way.input(client).await?;
                let wanted = json!({ "name": name, "budget": budget, "cookies": cookies, "proxy": way.proxy,
                    "login": way.login, "rateLimit": way.rate_limit });
                act(&SET, wanted, intent, client).await?
            }
            Self::Clear { name, intent } => act(&CLEAR, json!({ "name": name }), intent, client).await?,
        };
        Ok(output.show(&sites, |sites| table(sites))?)
    }
}

async fn act(
    document: &Document<SitePayload>,
    wanted: Value,
    intent: Intent,
    client: &Client,
) -> Result<Vec<Site>, Failure> {
    let outcome = client.meant(intent).act(document, input(wanted)).await?;
    Failure::refused(outcome.user_errors)?;
    Ok(outcome.payload.site.into_iter().collect())
}

fn table(sites: &[Site]) -> String {
    let mut table = Table::new(&[
        "site",
        "last hour",
        "last day",
        "pause",
        "waiting",
        "begun by",
        "cookies",
        "login",
        "way",
        "held",
    ]);
    for site in sites {
        let pace = site.pace.as_ref();
        let held = site.hold.as_ref().map(|hold| {
            let until = hold.until.as_deref().map(|until| format!(", until {}", moment(until)));
            format!("{}{}", hold.message, until.unwrap_or_default())
        });
        table.row([
            site.name.clone(),
            pace.map_or_else(dash, |pace| of(pace.last_hour_count, per_hour(pace))),
            pace.map_or_else(dash, |pace| of(pace.last_day_count, pace.budget.per_day)),
            pace.and_then(|pace| pace.budget.pause_ms).map_or_else(dash, duration),
            pace.map_or_else(dash, |pace| pace.backlog_count.to_string()),
            pace.map_or_else(dash, begun_by),
            word(&site.cookie_mode),
            word(&site.login_mode),
            way::text(site),
            held.unwrap_or_else(dash),
        ]);
    }
    table.text("no site has settings of its own: what holds for all, `config show` says")
}

/// What was learnt, where that is less than the budget.
pub(crate) fn per_hour(pace: &Pace) -> Option<i64> {
    pace.budget.per_hour.into_iter().chain(pace.learnt_per_hour).min()
}

/// When all that waits for a site will have been begun; an estimate that can't be made is called so.
pub(crate) fn begun_by(pace: &Pace) -> String {
    match &pace.backlog_begun_by {
        Some(begun_by) => format!("about {}", moment(begun_by)),
        None if pace.backlog_count > 0 => "unknown".to_owned(),
        None => dash(),
    }
}

/// `3 of 60`; without a limit the first alone.
pub(crate) fn of(count: i64, limit: Option<i64>) -> String {
    limit.map_or_else(|| count.to_string(), |limit| format!("{count} of {limit}"))
}

fn dash() -> String {
    "-".to_owned()
}
