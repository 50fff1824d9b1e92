//! Lists that are followed, by their addresses.

use std::collections::BTreeMap;

use mediary_schema::layout::SidecarKind;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    setting::{said_sidecars, sidecars_input},
    timing::{Span, timing},
};
use crate::answers::{playlist::Playlist, schedule::Schedule};

/// How a list is followed. What is left out stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Follow {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    keep: Option<Keep>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    quality: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    filter: Option<Vec<String>>,
    /// The name of the secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) cookies: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cookies_when: Option<CookiesWhen>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    layout: Option<LayoutOf>,
    /// Where its files lie, if not as the layout has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    template: Option<String>,
    /// What lies beside them, if not what the layout has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sidecars: Option<Vec<SidecarKind>>,
    /// The profile by which a file is made of each that is kept, or `nothing`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    transcode: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    every: Option<Span>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cron: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    zone: Option<String>,
    /// Whether its refreshes wait for somebody to resume them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    paused: Option<bool>,
}

/// Which entries are kept without being asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Keep {
    New,
    All,
    Nothing,
}

/// When cookies are sent along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum CookiesWhen {
    Off,
    Needed,
    Always,
}

impl CookiesWhen {
    /// By its name in GraphQL.
    pub(super) fn named(word: &str) -> Self {
        match word {
            "WHEN_NEEDED" => Self::Needed,
            "ALWAYS" => Self::Always,
            _ => Self::Off,
        }
    }

    /// Its name in GraphQL.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Off => "OFF",
            Self::Needed => "WHEN_NEEDED",
            Self::Always => "ALWAYS",
        }
    }
}

/// How files of a list are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum LayoutOf {
    Library,
    Plain,
    Plex,
}

impl LayoutOf {
    /// The name in GraphQL; none of what the library has.
    const fn name(self) -> Option<&'static str> {
        match self {
            Self::Library => None,
            Self::Plain => Some("PLAIN"),
            Self::Plex => Some("PLEX"),
        }
    }
}

/// Instead of a profile: nothing is made.
const NOTHING: &str = "nothing";

impl Follow {
    /// A list that is followed, the names of the secrets by their ids, and the schedule by which it is refreshed. With a cookie whose
    /// secret is gone, it has none.
    pub(super) fn of(
        playlist: &Playlist,
        secrets: &BTreeMap<String, String>,
        refreshed_by: Option<&Schedule>,
    ) -> Self {
        let keep = match playlist.keep.as_str() {
            "NEW" => Keep::New,
            "ALL" => Keep::All,
            _ => Keep::Nothing,
        };
        let cookies = playlist.cookie_secret_id.as_ref().and_then(|id| secrets.get(id)).cloned();
        let cookies_when = match (playlist.cookie_mode.as_str(), &cookies) {
            ("WHEN_NEEDED", Some(_)) => CookiesWhen::Needed,
            ("ALWAYS", Some(_)) => CookiesWhen::Always,
            _ => CookiesWhen::Off,
        };
        let keeps = keep != Keep::Nothing;
        let own = playlist.layout.as_ref();
        let layout = own.map_or(LayoutOf::Library, |own| match own.name.as_str() {
            "PLEX" => LayoutOf::Plex,
            _ => LayoutOf::Plain,
        });
        let sidecars = own.and_then(said_sidecars);
        let every = refreshed_by.and_then(|schedule| Some(Span(schedule.every_seconds?.try_into().ok()?)));
        Self {
            keep: Some(keep),
            quality: playlist.keep_quality.clone().filter(|_| keeps),
            filter: keeps.then(|| playlist.keep_filter.clone()),
            cookies,
            cookies_when: Some(cookies_when),
            layout: Some(layout),
            template: own.filter(|own| own.template_is_own).map(|own| own.template.clone()),
            sidecars,
            transcode: Some(playlist.transcode_profile.clone().unwrap_or_else(|| NOTHING.to_owned())),
            every,
            cron: refreshed_by.and_then(|schedule| schedule.cron.clone()),
            zone: refreshed_by.and_then(|schedule| schedule.zone.clone()),
            paused: refreshed_by.map(|schedule| schedule.is_paused).filter(|paused| *paused),
        }
    }

    /// One that nobody follows yet.
    pub(super) fn nothing() -> Self {
        Self {
            keep: Some(Keep::Nothing),
            cookies_when: Some(CookiesWhen::Off),
            layout: Some(LayoutOf::Library),
            transcode: Some(NOTHING.to_owned()),
            ..Self::default()
        }
    }

