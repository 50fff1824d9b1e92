use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use mediary_events::setting::{Ask, ask};
use mediary_schema::{
    PrincipalId, ProjectId,
    cookies::CookieMode,
    setting::{Quota as QuotaValue, QuotaOf, TrashLimit},
    site::{RateLimit, RequestBudget, UseLogin, UseProxy},
};

use super::object::{Layout, LayoutInput, Limits, LoginMode, Quota, Site, Trash};
use crate::{
    asking::{self, Done, Terms},
    error::parse_id,
    job::Kind,
    playlist::CookiesInput,
    scalar::Long,
};

#[derive(Debug, Default)]
pub(crate) struct SettingMutation;

/// How much of one kind of work is to run at once.
#[derive(Debug, Clone, Copy, InputObject)]
pub(crate) struct KindLimitInput {
    /// The kind.
    kind: Kind,
    /// Attempts at once.
    limit: u32,
}

/// What is to run at once from now on; what is left out stays as it is.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct LimitsSetInput {
    /// Of these kinds of work.
    #[graphql(default)]
    kinds: Vec<KindLimitInput>,
    /// In total.
    total: Option<u32>,
    #[graphql(flatten)]
    terms: Terms,
}

/// What came of it.
#[derive(Debug, SimpleObject)]
pub(crate) struct LimitsPayload {
    /// The limits as they are now.
    limits: Option<Limits>,
    #[graphql(flatten)]
    done: Done,
}

/// How much of somebody's work there may be from now on; what is left out is not limited.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct QuotaSetInput {
    /// Whose: a project, or a principal for what somebody started.
    of: ID,
    /// Jobs at work at once.
    at_once: Option<u32>,
    /// Jobs that are begun in a day of UTC; one that is tried again counts once.
    jobs_per_day: Option<u32>,
    /// Bytes of files that are kept in a day of UTC. What is at work once they are reached is kept, too.
    bytes_per_day: Option<Long>,
    #[graphql(flatten)]
    terms: Terms,
}

/// What came of it.
#[derive(Debug, SimpleObject)]
pub(crate) struct QuotaPayload {
    /// The quota as it is now.
    quota: Option<Quota>,
    #[graphql(flatten)]
    done: Done,
}

/// How often a site is asked from now on; what is left out is not limited. What is counted are runs: tries of jobs that
/// need the site, each a look at a list or the fetching of one item.
#[derive(Debug, Clone, Copy, InputObject)]
pub(crate) struct RequestBudgetInput {
    /// Runs that are begun within any hour.
    per_hour: Option<u32>,
    /// Runs that are begun within any 24 hours.
    per_day: Option<u32>,
    /// The least between the beginnings of two runs, to which chance adds up to half of it; a day at most.
    pause_ms: Option<Long>,
}

/// By which proxy a site is reached from now on.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct SiteProxyInput {
    /// The secret that is its address, `http://[USER:PASSWORD@]HOST[:PORT]`; by none if left out.
    secret_id: Option<ID>,
}

/// As whom a site is asked from now on, and when.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct SiteLoginInput {
    /// When it is used.
    mode: LoginMode,
    /// The secret that has it: a line with the user's name, one with the password, and perhaps one with the name by which yt-dlp
    /// knows the site's logins (its netrc machine); as it was if left out.
    secret_id: Option<ID>,
}

/// How much a site may send from now on; what is left out is not limited.
#[derive(Debug, Clone, Copy, InputObject)]
pub(crate) struct RateLimitInput {
    /// Bytes per second that each job takes in from it, and from whatever hosts it leads to; 1024 at least.
    job_bytes_per_second: Option<Long>,
}

/// How files of the library are to be named that are kept from now on.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct LayoutSetInput {
    /// How; as at first if it says nothing.
    layout: LayoutInput,
    #[graphql(flatten)]
    terms: Terms,
}

/// What came of it.
#[derive(Debug, SimpleObject)]
pub(crate) struct LayoutPayload {
    /// The layout as it is now.
    layout: Option<Layout>,
    #[graphql(flatten)]
    done: Done,
}

/// What is to hold for a site from now on; what is left out stays as it is.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct SiteSetInput {
    /// The name of its host, as addresses have it: `www.example.org`.
    name: String,
    /// How often it is asked.
    budget: Option<RequestBudgetInput>,
    /// With which cookies it is asked: for lists of it of which nobody said otherwise, and for single items.
    cookies: Option<CookiesInput>,
    /// By which proxy it is reached, with all the hosts that it leads to.
    proxy: Option<SiteProxyInput>,
    /// As whom it is asked.
    login: Option<SiteLoginInput>,
    /// How much it may send.
    rate_limit: Option<RateLimitInput>,
    #[graphql(flatten)]
    terms: Terms,
}

/// How much the trash may hold from now on.
#[derive(Debug, Clone, Copy, InputObject)]
pub(crate) struct TrashLimitInput {
    /// Bytes of all roots together; as many as there are if left out.
    bytes: Option<Long>,
}

/// What is to hold for the trash from now on; what is left out stays as it is.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct TrashSetInput {
    /// For how many days what is deleted from now on stays in it at least: 1 to 3650.
    keep_days: Option<u32>,
    /// How much it may hold.
    limit: Option<TrashLimitInput>,
    #[graphql(flatten)]
    terms: Terms,
}

/// What came of it.
#[derive(Debug, SimpleObject)]
pub(crate) struct TrashPayload {
    /// The trash as it is now.
    trash: Option<Trash>,
    #[graphql(flatten)]
    done: Done,
}

