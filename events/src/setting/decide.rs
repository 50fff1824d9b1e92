use mediary_schema::{
    PrincipalId,
    account::Permission,
    job::WorkKind,
    setting::{Limits, Quota, QuotaOf, TrashSettings},
    site::{RateLimit, RequestBudget, SiteSettings},
};

use super::{Command, Event, State};
use crate::{Concern, EventKind, Subjects};

/// The kernel part `setting`.
#[derive(Debug)]
pub struct Setting;

/// More at once than any machine of a household can use.
const LIMIT_MAX: u32 = 64;

/// Quotas at once: each is made by a person, and all are shown at once.
const QUOTAS_MAX: usize = 1_000;

/// Sites with settings of their own at once.
const SITES_MAX: usize = 1_000;

/// Why a setting is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// A limit that would stop everything, or none at all.
    #[error("a limit is from 1 to {LIMIT_MAX}, not {limit}")]
    OutOfRange {
        /// What was asked for.
        limit: u32,
    },
    /// A kind of work that there isn't.
    #[error("{kind} is no kind of work; there are {}", known.join(", "))]
    UnknownKind {
        /// What was asked for.
        kind: WorkKind,
        /// Every kind.
        known: Vec<String>,
    },
    /// A quota of somebody who can't ask for anything here.
    #[error("there is no {principal_id} who starts work")]
    UnknownPrincipal {
        /// Who was named.
        principal_id: PrincipalId,
    },
    /// A quota that would hold all work.
    #[error("a quota is of one at least")]
    EmptyQuota,
    /// More quotas than anybody can oversee.
    #[error("there are {QUOTAS_MAX} quotas already")]
    TooManyQuotas,
    /// A text that names no site.
    #[error("{site:?} is no site; give the name of its host, such as www.example.org")]
    NoSite {
        /// What was asked for.
        site: String,
    },
    /// A budget that would hold all that needs the site.
    #[error("a budget is of one run at least, with a pause of at most a day")]
    EmptyBudget,
    /// A site that would be too slow to be told from one that stopped sending.
    #[error("a rate limit is of {} bytes per second at least", RateLimit::BYTES_PER_SECOND_MIN)]
    TooSlow,
    /// A trash that would keep nothing, or for longer than anybody asks for it.
    #[error(
        "what is deleted is kept for 1 to {} days, in a trash that holds one byte at least",
        TrashSettings::KEEP_DAYS_MAX
    )]
    TrashOutOfRange,
    /// A login of which nobody said which it is.
    #[error("there is no login; name the secret that has it")]
    NoLogin,
    /// More sites than anybody can oversee.
    #[error("there are settings for {SITES_MAX} sites already")]
    TooManySites,
}

impl crate::Rejection for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::OutOfRange { .. } => "SETTING_OUT_OF_RANGE",
            Self::UnknownKind { .. } => "SETTING_UNKNOWN_KIND",
            Self::UnknownPrincipal { .. } => "SETTING_UNKNOWN_PRINCIPAL",
            Self::EmptyQuota => "SETTING_EMPTY_QUOTA",
            Self::TooManyQuotas => "SETTING_TOO_MANY_QUOTAS",
            Self::NoSite { .. } => "SETTING_NO_SITE",
            Self::EmptyBudget => "SETTING_EMPTY_BUDGET",
            Self::TooSlow => "SETTING_TOO_SLOW",
            Self::NoLogin => "SETTING_NO_LOGIN",
            Self::TrashOutOfRange => "SETTING_TRASH_OUT_OF_RANGE",
            Self::TooManySites => "SETTING_TOO_MANY_SITES",
        }
    }

    fn advice(&self) -> Option<String> {
        match self {
            Self::OutOfRange { .. } | Self::EmptyQuota => {
                Some("to hold work, pause its jobs with `mediary job pause ID`".to_owned())
            }
            Self::UnknownPrincipal { .. } => Some(
                "`mediary token list` shows the tokens, those for NATS under the id as which they ask"
                    .to_owned(),
            ),
            Self::TooManyQuotas => Some("`mediary quota list` shows them".to_owned()),
            Self::UnknownKind { .. } => Some("see the kinds with `mediary limit show`".to_owned()),
            Self::NoSite { .. } => {
                Some("`mediary lane list` shows the hosts that something needs".to_owned())
            }
            Self::EmptyBudget | Self::TooSlow => {
                Some("to hold what needs a site, pause it with `mediary lane pause HOST`".to_owned())
            }
            Self::TrashOutOfRange => Some("`mediary trash show` says how it is set".to_owned()),
            Self::NoLogin => Some(
                "`mediary secret set NAME --stdin` keeps one: a line with the user's name, and one with the password"
                    .to_owned(),
            ),
            Self::TooManySites => Some("`mediary site list` shows them".to_owned()),
        }
    }
}

