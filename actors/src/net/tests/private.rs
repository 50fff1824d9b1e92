//! Ways to a private address: none leads there, by none of the doors.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::support::{HERE, Site, answer, net, ok};
use crate::net::{Error, Gateway, Request, Unreachable};

const WAYS: &[&str] = &[
    "http://127.0.0.1/",
    "http://127.1/",
    "http://127.0.1/",
    "http://127.255.255.254/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://0x7F.0x0.0x0.0x1/",
    "http://017700000001/",
    "http://0177.0.0.01/",
    "http://①②⑦.⓪.⓪.①/",
    "http://127。0。0。1/",
    "http://127.0.0.1./",
    "http://%31%32%37.0.0.1/",
    "http://localhost/",
    "http://LOCALHOST/",
    "http://0/",
    "http://0.0.0.0/",
    "http://[::]/",
    "http://[::1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::127.0.0.1]/",
    "http://[64:ff9b::a00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[fe80::1]/",
    "http://[fd00::1]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
    "http://10.0.0.1/",
    "http://10.1/",
    "http://172.16.0.1/",
    "http://192.168.1.1:8080/",
    "https://192.168.1.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://2852039166/latest/meta-data/",
    "http://[::ffff:a9fe:a9fe]/latest/meta-data/",
    "http://100.64.0.1/",
    "http://192.0.0.192/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://240.0.0.1/",
    "http:\\\\127.0.0.1\\",
    "http:127.0.0.1/",
    "http:///127.0.0.1/",
];

fn is_private(error: &Error) -> bool {
    matches!(error, Error::Unreachable(Unreachable::Private { .. }))
}

// invariant: E-5
#[tokio::test]
async fn no_spelling_of_a_private_address_is_reached_by_the_client() {
    let (net, _folder) = net(&[]);
    for way in WAYS {
        let refused = net.send(Request::get(way)).await.unwrap_err();
        assert!(is_private(&refused), "{way}: {refused}");
    }
}

// invariant: E-5
#[tokio::test]
async fn no_spelling_of_a_private_address_is_reached_through_the_gateway() {
    let (net, _folder) = net(&[]);
    let gateway = Gateway::open(net).await.unwrap();
    for way in WAYS {
        let host = way
            .split(['/', '\\'])
            .find(|part| !part.is_empty() && *part != "http:" && *part != "https:")
            .unwrap();
        let host = host.trim_start_matches("http:");
        for line in [format!("GET http://{host}/ HTTP/1.1"), format!("CONNECT {host}:443 HTTP/1.1")] {
            let answer = ask(&gateway, &line).await;
            // What is no request at all never gets as far as the guard.
            let refused =
                answer.starts_with("HTTP/1.1 403 refused by mediary") || answer.starts_with("HTTP/1.1 400");
            assert!(refused, "{line}: {answer}");
        }
    }
}

#[tokio::test]
async fn a_redirect_to_a_private_address_is_not_followed() {
    let inside = Site::start(|_| ok("", "secret")).await;
    let port = inside.address.port();
    let outside =
        Site::start(move |_| answer("302 Found", &format!("Location: http://127.0.0.2:{port}/\r\n"), ""))
            .await;
    let (net, _folder) = net(&[HERE]);
    let refused = net.send(Request::get(&outside.url("/"))).await.unwrap_err();
    assert!(is_private(&refused), "{refused}");
    assert_eq!(inside.lines(), Vec::<String>::new());
}

#[tokio::test]
async fn an_opened_network_is_reached_and_no_other_address_of_this_machine() {
    let site = Site::start(|_| ok("", "here")).await;
    let (net, _folder) = net(&[HERE]);
    let by_name = format!("http://localhost:{}/", site.address.port());
    for url in [site.url("/"), by_name] {
        let answer = net.send(Request::get(&url)).await.unwrap();
        assert_eq!(answer.body.whole(100).await.unwrap(), b"here", "{url}");
    }
    let refused = net.send(Request::get("http://127.0.0.2/")).await.unwrap_err();
    assert!(is_private(&refused), "{refused}");
}

/// What the gateway says to a request with the right password.
pub(super) async fn ask(gateway: &Gateway, line: &str) -> String {
    ask_and_say(gateway, line, "").await
}

/// The same, with more behind the head of the request.
pub(super) async fn ask_and_say(gateway: &Gateway, line: &str, behind: &str) -> String {
    let (_, proxy) = gateway.variables().next().unwrap();
    let proxy = url::Url::parse(&proxy).unwrap();
    let address = format!("{}:{}", proxy.host_str().unwrap(), proxy.port().unwrap());
    let password = format!("{}:{}", proxy.username(), proxy.password().unwrap());
    let password = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, password);
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("{line}\r\nHost: x\r\nProxy-Authorization: Basic {password}\r\n\r\n{behind}");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}