/// Which site.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct SiteClearInput {
    /// The name of its host, as addresses have it: `www.example.org`.
    name: String,
    #[graphql(flatten)]
    terms: Terms,
}

/// What came of it.
#[derive(Debug, SimpleObject)]
pub(crate) struct SitePayload {
    /// The site as it is now.
    site: Option<Site>,
    #[graphql(flatten)]
    done: Done,
}

#[Object]
impl SettingMutation {
    /// Changes what holds for a site, from now on: how often it is asked, with which cookies, as whom, by which proxy, and how much
    /// it may send. What runs goes on.
    async fn site_set(&self, context: &Context<'_>, input: SiteSetInput) -> Result<SitePayload> {
        let SiteSetInput { name, budget, cookies, proxy, login, rate_limit, terms } = input;
        let secret_of = |id: Option<ID>| id.map(|id| parse_id(&id)).transpose();
        let proxy = proxy.map(|proxy| secret_of(proxy.secret_id).map(|secret_id| UseProxy { secret_id }));
        let login = login.map(|SiteLoginInput { mode, secret_id }| {
            Ok::<_, async_graphql::Error>(UseLogin {
                mode: CookieMode::from(mode),
                secret_id: secret_of(secret_id)?,
            })
        });
        let (proxy, login) = (proxy.transpose()?, login.transpose()?);
        let rate_limit = rate_limit
            .map(|limit| RateLimit { job_bytes_per_second: limit.job_bytes_per_second.map(|bytes| bytes.0) });
        let cookies = cookies.map(CookiesInput::parse).transpose()?;
        let budget = budget.map(|RequestBudgetInput { per_hour, per_day, pause_ms }| RequestBudget {
            per_hour,
            per_day,
            pause_ms: pause_ms.map(|pause| pause.0),
        });
        let asked = ask::SetSite { site: name, budget, cookies, proxy, login, rate_limit };
        site(context, terms, Ask::SetSite(asked)).await
    }

    /// Changes how files of the library are named that are kept from now on, and what lies beside them, where their list doesn't say
    /// otherwise. Those that are there stay where they are: `planMake` renames them.
    async fn layout_set(&self, context: &Context<'_>, input: LayoutSetInput) -> Result<LayoutPayload> {
        let asked = Ask::SetLayout(ask::SetLayout { layout: input.layout.into() });
        let (told, done) = asking::ask(context, input.terms, asked).await?;
        Ok(LayoutPayload { layout: told.and_then(|told| told.layout).as_ref().map(Layout::from), done })
    }

    /// Lets what holds for any other site hold for this one, from now on.
    async fn site_clear(&self, context: &Context<'_>, input: SiteClearInput) -> Result<SitePayload> {
        site(context, input.terms, Ask::ClearSite(ask::ClearSite { site: input.name })).await
    }

    /// Changes how long what is deleted can be had back, and how much may be in the trash, from now on. What is there stays as long as
    /// it was to stay; what waits for room goes on once there is some.
    async fn trash_set(&self, context: &Context<'_>, input: TrashSetInput) -> Result<TrashPayload> {
        let TrashSetInput { keep_days, limit, terms } = input;
        let limit = limit.map(|limit| TrashLimit { bytes: limit.bytes.map(|bytes| bytes.0) });
        let (told, done) =
            asking::ask(context, terms, Ask::SetTrash(ask::SetTrash { keep_days, limit })).await?;
        let trash = match told.and_then(|told| told.trash) {
            Some(settings) => Some(Trash::of(context, settings).await),
            None => None,
        };
        Ok(TrashPayload { trash, done })
    }

    /// Changes how much of somebody's work there may be, from now on. What runs goes on; a job that is over it waits.
    async fn quota_set(&self, context: &Context<'_>, input: QuotaSetInput) -> Result<QuotaPayload> {
        let QuotaSetInput { of, at_once, jobs_per_day, bytes_per_day, terms } = input;
        let principal = || parse_id::<PrincipalId>(&of).map(QuotaOf::Principal);
        let of = parse_id::<ProjectId>(&of).map(QuotaOf::Project).or_else(|_| principal())?;
        let bytes_per_day = bytes_per_day.map(|bytes| bytes.0);
        let quota = QuotaValue { at_once, jobs_per_day, bytes_per_day };
        let (told, done) = asking::ask(context, terms, Ask::SetQuota(ask::SetQuota { of, quota })).await?;
        let told = told.and_then(|told| told.quota);
        let quota = Quota::all(context, told).await.into_iter().next();
        Ok(QuotaPayload { quota, done })
    }

    /// Changes how much runs at once, from now on. What runs goes on.
    async fn limits_set(&self, context: &Context<'_>, input: LimitsSetInput) -> Result<LimitsPayload> {
        let per_kind = input.kinds.iter().map(|of| (of.kind.0, of.limit)).collect();
        let asked = ask::SetLimits { per_kind, total: input.total };
        let (told, done) = asking::ask(context, input.terms, Ask::SetLimits(asked)).await?;
        Ok(LimitsPayload { limits: told.and_then(|told| told.limits).as_ref().map(Limits::from), done })
    }
}

async fn site(context: &Context<'_>, terms: Terms, asked: Ask) -> Result<SitePayload> {
    let (told, done) = asking::ask(context, terms, asked).await?;
    let site = Site::all(context, told.and_then(|told| told.site)).await.into_iter().next();
    Ok(SitePayload { site, done })
}
