//! A message as mail: written by lettre (RFC 5322) and handed to a server by SMTP (RFC 5321), over the one way out.
//!
//! Until the server has asked for the letter nothing was sent; once it has it, only its answer says what came of it.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
    time::{Duration, SystemTime},
};

use lettre::{
    Address, Message as Letter,
    message::{
        Mailbox,
        header::{ContentType, HeaderName, HeaderValue},
    },
    transport::smtp::{
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, AsyncTokioStream},
        commands::{Data, Mail as Sender, Rcpt},
        extension::ClientId,
    },
};
use mediary_log::work::delivery::Outcome;
use mediary_schema::{
    DeliveryId, FailureClass, Timestamp,
    delivery::Message,
    job::Failure,
    notification::{Encryption, Mail},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf},
    time::timeout,
};

use super::call::link;
use crate::net::{Net, Stream};

/// How long a server takes for all that comes before the letter, and for the letter: RFC 5321 has minutes for each step,
/// which nobody waits for.
const WITHIN: Duration = Duration::from_mins(1);
/// How long it is waited for that the end is heard.
const QUITS_WITHIN: Duration = Duration::from_secs(2);
/// The longest answer of a server before it speaks TLS, in bytes.
const ANSWER_BYTES_MAX: usize = 16 << 10;
/// What a server says to lettre at most, in bytes: a line without an end, which is looked for in memory, would fill that.
const HEARD_BYTES_MAX: usize = 1 << 20;
/// What a server says first. One that was asked for TLS has said it before that, and says it no second time.
const GREETING: &[u8] = b"220 again\r\n";

/// Sends it.
pub(super) async fn send(
    net: &Net,
    mail: &Mail,
    id: DeliveryId,
    message: &Message,
    now: Timestamp,
) -> Outcome {
    let Some((letter, from, to)) = letter(mail, id, message, now) else {
        let message = "the channel's mailboxes can't be written to".to_owned();
        return Outcome::Refused(Failure::new(FailureClass::Unsupported, message));
    };
    let opened = timeout(WITHIN, open(net, mail, from, to)).await;
    let late = |_| failure(FailureClass::Network, "the mail server doesn't answer in time");
    let mut server = match opened.map_err(late) {
        Ok(Ok(server)) => server,
        Ok(Err(failure)) | Err(failure) => return Outcome::Refused(failure),
    };
    match timeout(WITHIN, server.message(&letter)).await {
        Ok(Ok(_)) => {
            // It was taken, whether or not the end is heard.
            timeout(QUITS_WITHIN, server.quit()).await.ok();
            Outcome::Taken
        }
        Ok(Err(error)) if error.status().is_some() => Outcome::Refused(refused(&error)),
        Ok(Err(_)) => Outcome::Unsure("the mail server's answer broke off".to_owned()),
        Err(_) => Outcome::Unsure("the mail server doesn't answer in time".to_owned()),
    }
}

fn failure(class: FailureClass, message: &str) -> Failure {
    Failure::new(class, message.to_owned())
}

/// What a refusal means, by its code alone: its text may say who was written to.
fn refused(error: &lettre::transport::smtp::Error) -> Failure {
    let Some(code) = error.status().map(|code| code.to_string()) else {
        if error.is_client() {
            return failure(
                FailureClass::Unsupported,
                "the mail server offers no way to log in that is known",
            );
        }
        return failure(FailureClass::Network, "the connection to the mail server broke off");
    };
    let class = match code.as_str() {
        "530" | "534" | "535" | "538" => FailureClass::Forbidden,
        _ if error.is_transient() => FailureClass::Network,
        _ => FailureClass::Unsupported,
    };
    Failure::new(class, format!("the mail server answers {code}"))
}

/// The letter as it goes over the wire, from whom and to whom; none if a mailbox is none.
fn letter(
    mail: &Mail,
    id: DeliveryId,
    message: &Message,
    now: Timestamp,
) -> Option<(Vec<u8>, Address, Vec<Address>)> {
    let from: Address = mail.from.parse().ok()?;
    let to = mail.to.iter().map(|to| to.parse().ok()).collect::<Option<Vec<Address>>>()?;
    let at = SystemTime::UNIX_EPOCH + Duration::from_micros(u64::try_from(now.as_micros()).ok()?);
    // RFC 3834: nobody's answering machine answers it.
    let is_automatic =
        HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned());
    let mut letter = Letter::builder()
        .message_id(Some(format!("<{id}@{}>", from.domain())))
        .date(at)
        .from(Mailbox::new(None, from.clone()))
        .subject(message.title.clone())
        .raw_header(is_automatic)
        .header(ContentType::TEXT_PLAIN);
    for to in &to {
        letter = letter.to(Mailbox::new(None, to.clone()));
    }
    let mut body = message.body.clone().unwrap_or_else(|| message.title.clone());
    if let Some(link) = link(message) {
        body = format!("{body}\n\n{link}");
    }
    Some((letter.body(body).ok()?.formatted(), from, to))
}

