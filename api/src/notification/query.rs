use std::sync::Arc;

use async_graphql::{Context, Enum, ID, InputObject, Object, Result};
use mediary_events::notification::{Notification as Notices, State, standard};
use mediary_log::{
    Filter, LogReader, Read,
    gate::{Gate, Refusal},
    work::{
        REGISTRY,
        notification::{self as work, Consequence},
    },
};
use mediary_projections::{
    Snapshot, Views,
    listing::{Order, OrderField as _},
    notification::{self as view, NotificationField, NotificationFilter, NotificationView},
};
use mediary_schema::{account::Permission, notification::Rule};

use super::{
    Notification,
    object::{
        NotificationGroup,
        channel::NotificationChannel,
        rule::{
            NotificationBacktest, NotificationBacktested, NotificationRule, NotificationRuleInput, Tested,
        },
    },
};
use crate::{
    connection::{self, COST_OF_ALL, Nodes, Of, Part},
    error::{fault, log_fault, parse_id, read_fault, user_error},
    event::blocking,
    scalar::{DateTime, Position},
    schema::{platform, read, reader, state},
    session::session,
    sorting::{OrderBy, order},
};

const VIEW: Of = Views::of::<NotificationView>;
/// The name of a rule that has none yet.
const NAMELESS: &str = "-";
/// Events that are looked at in one answer: a second of work.
const EVENTS_MAX: u64 = 100_000;
/// Events that are read at once.
const PAGE: usize = 500;

#[derive(Debug, Default)]
pub(crate) struct NotificationQuery;

/// What notices can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "NotificationField", name = "NotificationOrderField")]
pub(crate) enum OrderName {
    /// When they were said last.
    RaisedAt,
    /// Their titles.
    Title,
}

/// Which notices are asked for.
#[derive(Debug, InputObject)]
pub(crate) struct NotificationFilterInput {
    /// Also those that whoever asks has dismissed.
    #[graphql(default)]
    dismissed: bool,
    /// Those that are over, or those that are not; both if null.
    #[graphql(default_with = "Some(false)")]
    resolved: Option<bool>,
    /// Told by this rule.
    rule: Option<String>,
    /// Told of this thing.
    subject_id: Option<ID>,
}

impl Default for NotificationFilterInput {
    fn default() -> Self {
        Self { dismissed: false, resolved: Some(false), rule: None, subject_id: None }
    }
}

#[Object]
#[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
impl NotificationQuery {
    /// A notice; none if there is no such notice.
    async fn notification(
        &self,
        context: &Context<'_>,
        id: ID,
        #[graphql(desc = "Answer once this position is shown.")] min_position: Option<Position>,
    ) -> Result<Option<Notification>> {
        connection::one(context, VIEW, &id, min_position, view::notification).await
    }

    /// What whoever asks is told that is not over and that he has not dismissed, unless said otherwise; what was said last first.
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn notifications(
        &self,
        context: &Context<'_>,
        first: Option<u32>,
        after: Option<String>,
        last: Option<u32>,
        before: Option<String>,
        order_by: Option<OrderBy<OrderName>>,
        filter: Option<NotificationFilterInput>,
        #[graphql(desc = "Answer once this position is shown.")] min_position: Option<Position>,
    ) -> Result<Nodes<Notification>> {
        let principal = session(context, Permission::READ)?.speaks_as;
        let order: Order<NotificationField> = order(order_by);
        let NotificationFilterInput { dismissed, resolved, rule, subject_id } = filter.unwrap_or_default();
        let subject = subject_id.map(|id| parse_id(&id)).transpose()?;
        let not_dismissed_by = (!dismissed).then_some(principal);
        let filter = NotificationFilter { order, not_dismissed_by, resolved, rule, subject };
        let part = (Part { first, last, after, before }, filter.order.field.by());
        let query = move |rows: &Snapshot<'_>, request: &_| view::notifications(rows, &filter, request);
        connection::page(context, VIEW, part, min_position, query).await
    }

    /// The same in groups, by the rules that tell it.
    async fn notification_groups(&self, context: &Context<'_>) -> Result<Vec<NotificationGroup>> {
        let principal = session(context, Permission::READ)?.speaks_as;
        let groups = read(context, VIEW, None, move |rows| view::groups(rows, principal)).await?;
        Ok(groups.into_iter().map(NotificationGroup::from).collect())
    }

    /// What follows from which events, by name.
    async fn notification_rules(&self, context: &Context<'_>) -> Result<Vec<NotificationRule>> {
        let project = session(context, Permission::READ)?.project;
        let state =
            state::<Notices>(context, project.uuid()).await.map_err(|refusal| read_fault(&refusal))?;
        let rules = state.rules().into_iter();
        Ok(rules
            .map(|(name, rule)| {
                let is_standard = standard().get(name) == Some(rule);
                NotificationRule::new(name.to_owned(), rule.clone(), is_standard)
            })
            .collect())
    }

