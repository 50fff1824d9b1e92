//! Mail, to a server of the test's own that speaks SMTP (RFC 5321), so that it can refuse, be busy and fall silent at each step.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use mediary_events::delivery::Event;
use mediary_schema::{DeliveryId, delivery::DeliveryState};
use rustls::{
    RootCertStore, ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use tokio::{
    io::{
        AsyncBufRead, AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _,
        BufReader,
    },
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use super::Bench;

/// How a server behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    Takes,
    /// Wants to know who sends, and doesn't believe it.
    Disbelieves,
    /// There is nobody of the second mailbox.
    KnowsOnlyTheFirst,
    /// Later, perhaps.
    IsBusy,
    /// Has the letter, and says nothing of it.
    FallsSilent,
    /// Says more than anybody wants to know.
    Rambles,
    /// Offers TLS, and can't prove who it is.
    OffersTls,
    /// Goes over to TLS when it is asked to.
    StartsTls,
    /// Speaks TLS from the beginning.
    SpeaksTls,
}

/// What a server says that rambles, as one line that doesn't end: more than is listened to, and less than a machine has.
const RAMBLES_BYTES: usize = 4 << 20;

/// A letter as it arrived.
#[derive(Debug, Clone, Default)]
struct Arrived {
    from: String,
    to: Vec<String>,
    login: Option<String>,
    text: String,
}

#[derive(Debug, Default)]
struct Held {
    letters: Mutex<Vec<Arrived>>,
    /// Every line that came in plain text.
    heard: Mutex<Vec<String>>,
}

struct Post {
    address: SocketAddr,
    held: Arc<Held>,
    serving: JoinSet<()>,
}

impl Post {
    async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, held) = (listener.local_addr().unwrap(), Arc::<Held>::default());
        let ours = Arc::clone(&held);
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let mut talks = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                talks.spawn(talk(stream, manner, Arc::clone(&ours)));
            }
        });
        Self { address, held, serving }
    }

    fn letters(&self) -> Vec<Arrived> {
        self.held.letters.lock().unwrap().clone()
    }

    fn heard(&self) -> String {
        self.held.heard.lock().unwrap().join("\n")
    }
}

impl Drop for Post {
    fn drop(&mut self) {
        self.serving.abort_all();
    }
}

/// A certificate of 127.0.0.1 and its key, made for tests of TLS: nothing else trusts it.
fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../api/src/server/connections/tests").join(name)
}

fn certificate() -> CertificateDer<'static> {
    CertificateDer::from_pem_file(file("certificate.pem")).unwrap()
}

async fn secured(stream: TcpStream) -> BufReader<TlsStream<TcpStream>> {
    let key = PrivateKeyDer::from_pem_file(file("key.pem")).unwrap();
    let tls = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate()], key)
        .unwrap();
    BufReader::new(TlsAcceptor::from(Arc::new(tls)).accept(stream).await.unwrap())
}

async fn talk(stream: TcpStream, manner: Manner, held: Arc<Held>) {
    if manner == Manner::SpeaksTls {
        let mut stream = secured(stream).await;
        say(&mut stream, "220 post.example ESMTP").await;
        converse(&mut stream, manner, &held, true).await;
        return;
    }
    let mut stream = BufReader::new(stream);
    say(&mut stream, "220 post.example ESMTP").await;
    if !converse(&mut stream, manner, &held, false).await {
        return;
    }
    // It goes on in a way that is for nobody but who proves to be this server.
    let mut stream = stream.into_inner();
    if manner == Manner::OffersTls {
        assert_eq!(stream.read_u8().await.unwrap(), 0x16, "TLS begins with a handshake");
        return;
    }
    // It says no second greeting.
    converse(&mut secured(stream).await, manner, &held, true).await;
}

