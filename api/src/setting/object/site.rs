use std::collections::HashMap;

use async_graphql::{Context, ID, SimpleObject};
use mediary_schema::{cookies::CookieMode, lane::Lane, site::SiteSettings};

use crate::{
    as_of::moment,
    lane::{LaneHold, Pace, RequestBudget},
    playlist::CookieModeName,
    schema::platform,
};

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
                    Lane::LibraryDisk | Lane::Drive(_) | Lane::Encoder(_) => None,
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
            pace: paces.remove(&name).map(Pace::from),
            hold: holds.remove(&name).map(LaneHold::from),
            name,
        };
        sites.into_iter().map(site).collect()
    }
}
