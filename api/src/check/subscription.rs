use std::{collections::VecDeque, time::Duration};

use async_graphql::{Context, ID, Result, SimpleObject, Subscription};
use futures::{Stream, stream};
use mediary_log::check::StandingListener;
use mediary_projections::{
    ViewHandle,
    check::{self as view, CheckView},
};
use mediary_schema::{CheckId, scope::Scope};
use tokio::time::{Instant, sleep_until};

use super::Check;
use crate::{
    changes::{Named, named},
    error::view_fault,
    schema::{platform, scope},
};

#[derive(Debug, Default)]
pub(crate) struct CheckSubscription;

/// Checks of one item.
const CHECKS_MAX: usize = 200;
/// From one item to the next.
const PAUSE: Duration = Duration::from_secs(1);

/// Checks of which a look began or ended, or comes at another moment: first none, then those of the last second. A slow client gets the
/// latest of each and fewer of them.
#[derive(Debug, SimpleObject)]
pub(crate) struct CheckRuns {
    /// As they are now.
    checks: Vec<Check>,
}

#[Subscription]
#[expect(clippy::unused_async, reason = "the form that the macro asks for")]
impl CheckSubscription {
    /// How looks go, now and whenever one begins or ends, at most once a second: most of them turn nothing, so that nothing of them is
    /// recorded.
    async fn check_runs(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Only of these checks; at most 500.")] ids: Option<Vec<ID>>,
    ) -> Result<impl Stream<Item = Result<CheckRuns>>> {
        let named = named(ids, |id: CheckId| id.uuid())?;
        let (scope, platform) = (scope(context)?, platform(context));
        let (listener, view) = (platform.checks.watch(), platform.views.of::<CheckView>().clone());
        let (waiting, next_at) = (VecDeque::new(), Instant::now());
        let following =
            Following { listener, view, scope, named, waiting, next_at, is_first: true, has_ended: false };
        Ok(stream::unfold(following, |mut following| async move {
            let item = following.next().await?;
            Some((item, following))
        }))
    }
}

/// Whoever follows how looks go.
struct Following {
    listener: StandingListener,
    view: ViewHandle,
    scope: Scope,
    named: Named,
    /// What changed and is not told yet.
    waiting: VecDeque<CheckId>,
    next_at: Instant,
    is_first: bool,
    has_ended: bool,
}

impl Following {
    /// None behind an error.
    async fn next(&mut self) -> Option<Result<CheckRuns>> {
        if self.has_ended {
            return None;
        }
        if std::mem::take(&mut self.is_first) {
            return Some(Ok(CheckRuns { checks: Vec::new() }));
        }
        loop {
            if self.waiting.is_empty() {
                sleep_until(self.next_at).await;
                let changed = self.listener.next().await;
                self.next_at = Instant::now() + PAUSE;
                let is_named =
                    |id: &CheckId| self.named.as_ref().is_none_or(|named| named.contains(&id.uuid()));
                self.waiting.extend(changed.into_iter().filter(is_named));
            }
            let ids: Vec<CheckId> = self.waiting.drain(..self.waiting.len().min(CHECKS_MAX)).collect();
            if ids.is_empty() {
                continue;
            }
            // The view says which of them this one may see.
            match self.view.read(self.scope, move |rows| view::checks_by_id(rows, &ids)).await {
                Ok(rows) if rows.is_empty() => {}
                Ok(rows) => {
                    let checks = rows.into_iter().map(Check::from).collect();
                    return Some(Ok(CheckRuns { checks }));
                }
                Err(error) => {
                    self.has_ended = true;
                    return Some(Err(view_fault(&error)));
                }
            }
        }
    }
}