impl Concern for Setting {
    const NAME: &'static str = "setting";
    const EVENTS: &'static [EventKind] = &[
        EventKind::new("limits_changed", 1, 0).says("From now on this much runs at once."),
        EventKind::new("quota_changed", 1, 0)
            .says(
                "From now on there may be so much of somebody's work; as much as there is, if the \
                 quota limits nothing.",
            )
            .about(&["project", "principal"]),
        EventKind::new("site_changed", 1, 0)
            .says(
                "From now on this holds for a site; what holds for any other, if the settings set \
                 nothing.",
            )
            .about(&["secret"]),
        EventKind::new("trash_changed", 1, 0).says(
            "From now on what is deleted can be had back for so long, and so much of it may be \
                 there.",
        ),
        EventKind::new("layout_changed", 1, 0)
            .says("From now on files of the library are named so, unless their list says otherwise."),
    ];

    type Command = Command;
    type Event = Event;
    type State = State;
    type Rejection = Rejection;

    fn permission(command: &Command) -> Permission {
        match command {
            Command::Limit { .. }
            | Command::Quota { .. }
            | Command::Site { .. }
            | Command::Trash { .. }
            | Command::Layout { .. } => Permission::CONFIGURE,
        }
    }

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Rejection> {
        match command {
            Command::Limit { limits } => {
                if let Some(limit) = out_of_range(&limits) {
                    return Err(Rejection::OutOfRange { limit });
                }
                Ok(if state.limits == limits { vec![] } else { vec![Event::LimitsChanged { limits }] })
            }
            Command::Trash { trash } if !is_usable(trash) => Err(Rejection::TrashOutOfRange),
            Command::Trash { trash } => {
                Ok(if state.trash == trash { vec![] } else { vec![Event::TrashChanged { trash }] })
            }
            Command::Quota { quota, .. } if is_empty(quota) => Err(Rejection::EmptyQuota),
            Command::Quota { of, quota } => match state.quotas.get(&of) {
                None if !quota.limits_something() => Ok(vec![]),
                Some(known) if *known == quota => Ok(vec![]),
                None if state.quotas.len() >= QUOTAS_MAX => Err(Rejection::TooManyQuotas),
                Some(_) | None => Ok(vec![Event::QuotaChanged { of, quota }]),
            },
            Command::Site { settings: SiteSettings { budget: Some(budget), .. }, .. } if !can_be(budget) => {
                Err(Rejection::EmptyBudget)
            }
            Command::Site { settings: SiteSettings { rate_limit: Some(limit), .. }, .. }
                if !can_pass(limit) =>
            {
                Err(Rejection::TooSlow)
            }
            Command::Site { site, settings } => match state.sites.get(&site) {
                None if !settings.sets_something() => Ok(vec![]),
                Some(known) if *known == settings => Ok(vec![]),
                None if state.sites.len() >= SITES_MAX => Err(Rejection::TooManySites),
                Some(_) | None => Ok(vec![Event::SiteChanged { site, settings }]),
            },
            Command::Layout { layout } if state.layout == layout => Ok(vec![]),
            Command::Layout { layout } => Ok(vec![Event::LayoutChanged { layout }]),
        }
    }

    fn subjects(_: &State, event: &Event) -> Subjects {
        match event {
            Event::LimitsChanged { .. } | Event::TrashChanged { .. } | Event::LayoutChanged { .. } => {
                Subjects::none()
            }
            Event::SiteChanged { settings, .. } => {
                Subjects::of(settings.secrets().map(|secret| secret.map(Into::into)))
            }
            Event::QuotaChanged { of: QuotaOf::Project(id), .. } => Subjects::of([Some((*id).into())]),
            Event::QuotaChanged { of: QuotaOf::Principal(id), .. } => Subjects::of([Some((*id).into())]),
        }
    }

    fn redact(event: &Event) -> Option<Event> {
        match event {
            // Numbers, and whose they are: nobody's words.
            Event::LimitsChanged { .. } | Event::QuotaChanged { .. } | Event::TrashChanged { .. } => {
                Some(event.clone())
            }
            // Of a site that is not named nothing holds.
            Event::SiteChanged { .. } => None,
            Event::LayoutChanged { layout } => Some(Event::LayoutChanged { layout: layout.redacted() }),
        }
    }

    fn evolve(state: &mut State, event: &Event) {
        state.evolve(event);
    }

    fn state_bytes(state: &State) -> usize {
        let sites = state.sites.keys().map(|site| site.len() + size_of::<(String, SiteSettings)>());
        size_of_val(state) + state.quotas.len() * size_of::<(QuotaOf, Quota)>() + sites.sum::<usize>()
    }
}

fn out_of_range(limits: &Limits) -> Option<u32> {
    let asked = limits.per_kind.values().chain([&limits.total]);
    asked.copied().find(|limit| !(1..=LIMIT_MAX).contains(limit))
}

const fn is_empty(quota: Quota) -> bool {
    let Quota { at_once, jobs_per_day, bytes_per_day } = quota;
    matches!(at_once, Some(0)) || matches!(jobs_per_day, Some(0)) || matches!(bytes_per_day, Some(0))
}

fn can_be(budget: RequestBudget) -> bool {
    let RequestBudget { per_hour, per_day, .. } = budget;
    per_hour != Some(0) && per_day != Some(0) && budget.pause() <= RequestBudget::PAUSE_MAX
}

fn can_pass(limit: RateLimit) -> bool {
    limit.job_bytes_per_second.is_none_or(|bytes| bytes >= RateLimit::BYTES_PER_SECOND_MIN)
}

fn is_usable(TrashSettings { keep_days, limit_bytes }: TrashSettings) -> bool {
    (1..=TrashSettings::KEEP_DAYS_MAX).contains(&keep_days) && limit_bytes != Some(0)
}
