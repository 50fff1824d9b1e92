use std::collections::HashMap;

use async_graphql::{Context, Enum, ID, SimpleObject};
use mediary_schema::{cookies::CookieMode, lane::Lane, site::SiteSettings};

use crate::{
    as_of::moment,
    lane::{LaneHold, Pace, RequestBudget},
    playlist::CookieModeName,
    scalar::Long,
    schema::platform,
};

/// When a login is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "CookieMode")]
pub(crate) enum LoginMode {
    /// Never.
    Off,
    /// Once the site has refused without it: it wants a sign-in, a member, an age, a proof of a human.
    WhenNeeded,
    /// Always.
    Always,
}

/// What holds for a site, where somebody set it.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Site {
    /// The name of its host.
    name: String,
    /// How often it is asked; none if that is as for any other.
    budget: Option<RequestBudget>,
    /// When cookies are sent along to it: for lists of it of which nobody said otherwise, and for single items.
    cookie_mode: CookieModeName,
    /// The secret that has them; none if none are sent.
    cookie_secret_id: Option<ID>,
    /// The secret that is the address of the proxy by which it is reached; none if it is reached as any other.
    proxy_secret_id: Option<ID>,
    /// When it is asked as somebody.
    login_mode: LoginMode,
    /// The secret that says as whom; none if that is nobody.
    login_secret_id: Option<ID>,
    /// Bytes per second that each job takes in from it; none if that is not limited.
    job_bytes_per_second: Option<Long>,
    /// How often it was asked, and what that means for what waits for it; none if that can't be known now.
    pace: Option<Pace>,
    /// The condition that holds it, if one does: it asked for a pause, or wants proof of a human. It ends by itself.
    hold: Option<LaneHold>,
}

impl Site {
    /// Sites with what the queue knows of them.
    pub(in crate::setting) async fn all(
        context: &Context<'_>,
        sites: impl IntoIterator<Item = (String, SiteSettings)>,
    ) -> Vec<Self> {
        let sites: Vec<_> = sites.into_iter().collect();
        let (mut paces, mut holds) = (HashMap::new(), HashMap::new());
        match moment(context) {
            None if sites.is_empty() => {}
            None => {
                let queue = &platform(context).queue;
                paces = queue.paces(sites.iter().map(|(site, _)| site.clone()).collect()).await;
                let held = queue.lanes().await.into_iter().filter_map(|load| match load.lane {
                    Lane::Host(host) => Some((host, load.hold?)),
                    Lane::LibraryDisk | Lane::Trash | Lane::Drive(_) | Lane::Encoder(_) => None,
                });
                holds = held.collect();
            }
            Some(moment) => {
                moment.lacks("Site.pace", "how often a site was asked is known of now alone");
                moment.lacks("Site.hold", "what holds a site is known of now alone");
            }
        }
        let site = |(name, settings): (String, SiteSettings)| Self {
            budget: settings.budget.map(RequestBudget::from),
            cookie_mode: CookieMode::of(settings.cookies.as_ref()).into(),
            cookie_secret_id: settings.cookies.map(|cookies| ID(cookies.secret_id.to_string())),
            proxy_secret_id: settings.proxy.map(|proxy| ID(proxy.secret_id.to_string())),
            login_mode: mode_of(&settings).into(),
            login_secret_id: settings.login.map(|login| ID(login.secret_id.to_string())),
            job_bytes_per_second: settings.rate_limit.and_then(|limit| limit.job_bytes_per_second).map(Long),
            pace: paces.remove(&name).map(Pace::from),
            hold: holds.remove(&name).map(LaneHold::from),
            name,
        };
        sites.into_iter().map(site).collect()
    }
}

fn mode_of(settings: &SiteSettings) -> CookieMode {
    match settings.login.map(|login| login.always) {
        None => CookieMode::Off,
        Some(false) => CookieMode::WhenNeeded,
        Some(true) => CookieMode::Always,
    }
}
