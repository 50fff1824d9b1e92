use std::time::Duration;

/// How long a state may take to come about on a busy machine before a test gives up: yt-dlp alone needs a minute for a
/// list of 20,000.
pub const DEADLINE: Duration = Duration::from_secs(210);
/// The pause between two refreshes.
pub(crate) const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(50);

/// Waits until a refresh answers something; panics with `what` after the deadline.
pub async fn until<T, F>(what: &str, mut look: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    let waiting = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(LOOK_AGAIN_AFTER).await;
        }
    };
    let found = tokio::time::timeout(DEADLINE, waiting).await;
    found.unwrap_or_else(|_| panic!("gave up waiting until {what}"))
}