    /// What there will be: what is said, and otherwise what is here.
    pub(super) fn over(&self, here: &Self) -> Self {
        let said = self.clone();
        let says_when = self.every.is_some() || self.cron.is_some();
        let timed = if says_when { &said } else { here };
        let keep = said.keep.or(here.keep);
        let keeps = keep != Some(Keep::Nothing);
        // What was said of nothing that is kept is forgotten.
        let (quality, filter) = (said.quality.clone().or_else(|| here.quality.clone()), said.filter.clone());
        let filter = filter.or_else(|| here.filter.clone()).or_else(|| Some(Vec::new()));
        let quality = quality.or_else(|| Some("best".to_owned()));
        // Cookies that are named are meant to be sent.
        let named = said.cookies.as_ref().map(|_| CookiesWhen::Needed);
        let cookies_when = said
            .cookies_when
            .or_else(|| named.filter(|_| here.cookies != said.cookies))
            .or(here.cookies_when);
        let (every, cron, zone) = (timed.every, timed.cron.clone(), timed.zone.clone());
        let zone = zone.or_else(|| cron.as_ref().map(|_| super::timing::ZONE.to_owned()));
        let cookies = said.cookies.or_else(|| here.cookies.clone());
        // What is said of a layout is all of it.
        let laid_out = if said.layout.is_some() { self } else { here };
        Self {
            keep,
            quality: quality.filter(|_| keeps),
            filter: filter.filter(|_| keeps),
            cookies: cookies.filter(|_| cookies_when != Some(CookiesWhen::Off)),
            cookies_when,
            layout: laid_out.layout,
            template: laid_out.template.clone(),
            sidecars: laid_out.sidecars.clone(),
            transcode: said.transcode.or_else(|| here.transcode.clone()),
            every,
            cron,
            zone,
            paused: said.paused.or(here.paused).filter(|paused| *paused),
        }
    }