/// A server that has asked for the letter.
async fn open(
    net: &Net,
    mail: &Mail,
    from: Address,
    to: Vec<Address>,
) -> Result<AsyncSmtpConnection, Failure> {
    let stream = net.open(&mail.host, mail.port).await.map_err(|error| error.failure())?;
    let wire = match mail.encryption {
        Encryption::None => Wire::new(b"", stream),
        Encryption::Tls => {
            let stream = net.secure(&mail.host, stream).await.map_err(|error| error.failure())?;
            Wire::new(b"", stream)
        }
        Encryption::StartTls => {
            let stream = net.secure(&mail.host, started(stream).await?).await;
            Wire::new(GREETING, stream.map_err(|error| error.failure())?)
        }
    };
    let refused = |error: lettre::transport::smtp::Error| refused(&error);
    let hello = ClientId::default();
    let server = AsyncSmtpConnection::connect_with_transport(Box::new(wire), &hello).await;
    let mut server = server.map_err(refused)?;
    if let Some((user, password)) = mail.login.clone() {
        let credentials = Credentials::new(user, password);
        server.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await.map_err(refused)?;
    }
    server.command(Sender::new(Some(from), Vec::new())).await.map_err(refused)?;
    for to in to {
        // All of them or nobody: what is sent again goes to all of them.
        server.command(Rcpt::new(to, Vec::new())).await.map_err(refused)?;
    }
    server.command(Data).await.map_err(refused)?;
    Ok(server)
}

/// A server that waits for TLS to begin. What doesn't offer it gets nothing, in particular no password.
async fn started(mut stream: Stream) -> Result<Stream, Failure> {
    let cut = |_: io::Error| failure(FailureClass::Network, "the connection to the mail server broke off");
    let none = || failure(FailureClass::Unsupported, "the mail server offers no encryption (STARTTLS)");
    answer(&mut stream).await.map_err(cut)?;
    let hello = format!("EHLO {}\r\n", ClientId::default());
    stream.write_all(hello.as_bytes()).await.map_err(cut)?;
    let offered = answer(&mut stream).await.map_err(cut)?;
    let mut words = offered.lines().filter_map(|line| line.get(4..));
    if !words.any(|word| word.trim().eq_ignore_ascii_case("STARTTLS")) {
        return Err(none());
    }
    stream.write_all(b"STARTTLS\r\n").await.map_err(cut)?;
    let ready = answer(&mut stream).await.map_err(cut)?;
    if ready.starts_with("220") { Ok(stream) } else { Err(none()) }
}

/// One answer, byte by byte: nothing that stands behind it in plain text is taken for what is said by TLS.
async fn answer(stream: &mut Stream) -> io::Result<String> {
    let mut text = Vec::new();
    loop {
        let start = text.len();
        while !text.ends_with(b"\n") || text.len() == start {
            text.push(stream.read_u8().await?);
            if text.len() > ANSWER_BYTES_MAX {
                return Err(io::ErrorKind::InvalidData.into());
            }
        }
        // `250-` goes on, `250 ` is the last line.
        if text.get(start + 3) != Some(&b'-') {
            return Ok(String::from_utf8_lossy(&text).into_owned());
        }
    }
}

/// A connection as lettre has it, with what is heard before anything else.
#[derive(Debug)]
struct Wire {
    first: &'static [u8],
    stream: Stream,
    /// Bytes that the server said.
    heard: usize,
}

impl Wire {
    fn new(first: &'static [u8], stream: Stream) -> Self {
        Self { first, stream, heard: 0 }
    }
}

impl AsyncTokioStream for Wire {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.stream.peer())
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let wire = self.get_mut();
        if wire.first.is_empty() {
            if wire.heard > HEARD_BYTES_MAX {
                return Poll::Ready(Err(io::ErrorKind::InvalidData.into()));
            }
            let before = buffer.filled().len();
            let read = Pin::new(&mut wire.stream).poll_read(context, buffer);
            wire.heard += buffer.filled().len() - before;
            return read;
        }
        let (now, later) = wire.first.split_at(wire.first.len().min(buffer.remaining()));
        buffer.put_slice(now);
        wire.first = later;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}
