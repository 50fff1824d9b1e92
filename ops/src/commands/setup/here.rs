//! What is set up at a server.

use std::collections::BTreeMap;

use mediary_events::notification::standard;
use mediary_schema::{RootId, profile::ProfileName, redact::REDACTED};
use serde_json::json;

use super::{
    bot::Bot,
    channel::Channel,
    check::Check,
    document::{Section, Setup},
    follow::Follow,
    rule::Rule,
    schedule::{self, Names, Unknown},
    setting::{Layout, Limits, Quota, Trash},
    site::Site,
};
use crate::{
    answers::{
        bot as bots,
        check::ExportCheck,
        file::Root,
        notification::{NotificationChannel, NotificationRule},
        playlist::Playlist,
        project::Project,
        schedule::Schedule,
        setting as settings,
        template::Template,
        transcode::{Profile, Watch},
    },
    client::Client,
    commands::{
        bot, check,
        failure::Failure,
        file, notification, page, playlist, project, schedule as schedules, secret, setting, template,
        transcode::{profile, watch},
    },
    output::clean,
};

/// What there is, and by which names it is known.
#[derive(Debug)]
pub(super) struct Here {
    pub(super) setup: Setup,
    pub(super) names: Names,
    /// Rules that there are without anybody having added them, which no file has to say.
    pub(super) standard_rules: BTreeMap<String, Rule>,
    /// Ids of projects by their names.
    pub(super) projects: BTreeMap<String, String>,
    /// Ids of checks by their names.
    pub(super) checks: BTreeMap<String, String>,
    /// Ids of schedules by their names.
    pub(super) schedules: BTreeMap<String, String>,
    /// What a file can't say, and why.
    pub(super) left_out: Vec<String>,
}

/// The schedule by which a list is refreshed that is followed with a rhythm.
pub(super) fn refresh_of(playlist_id: &str) -> String {
    format!("refresh {playlist_id}")
}

impl Here {
    /// Asks for so much of it.
    pub(super) async fn read(client: &Client, sections: &[Section]) -> Result<Self, Failure> {
        let mut here = Self {
            setup: Setup::nothing(),
            names: Names::default(),
            standard_rules: BTreeMap::new(),
            projects: BTreeMap::new(),
            checks: BTreeMap::new(),
            schedules: BTreeMap::new(),
            left_out: Vec::new(),
        };
        for section in sections {
            match section {
                Section::Settings => here.read_settings(client).await?,
                Section::Templates => here.read_templates(client).await?,
                Section::Profiles => here.read_profiles(client).await?,
                Section::Channels => here.read_channels(client).await?,
                Section::Rules => here.read_rules(client).await?,
                Section::Sites => here.read_sites(client).await?,
                Section::Bot => here.read_bot(client).await?,
                Section::Checks => here.read_checks(client).await?,
                // Both at once, below: a list has its schedule, and a schedule names lists.
                Section::Follows | Section::Schedules => {}
            }
        }
        if sections.contains(&Section::Follows) || sections.contains(&Section::Schedules) {
            here.read_lists_and_schedules(client, sections).await?;
        }
        Ok(here)
    }