    /// Whether what the file says makes sense by itself.
    pub(super) fn check(&self) -> Result<(), &'static str> {
        let keeps_nothing = self.keep == Some(Keep::Nothing);
        if keeps_nothing
            && (self.quality.is_some() || self.filter.as_ref().is_some_and(|rules| !rules.is_empty()))
        {
            return Err("what is kept of it is nothing: `quality` and `filter` are of what is kept");
        }
        if self.cookies.is_none()
            && matches!(self.cookies_when, Some(CookiesWhen::Needed | CookiesWhen::Always))
        {
            return Err("it says when cookies are sent, and not which: `cookies = \"NAME\"` names a secret");
        }
        let is_own = self.layout.and_then(LayoutOf::name).is_some();
        if !is_own && (self.template.is_some() || self.sidecars.is_some()) {
            return Err(
                "`template` and `sidecars` are of a layout: `layout = \"plain\"` or `\"plex\"` names one",
            );
        }
        timing(self.every, self.cron.as_deref(), self.zone.as_deref()).map(drop)
    }

    /// The difference as the API takes it, besides whether its refreshes are paused.
    pub(super) fn input(&self, url: &str, here: Option<&Self>, secret_id: Option<&str>) -> Value {
        let nothing = Self::nothing();
        let before = here.unwrap_or(&nothing);
        let mut input = json!({ "url": url });
        let keeping = |of: &Self| (of.keep, of.quality.clone(), of.filter.clone());
        if keeping(self) != keeping(before) {
            input["keep"] = self.keep.map(|keep| format!("{keep:?}").to_ascii_uppercase()).into();
            input["quality"] = self.quality.clone().into();
            input["filter"] = self.filter.clone().into();
        }
        if (&self.cookies, self.cookies_when) != (&before.cookies, before.cookies_when) {
            input["cookies"] = match self.cookies_when {
                None | Some(CookiesWhen::Off) => json!({ "mode": "OFF" }),
                Some(CookiesWhen::Needed) => json!({ "mode": "WHEN_NEEDED", "secretId": secret_id }),
                Some(CookiesWhen::Always) => json!({ "mode": "ALWAYS", "secretId": secret_id }),
            };
        }
        let laid_out = |of: &Self| (of.layout, of.template.clone(), of.sidecars.clone());
        if laid_out(self) != laid_out(before) {
            let kinds = sidecars_input(self.sidecars.as_deref());
            let name = self.layout.and_then(LayoutOf::name);
            input["layout"] = json!({ "name": name, "template": self.template, "sidecars": kinds });
        }
        if self.transcode != before.transcode {
            input["transcode"] = json!({ "profile": self.profile() });
        }
        let timed = |of: &Self| timing(of.every, of.cron.as_deref(), of.zone.as_deref()).unwrap_or_default();
        if timed(self) != timed(before) {
            input["refreshTiming"] = timed(self).into();
        }
        input
    }

    /// The profile by which a file is made of each that is kept.
    pub(super) fn profile(&self) -> Option<&str> {
        self.transcode.as_deref().filter(|profile| *profile != NOTHING)
    }

    /// Whether its refreshes wait for somebody; none if it has no schedule.
    pub(super) fn is_paused(&self) -> Option<bool> {
        let is_timed = self.every.is_some() || self.cron.is_some();
        is_timed.then(|| self.paused == Some(true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follow(text: &str) -> Follow {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn what_is_left_out_stays_as_it_is() {
        let here = follow(
            "keep = 'new'\nquality = 'audio'\nfilter = ['kind=video']\ncookies = 'tube'\ncookies_when = 'always'\n\
             cron = '@daily'\nzone = 'Europe/Berlin'",
        );
        assert_eq!(follow("").over(&here), here);
        assert_eq!(follow("keep = 'new'").over(&here), here);
        let other = follow("quality = '720p'").over(&here);
        let input = other.input("u", Some(&here), None);
        assert_eq!(input, json!({ "url": "u", "keep": "NEW", "quality": "720p", "filter": ["kind=video"] }));
        let none = follow("keep = 'nothing'").over(&here);
        let input = none.input("u", Some(&here), None);
        assert_eq!(input, json!({ "url": "u", "keep": "NOTHING", "quality": null, "filter": null }));
        let off = follow("cookies_when = 'off'").over(&here).input("u", Some(&here), None);
        assert_eq!(off, json!({ "url": "u", "cookies": { "mode": "OFF" } }));
        let laid_out = follow("layout = 'plex'\ntemplate = '{list}/{title}'\nsidecars = ['nfo']").over(&here);
        let layout = json!({ "name": "PLEX", "template": "{list}/{title}", "sidecars": ["NFO"] });
        assert_eq!(laid_out.input("u", Some(&here), None), json!({ "url": "u", "layout": layout }));
        let as_library = follow("layout = 'library'").over(&laid_out).input("u", Some(&laid_out), None);
        let layout = json!({ "name": null, "template": null, "sidecars": null });
        assert_eq!(as_library, json!({ "url": "u", "layout": layout }));
        let made = follow("transcode = 'web'").over(&here);
        let transcode = json!({ "profile": "web" });
        assert_eq!(made.input("u", Some(&here), None), json!({ "url": "u", "transcode": transcode }));
        assert_eq!(follow("").over(&made), made);
        let unmade = follow("transcode = 'nothing'").over(&made).input("u", Some(&made), None);
        assert_eq!(unmade, json!({ "url": "u", "transcode": { "profile": null } }));
        let often = follow("every = '90m'").over(&here).input("u", Some(&here), None);
        assert_eq!(often, json!({ "url": "u", "refreshTiming": { "everySeconds": 5_400 } }));
    }

    #[test]
    fn a_list_that_nobody_follows_has_what_is_said_and_nothing_else() {
        let nothing = Follow::nothing();
        assert_eq!(follow("").over(&nothing).input("u", None, None), json!({ "url": "u" }));
        let wanted =
            follow("cookies = 'tube'\nkeep = 'all'").over(&nothing).input("u", None, Some("secret-1"));
        let cookies = json!({ "mode": "WHEN_NEEDED", "secretId": "secret-1" });
        let expected =
            json!({ "url": "u", "keep": "ALL", "quality": "best", "filter": [], "cookies": cookies });
        assert_eq!(wanted, expected);
        assert_eq!(follow("every = '1d'\npaused = true").over(&nothing).is_paused(), Some(true));
        assert_eq!(follow("paused = true").over(&nothing).is_paused(), None);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for text in [
            "keep = 'nothing'\nquality = 'best'",
            "cookies_when = 'always'",
            "every = '1h'\ncron = '@daily'",
            "every = '1h'\nzone = 'UTC'",
            "template = '{title}'",
            "layout = 'library'\nsidecars = []",
        ] {
            assert!(follow(text).check().is_err(), "{text}");
        }
        assert_eq!(follow("keep = 'nothing'\nfilter = []").check(), Ok(()));
    }
}
