use hickory_resolver::proto::{
    op::Message,
    rr::{
        Record,
        rdata::{A, AAAA, CNAME, MX, NS, TXT},
    },
};
use mediary_schema::check::Verdict;
use tempfile::TempDir;
use tokio::{net::UdpSocket, task::JoinSet};

use super::*;
use crate::net::tests::support::{self, HERE};

const WITHIN: Duration = Duration::from_secs(20);

/// A server that knows a few names, and answers over UDP.
struct Server {
    address: String,
    net: Net,
    _folder: TempDir,
    _serving: JoinSet<()>,
}

impl Server {
    async fn start() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap().to_string();
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let mut packet = [0; 1_024];
            while let Ok((length, peer)) = socket.recv_from(&mut packet).await {
                let asked = Message::from_vec(&packet[..length]).unwrap();
                socket.send_to(&answer(&asked).to_vec().unwrap(), peer).await.unwrap();
            }
        });
        let (net, folder) = support::net(&[HERE]);
        Self { address, net, _folder: folder, _serving: serving }
    }

    async fn look(&self, name: &str, record: RecordType, expect: &[&str]) -> Finding {
        let expect: Vec<String> = expect.iter().map(|said| (*said).to_owned()).collect();
        look(&self.net, WITHIN, name, record, &expect, Some(&self.address)).await
    }
}

fn answer(asked: &Message) -> Message {
    let mut answer = asked.clone().into_response();
    let question = &asked.queries[0];
    let name = |text: &str| Name::from_ascii(text).unwrap();
    let found = match (question.name().to_ascii().as_str(), question.query_type()) {
        ("www.example.", Type::A) => {
            vec![RData::A(A::new(192, 0, 2, 1)), RData::A(A::new(192, 0, 2, 2))]
        }
        ("www.example.", Type::AAAA) => vec![RData::AAAA(AAAA::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1))],
        ("alias.example.", Type::CNAME) => vec![RData::CNAME(CNAME(name("WWW.example.")))],
        // The other name alone: there is nothing behind it.
        ("alias.example.", Type::A) => vec![RData::CNAME(CNAME(name("nothing.example.")))],
        ("example.", Type::MX) => vec![RData::MX(MX::new(10, name("mail.example.")))],
        ("example.", Type::NS) => vec![RData::NS(NS(name("xn--bcher-kva.example.")))],
        ("_dmarc.example.", Type::TXT) => {
            vec![RData::TXT(TXT::new(vec!["v=DMARC1; ".to_owned(), "p=reject".to_owned()]))]
        }
        ("empty.example.", _) => Vec::new(),
        ("broken.example.", _) => {
            answer.metadata.response_code = ResponseCode::ServFail;
            Vec::new()
        }
        _ => {
            answer.metadata.response_code = ResponseCode::NXDomain;
            Vec::new()
        }
    };
    let records = found.into_iter().map(|data| Record::from_rdata(question.name().clone(), 60, data));
    answer.add_answers(records.collect::<Vec<_>>());
    answer
}

#[tokio::test]
async fn what_is_expected_is_among_what_is_found() {
    let server = Server::start().await;
    for (name, record, expect, shown) in [
        ("www.example", RecordType::A, &["192.0.2.2"][..], "192.0.2.1, 192.0.2.2"),
        ("www.example.", RecordType::A, &[], "192.0.2.1, 192.0.2.2"),
        ("www.example", RecordType::Aaaa, &["2001:0DB8::0:1"], "2001:db8::1"),
        ("alias.example", RecordType::Cname, &["www.EXAMPLE."], "WWW.example"),
        ("example", RecordType::Mx, &["Mail.example", "10 mail.example."], "10 mail.example"),
        ("example", RecordType::Ns, &["bücher.example"], "xn--bcher-kva.example"),
        ("_dmarc.example", RecordType::Txt, &["v=dmarc1; p=reject"], "v=DMARC1; p=reject"),
    ] {
        let found = server.look(name, record, expect).await;
        assert_eq!(found.verdict, Verdict::Ok, "{}", found.message);
        let says = format!("{name} is {shown}, after ");
        assert!(found.message.starts_with(&says), "{}", found.message);
        let [latency, records] = &found.values[..] else { panic!("{:?}", found.values) };
        assert!(latency.name == "latency" && latency.unit == "s" && latency.value > 0.0, "{latency:?}");
        let count = if record == RecordType::A { 2.0 } else { 1.0 };
        assert_eq!(*records, Value::new("records", count, ""));
    }
}

#[tokio::test]
async fn what_is_not_there_is_failing() {
    let server = Server::start().await;
    for (name, record, expect, says) in [
        (
            "www.example",
            RecordType::A,
            &["192.0.2.2", "192.0.2.9"][..],
            "www.example is not 192.0.2.9, but 192.0.2.1, 192.0.2.2",
        ),
        ("nowhere.example", RecordType::A, &[], "there is no nowhere.example"),
        ("empty.example", RecordType::Mx, &[], "empty.example has no MX record"),
        (
            "example",
            RecordType::Mx,
            &["20 mail.example"],
            "example is not 20 mail.example, but 10 mail.example",
        ),
    ] {
        let found = server.look(name, record, expect).await;
        assert_eq!((found.verdict, found.message.as_str()), (Verdict::Failing, says));
        assert_eq!(found.values.len(), 2, "{:?}", found.values);
    }
}

#[tokio::test]
async fn a_name_that_leads_to_nothing_has_no_record() {
    let server = Server::start().await;
    let found = server.look("alias.example", RecordType::A, &[]).await;
    assert_eq!(found.verdict, Verdict::Failing, "{}", found.message);
}

#[tokio::test]
async fn a_server_that_does_not_say_leaves_it_unknown() {
    let server = Server::start().await;
    let found = server.look("broken.example", RecordType::A, &[]).await;
    assert_eq!((found.verdict, found.reason), (Verdict::Unknown, Some(Reason::SaidSo)), "{}", found.message);
    let found = server.look("no name at all..", RecordType::A, &[]).await;
    assert_eq!((found.verdict, found.reason), (Verdict::Unknown, Some(Reason::CouldNotRun)));
}

#[tokio::test]
async fn a_server_that_is_away_leaves_it_unknown() {
    let (net, _folder) = support::net(&[HERE]);
    // It takes what is said to it, and answers nothing.
    let silent = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let server = silent.local_addr().unwrap().to_string();
    let within = Duration::from_secs(1);
    let begun = Instant::now();
    let found = look(&net, within, "www.example", RecordType::A, &[], Some(&server)).await;
    assert_eq!(
        (found.verdict, found.reason),
        (Verdict::Unknown, Some(Reason::CouldNotRun)),
        "{}",
        found.message
    );
    assert!(begun.elapsed() < within, "{:?}", begun.elapsed());
}

// The guard stands before a server as before everything else.
#[tokio::test]
async fn a_server_in_a_network_that_is_not_open_is_not_asked() {
    let (net, _folder) = support::net(&[]);
    for server in ["127.0.0.1", "127.0.0.1:5353", "[::1]:53", "::1", "localhost"] {
        let found = look(&net, WITHIN, "www.example", RecordType::A, &[], Some(server)).await;
        assert_eq!((found.verdict, found.reason), (Verdict::Unknown, Some(Reason::CouldNotRun)), "{server}");
        assert!(found.message.contains("allow_network"), "{}", found.message);
    }
    let found = look(&net, WITHIN, "www.example", RecordType::A, &[], Some("127.0.0.1:dns")).await;
    assert_eq!(found.message, "127.0.0.1:dns is no address of a server");
}