    async fn read_settings(&mut self, client: &Client) -> Result<(), Failure> {
        let limits: settings::Limits = client.ask(&setting::SHOW, json!({})).await?;
        self.setup.settings.limits = Some(Limits::from(limits));
        let trash: settings::Trash = client.ask(&setting::trash::SHOW, json!({})).await?;
        self.setup.settings.trash = Some(Trash::from(trash));
        let layout: settings::Layout = client.ask(&setting::layout::SHOW, json!({})).await?;
        self.setup.settings.layout = Some(Layout::from(layout));
        let roots: Vec<Root> = client.ask(&file::root::LIST, json!({})).await?;
        for root in roots.iter().filter(|root| root.id != RootId::LIBRARY.to_string()) {
            let what = format!("the root {}, whose folder is one of this machine", clean(&root.name));
            self.left_out.push(what);
        }
        let watches: Vec<Watch> = client.ask(&watch::LIST, json!({})).await?;
        for watched in &watches {
            let what = format!(
                "the watched folder {}, which is one of this machine",
                clean(&watch::folder(watched))
            );
            self.left_out.push(what);
        }
        let projects: Vec<Project> = client.ask(&project::LIST, json!({})).await?;
        self.projects = projects.into_iter().map(|project| (project.name, project.id)).collect();
        let quotas: Vec<settings::Quota> = client.ask(&setting::quota::LIST, json!({})).await?;
        for quota in quotas {
            match self.projects.iter().find(|(_, id)| **id == quota.of) {
                Some((name, _)) => {
                    self.setup.settings.quotas.insert(name.clone(), Quota::from(quota));
                }
                None => self.left_out.push(format!("the quota of {}, whom only this server knows", quota.of)),
            }
        }
        Ok(())
    }

    async fn read_templates(&mut self, client: &Client) -> Result<(), Failure> {
        let templates: Vec<Template> = client.ask(&template::LIST, json!({})).await?;
        let templates = templates.into_iter().map(|template| {
            let Template { name, priority, batch, tags, .. } = template;
            (name, json!({ "priority": priority, "batch": batch, "tags": tags }))
        });
        let templates = templates.collect::<serde_json::Map<_, _>>();
        self.setup.templates = serde_json::from_value(templates.into()).map_err(std::io::Error::from)?;
        Ok(())
    }

    async fn read_profiles(&mut self, client: &Client) -> Result<(), Failure> {
        let profiles: Vec<Profile> = client.ask(&profile::LIST, json!({})).await?;
        for own in profiles.iter().filter(|profile| profile.is_own) {
            let name: ProfileName = own.name.parse().map_err(std::io::Error::other)?;
            self.setup.profiles.insert(name, profile::rules_of(own)?);
        }
        Ok(())
    }

    async fn read_channels(&mut self, client: &Client) -> Result<(), Failure> {
        let channels: Vec<NotificationChannel> = client.ask(&notification::channel::LIST, json!({})).await?;
        self.setup.channels =
            channels.iter().map(|channel| (channel.name.clone(), Channel::from(channel))).collect();
        Ok(())
    }

    async fn read_sites(&mut self, client: &Client) -> Result<(), Failure> {
        let sites: Vec<settings::Site> = client.ask(&setting::site::LIST, json!({})).await?;
        if !sites.is_empty() {
            self.read_secrets(client).await?;
        }
        let of = |site: &settings::Site| (site.name.clone(), Site::of(site, &self.names.secrets));
        self.setup.sites = sites.iter().map(of).collect();
        Ok(())
    }

    async fn read_bot(&mut self, client: &Client) -> Result<(), Failure> {
        let found: Option<bots::Bot> = client.ask(&bot::SHOW, json!({})).await?;
        let Some(found) = found else { return Ok(()) };
        self.read_secrets(client).await?;
        self.setup.bot = Bot::of(&found, &self.names.secrets);
        if self.setup.bot.is_none() {
            self.left_out.push("the bot, whose token was deleted".to_owned());
        }
        Ok(())
    }

    async fn read_checks(&mut self, client: &Client) -> Result<(), Failure> {
        let all: Vec<ExportCheck> = page::all(client, &check::export::EXPORT, json!({}), None).await?;
        let names: BTreeMap<String, String> =
            all.iter().map(|check| (check.id.clone(), check.name.clone())).collect();
        for check in &all {
            self.checks.insert(check.name.clone(), check.id.clone());
            if let Some(file) = &check.file {
                let what = format!("the check {}, which the file {} says", clean(&check.name), clean(file));
                self.left_out.push(what);
                continue;
            }
            self.setup.checks.insert(check.name.clone(), Check::of(check, &names));
        }
        Ok(())
    }

