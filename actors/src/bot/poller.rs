//! Listens for what is said to a bot: a linked child that waits in the place of its parent.

use std::time::Duration;

use mediary_schema::ProjectId;
use ractor::{Actor, ActorProcessingErr, ActorRef};
use tokio::time::Instant;

use super::{
    actor::{Heard, Message},
    telegram::{Silence, Telegram, Update},
    wish::COMMANDS,
};

/// Listens, once each time it is asked to.
pub(super) struct Poller;

/// Listen from this message on.
#[derive(Debug)]
pub(super) struct Listen {
    pub(super) offset: i64,
}

pub(super) struct Ears {
    pub(super) telegram: Telegram,
    pub(super) parent: ActorRef<Message>,
    pub(super) project: ProjectId,
    /// Of which setting of the bot.
    pub(super) turn: u64,
    /// Whether the service knows this bot.
    pub(super) is_known: bool,
    /// How often in a row there was no answer.
    pub(super) failures: u32,
}

/// The wait after the first time without an answer, doubled each time.
const AGAIN_AFTER: Duration = Duration::from_secs(1);
/// The longest such wait.
const AGAIN_AFTER_MAX: Duration = Duration::from_mins(1);
/// The least time between two questions if the first brought nothing new: not every server holds one open.
const NOTHING_NEW_FOR: Duration = Duration::from_secs(1);

impl Actor for Poller {
    type Msg = Listen;
    type State = Ears;
    type Arguments = Ears;

    async fn pre_start(&self, _: ActorRef<Listen>, ears: Ears) -> Result<Ears, ActorProcessingErr> {
        Ok(ears)
    }

    // Waits inside the handler: it has nothing else to do, and its end is a kill.
    async fn handle(
        &self,
        _: ActorRef<Listen>,
        Listen { offset }: Listen,
        ears: &mut Ears,
    ) -> Result<(), ActorProcessingErr> {
        loop {
            let asked_at = Instant::now();
            match ears.listen(offset).await {
                Ok(mut updates) => {
                    ears.failures = 0;
                    let last = updates.last().map(|update| update.update_id.saturating_add(1));
                    if last.is_none_or(|next| next == offset) {
                        // What was passed and is told again was answered already.
                        updates.clear();
                        tokio::time::sleep_until(asked_at + NOTHING_NEW_FOR).await;
                    }
                    let (project, turn) = (ears.project, ears.turn);
                    return Ok(ears.parent.cast(Message::Heard(Heard { project, turn, updates }))?);
                }
                Err(silence) => {
                    let wait = match silence {
                        Silence::Pause { after } => after,
                        _ => AGAIN_AFTER.saturating_mul(1 << ears.failures.min(6)).min(AGAIN_AFTER_MAX),
                    };
                    // Once, and not each minute for a week.
                    if ears.failures == 0 {
                        tracing::warn!(project = %ears.project, reason = %silence, "a bot hears nothing");
                    }
                    ears.failures += 1;
                    tokio::time::sleep(wait).await;
                }
            }
        }
    }
}

impl Ears {
    async fn listen(&mut self, offset: i64) -> Result<Vec<Update>, Silence> {
        if !self.is_known {
            let name = self.telegram.get_me().await?;
            self.telegram.set_my_commands(&COMMANDS).await?;
            tracing::info!(project = %self.project, name, "a bot listens");
            self.is_known = true;
        }
        self.telegram.get_updates(offset, true).await
    }
}
