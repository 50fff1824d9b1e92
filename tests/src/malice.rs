use std::time::Duration;

use tokio::{io::AsyncWriteExt as _, net::TcpStream};

use crate::Random;

/// What befalls an answer of a publisher who means no good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mischief {
    /// It is refused, with a second to wait.
    Refused,
    /// The connection ends in the middle of what was promised.
    Cut,
    /// In its place, and as if it were it, there is a page that asks to log in.
    LoginPage,
    /// It is an earlier half of itself, delivered whole. Of a text only: half a sound is a sound.
    Half,
    /// It is all that there is, although a part was asked for.
    Whole,
    /// It is a part from its very beginning, although a later one was asked for.
    OtherPart,
    /// It is itself.
    Nothing,
}

impl Mischief {
    /// Every other answer is as it should be, so that something is done in spite of it all.
    pub(crate) fn drawn(random: &mut Random) -> Self {
        const ALL: [Mischief; 6] = [
            Mischief::Refused,
            Mischief::Cut,
            Mischief::LoginPage,
            Mischief::Half,
            Mischief::Whole,
            Mischief::OtherPart,
        ];
        let drawn = random.below(2 * ALL.len() as u64) as usize;
        ALL.get(drawn).copied().unwrap_or(Self::Nothing)
    }
}

/// Sends bytes at a pace at which a kill hits them on their way.
pub(crate) async fn drip(stream: &mut TcpStream, bytes: &[u8]) -> std::io::Result<()> {
    const PIECES: usize = 12;
    for piece in bytes.chunks(bytes.len().div_ceil(PIECES).max(1)) {
        stream.write_all(piece).await?;
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
    Ok(())
}