    async fn read_rules(&mut self, client: &Client) -> Result<(), Failure> {
        let rules: Vec<NotificationRule> = client.ask(&notification::rule::LIST, json!({})).await?;
        let (standard, ours) = rules.into_iter().partition::<Vec<_>, _>(|rule| rule.is_standard);
        let is_there = |name: &String| rules_have(&standard, name) || rules_have(&ours, name);
        self.setup.removed_rules = standard_rules().filter(|name| !is_there(name)).collect();
        self.standard_rules = standard.into_iter().map(|rule| (rule.name.clone(), rule.into())).collect();
        self.setup.rules = ours.into_iter().map(|rule| (rule.name.clone(), rule.into())).collect();
        Ok(())
    }

    async fn read_lists_and_schedules(
        &mut self,
        client: &Client,
        sections: &[Section],
    ) -> Result<(), Failure> {
        let filter = json!({ "filter": { "search": null } });
        let lists: Vec<Playlist> = page::all(client, &playlist::LIST, filter, None).await?;
        let schedules: Vec<Schedule> = page::all(client, &schedules::LIST, json!({}), None).await?;
        self.schedules =
            schedules.iter().map(|schedule| (schedule.name.clone(), schedule.id.clone())).collect();
        let lists: Vec<Playlist> = lists.into_iter().filter(|list| list.followed).collect();
        self.names.lists = lists
            .iter()
            .filter(|list| !list.url.contains(REDACTED))
            .map(|list| (list.id.clone(), list.url.clone()))
            .collect();
        let has_secrets = lists.iter().any(|list| list.cookie_secret_id.is_some())
            || schedules.iter().any(|schedule| schedule.command.arguments.to_string().contains("\"secret-"));
        if has_secrets {
            self.read_secrets(client).await?;
        }
        let mut refreshes = BTreeMap::new();
        for schedule in &schedules {
            let list = lists.iter().find(|list| schedule.name == refresh_of(&list.id));
            if let Some(list) = list.filter(|list| is_plain_refresh(schedule, &list.id)) {
                refreshes.insert(list.id.as_str(), schedule);
            } else if sections.contains(&Section::Schedules) {
                self.take_schedule(schedule);
            }
        }
        if sections.contains(&Section::Follows) {
            for list in &lists {
                if list.url.contains(REDACTED) {
                    let what = format!("the list {}, whose address opens something", clean(&list.url));
                    self.left_out.push(what);
                    continue;
                }
                let refreshed_by = refreshes.get(list.id.as_str()).copied();
                let follow = Follow::of(list, &self.names.secrets, refreshed_by);
                self.setup.follows.insert(list.url.clone(), follow);
            }
        }
        Ok(())
    }

    /// Secrets by their ids.
    pub(super) async fn read_secrets(&mut self, client: &Client) -> Result<(), Failure> {
        let secrets = page::all(client, &secret::LIST, json!({}), None).await?;
        self.names.secrets = secrets.into_iter().map(|secret| (secret.id, secret.name)).collect();
        Ok(())
    }

    fn take_schedule(&mut self, of: &Schedule) {
        match schedule::Schedule::of(of, &self.names) {
            Ok(told) => {
                self.setup.schedules.insert(of.name.clone(), told);
            }
            Err(Unknown(_, id)) => self.left_out.push(format!(
                "the schedule {}, which is about {id}: only this server has it, or nobody follows it",
                clean(&of.name)
            )),
        }
    }
}

/// The names of the rules that there are without anybody having added them.
pub(super) fn standard_rules() -> impl Iterator<Item = String> {
    standard().keys().cloned()
}

fn rules_have(rules: &[NotificationRule], name: &str) -> bool {
    rules.iter().any(|rule| rule.name == name)
}

/// Whether a schedule is what following a list with a rhythm adds, but for the rhythm.
fn is_plain_refresh(schedule: &Schedule, playlist_id: &str) -> bool {
    let Schedule { command, jitter_seconds, .. } = schedule;
    command.name == "playlist.refresh"
        && command.arguments == json!({ "playlist_id": playlist_id })
        && *jitter_seconds == 0
}