/// Answers until the end, or until TLS is wanted, and says whether it is.
async fn converse<S>(stream: &mut BufReader<S>, manner: Manner, held: &Held, is_secure: bool) -> bool
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut arrived = Arrived::default();
    let offers_tls = matches!(manner, Manner::OffersTls | Manner::StartsTls) && !is_secure;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return false;
        }
        assert!(line.ends_with("\r\n"), "{line:?}");
        let line = line.trim_end();
        if !is_secure {
            held.heard.lock().unwrap().push(line.to_owned());
        }
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        match verb {
            "EHLO" if manner == Manner::Rambles => {
                // Whoever has enough of it doesn't listen to the end.
                stream.write_all(&vec![b'2'; RAMBLES_BYTES]).await.ok();
                std::future::pending::<()>().await;
            }
            "EHLO" if offers_tls => say(stream, "250-post\r\n250 STARTTLS").await,
            "EHLO" => say(stream, "250-post.example\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN").await,
            "STARTTLS" => {
                say(stream, "220 go ahead").await;
                return true;
            }
            "AUTH" if manner == Manner::Disbelieves => say(stream, "535 5.7.8 no").await,
            "AUTH" => {
                let encoded = rest.strip_prefix("PLAIN ").unwrap();
                arrived.login = Some(String::from_utf8(STANDARD.decode(encoded).unwrap()).unwrap());
                say(stream, "235 2.7.0 welcome").await;
            }
            "MAIL" if manner == Manner::IsBusy => say(stream, "451 4.3.0 later").await,
            "MAIL" => {
                arrived.from = rest.strip_prefix("FROM:").unwrap().to_owned();
                say(stream, "250 2.1.0 ok").await;
            }
            "RCPT" if manner == Manner::KnowsOnlyTheFirst && !arrived.to.is_empty() => {
                say(stream, "550 5.1.1 nobody of that name: bert@b.example").await;
            }
            "RCPT" => {
                arrived.to.push(rest.strip_prefix("TO:").unwrap().to_owned());
                say(stream, "250 2.1.5 ok").await;
            }
            "DATA" => {
                say(stream, "354 go ahead").await;
                arrived.text = text(stream).await;
                held.letters.lock().unwrap().push(std::mem::take(&mut arrived));
                if manner == Manner::FallsSilent {
                    std::future::pending::<()>().await;
                }
                say(stream, "250 2.0.0 taken").await;
            }
            "QUIT" => {
                say(stream, "221 2.0.0 bye").await;
                return false;
            }
            other => panic!("{other}"),
        }
    }
}

async fn say(stream: &mut (impl AsyncWrite + Unpin), text: &str) {
    // Whoever has enough of it doesn't listen to the end.
    stream.write_all(format!("{text}\r\n").as_bytes()).await.ok();
}

/// A letter until the dot that stands alone, without the dots that were put before others.
async fn text(stream: &mut (impl AsyncBufRead + Unpin)) -> String {
    let mut text = String::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.unwrap();
        match line.strip_prefix('.') {
            Some("\r\n") => return text,
            Some(rest) => text.push_str(rest),
            None => text.push_str(&line),
        }
    }
}

/// Tests a channel of mail until its letter was sent, in order and once. Answers the letter and under which id it went.
async fn sent(bench: &Bench, post: &Post, address: &str) -> (Arrived, DeliveryId) {
    bench.add("post", address).await;
    let running = bench.start().await;
    let id = bench.test("post").await;
    bench.stands(id, DeliveryState::Sent).await;
    running.stop().await;
    let [letter] = &post.letters()[..] else { panic!("{address}: {:?}", post.letters()) };
    assert_eq!(letter.login.as_deref(), Some("\0anna\0hunter2"), "{address}");
    assert!(matches!(bench.events()[..], [Event::Queued { .. }, Event::Begun {}, Event::Completed {}]));
    (letter.clone(), id)
}

// CH-11: mail.
// invariant: N-5
#[tokio::test(flavor = "multi_thread")]
async fn a_message_goes_by_mail_once() {
    let (bench, post) = (Bench::new(), Post::start(Manner::Takes).await);
    let address =
        format!("mailto://anna:hunter2@{}?from=a@a.example&to=bert@b.example,cara@c.example", post.address);
    let (letter, id) = sent(&bench, &post, &address).await;
    assert_eq!((letter.from.as_str(), letter.to.len()), ("<a@a.example>", 2));
    for said in [
        "From: a@a.example\r\n",
        "To: bert@b.example, cara@c.example\r\n",
        "Subject: This is a test of the channel post\r\n",
        "Auto-Submitted: auto-generated\r\n",
        &format!("Message-ID: <{id}@a.example>\r\n"),
    ] {
        assert!(letter.text.contains(said), "{said:?} in {}", letter.text);
    }
}