    /// The standard rules that were removed, by name: each can be brought back as it was.
    async fn notification_rules_removed(&self, context: &Context<'_>) -> Result<Vec<NotificationRule>> {
        let project = session(context, Permission::READ)?.project;
        let state =
            state::<Notices>(context, project.uuid()).await.map_err(|refusal| read_fault(&refusal))?;
        let shown = |(name, rule): (&str, &Rule)| NotificationRule::new(name.to_owned(), rule.clone(), true);
        Ok(state.removed().map(shown).collect())
    }

    /// Where notices are sent, by name.
    async fn notification_channels(&self, context: &Context<'_>) -> Result<Vec<NotificationChannel>> {
        let project = session(context, Permission::NOTIFY)?.project;
        let state =
            state::<Notices>(context, project.uuid()).await.map_err(|refusal| read_fault(&refusal))?;
        let State { channels, paused, .. } = state;
        let shown = |(name, channel)| {
            let is_paused = paused.contains(&name);
            NotificationChannel::new(name, channel, is_paused)
        };
        Ok(channels.into_iter().map(shown).collect())
    }

    /// What a rule would have told of what is recorded: nobody is told anything.
    #[graphql(complexity = "COST_OF_ALL + child_complexity")]
    async fn notification_rule_backtest(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "A rule that there is.")] name: Option<String>,
        #[graphql(desc = "A rule that there is not yet.")] rule: Option<NotificationRuleInput>,
        #[graphql(desc = "Of what was recorded at this moment or later.")] since: Option<DateTime>,
    ) -> Result<NotificationBacktest> {
        let reader = reader(context, Permission::READ)?;
        let project = session(context, Permission::READ)?.project;
        let gate = platform(context).gate.clone();
        let state =
            state::<Notices>(context, project.uuid()).await.map_err(|refusal| read_fault(&refusal))?;
        let (name, rule) = match (name, rule) {
            (None, Some(rule)) => (NAMELESS.to_owned(), rule.read()?),
            (Some(name), None) => {
                let Some(rule) = state.rule(&name).cloned() else {
                    return Err(fault(&format!("there is no rule called {name:?}"), "NOT_FOUND", false));
                };
                (name, rule)
            }
            _ => return Err(fault("say either `name` or `rule`", "BAD_RULE", false)),
        };
        if let Err(refusal) = work::check(&REGISTRY, &rule) {
            let error = user_error(&refusal)?;
            return Err(fault(&error.message, "BAD_RULE", false));
        }
        let after = match since {
            Some(DateTime(since)) => {
                let log = gate.log().clone();
                blocking(move || log.position_before(since)).await?.map_err(|error| log_fault(&error))?
            }
            None => 0,
        };
        let tested = blocking(move || backtest(&gate, &reader, &state, (&name, &rule), after)).await?;
        Ok(tested.map_err(|refusal| read_fault(&refusal))?.into())
    }
}

/// Tells nobody what a rule would have told.
fn backtest(
    gate: &Gate,
    reader: &LogReader,
    state: &State,
    (name, rule): (&str, &Rule),
    after: u64,
) -> std::result::Result<Tested, Refusal> {
    let mut tested = Tested::default();
    let mut from = after + 1;
    loop {
        let request = Read::forward(from).limit(PAGE).filter(Filter::kinds([rule.event.as_str()]));
        let page = reader.read_page(&request).map_err(|error| Refusal::Log(Arc::new(error)))?;
        for event in &page.events {
            tested.events += 1;
            match work::consequence(gate, name, rule, event)? {
                Some(Consequence::Raise { notice, channels, about_channel, .. }) => {
                    tested.tell(NotificationBacktested {
                        channels: work::channels_for(state, &notice, &channels, about_channel.as_deref())
                            .map(|(name, _)| name.to_owned())
                            .collect(),
                        subject_id: ID(notice.subject.to_string()),
                        topic: notice.topic,
                        severity: notice.severity.into(),
                        title: notice.title,
                        body: notice.body,
                        position: Position(event.position()),
                        at: DateTime(event.envelope.at),
                    });
                }
                Some(Consequence::Resolve { .. }) => tested.resolved += 1,
                None => {}
            }
        }
        match page.next_position {
            Some(_) if tested.events >= EVENTS_MAX => return Ok(tested),
            Some(next) => from = next,
            None => return Ok(Tested { is_whole: true, ..tested }),
        }
    }
}