// Issue 8, must hold 4.
// invariant: N-6
#[tokio::test(flavor = "multi_thread")]
async fn what_a_mail_server_refuses_was_surely_not_sent() {
    for (manner, says, expected) in [
        (Manner::Disbelieves, "the mail server answers 535", DeliveryState::Failed),
        (Manner::KnowsOnlyTheFirst, "the mail server answers 550", DeliveryState::Failed),
        (Manner::IsBusy, "the mail server answers 451", DeliveryState::Queued),
    ] {
        let (bench, post) = (Bench::new(), Post::start(manner).await);
        let to = "from=a@a.example&to=anna@b.example,bert@b.example";
        bench.add("post", &format!("mailto://anna:hunter2@{}?{to}", post.address)).await;
        let running = bench.start().await;
        let id = bench.test("post").await;
        let reason = bench.reason(id).await;
        running.stop().await;
        assert_eq!(reason, says);
        bench.stands(id, expected).await;
        assert!(post.letters().is_empty(), "{manner:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_says_too_much_is_not_listened_to() {
    let (bench, post) = (Bench::new(), Post::start(Manner::Rambles).await);
    bench.add("post", &format!("mailto://{}?from=a@a.example", post.address)).await;
    let running = bench.start().await;
    let id = bench.test("post").await;
    let reason = bench.reason(id).await;
    running.stop().await;
    assert_eq!(reason, "the connection to the mail server broke off");
    bench.stands(id, DeliveryState::Queued).await;
    assert!(post.letters().is_empty());
}

// Issue 8, must hold 4: killed between sending and recording.
// invariant: N-5
#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_nobody_has_an_answer_for_is_unsure() {
    let (bench, post) = (Bench::new(), Post::start(Manner::FallsSilent).await);
    bench.add("post", &format!("mailto://{}?from=a@a.example", post.address)).await;
    let running = bench.start().await;
    let id = bench.test("post").await;
    while post.letters().is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    running.kill().await;
    let running = bench.start().await;
    bench.stands(id, DeliveryState::Unsure).await;
    running.stop().await;
    assert_eq!(post.letters().len(), 1, "it was not sent a second time");
}

// CH-11, issue 8, must hold 4: over STARTTLS, and over TLS from the beginning, to a server that proves who it is.
// invariant: N-5
#[tokio::test(flavor = "multi_thread")]
async fn a_letter_goes_over_tls_and_nothing_of_it_is_said_before() {
    for (manner, more) in [(Manner::StartsTls, ""), (Manner::SpeaksTls, "&mode=ssl")] {
        let mut authorities = RootCertStore::empty();
        authorities.add(certificate()).unwrap();
        let (bench, post) = (Bench::new().trusting(authorities), Post::start(manner).await);
        let address =
            format!("mailtos://anna:hunter2@{}?from=a@a.example&to=bert@b.example{more}", post.address);
        let (letter, _) = sent(&bench, &post, &address).await;
        assert!(letter.text.contains("Subject: This is a test of the channel post\r\n"), "{}", letter.text);
        let heard = post.heard();
        assert!(!heard.contains("AUTH") && !heard.contains("RCPT"), "{manner:?}: {heard}");
    }
}

// SE-10: without TLS, where that was wanted, nothing is said.
#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_told_only_to_a_server_that_proves_who_it_is() {
    for (manner, says) in [
        (Manner::Takes, "the mail server offers no encryption (STARTTLS)"),
        (Manner::OffersTls, "the source can't be reached"),
    ] {
        let (bench, post) = (Bench::new(), Post::start(manner).await);
        bench.add("post", &format!("mailtos://anna:hunter2@{}?from=a@a.example", post.address)).await;
        let running = bench.start().await;
        let id = bench.test("post").await;
        let reason = bench.reason(id).await;
        running.stop().await;
        assert!(reason.starts_with(says), "{reason}");
        assert!(!post.heard().contains("AUTH") && post.letters().is_empty(), "{}", post.heard());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_in_a_private_network_is_reached_only_where_that_is_opened() {
    let (bench, post) = (Bench::of(tempfile::tempdir().unwrap(), false), Post::start(Manner::Takes).await);
    bench.add("post", &format!("mailto://{}?from=a@a.example", post.address)).await;
    let running = bench.start().await;
    let id = bench.test("post").await;
    bench.stands(id, DeliveryState::Failed).await;
    running.stop().await;
    assert_eq!(post.heard(), "");
}
