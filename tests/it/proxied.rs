//! The server behind nginx as `docs/reverse-proxy.md` configures it: what is run is the text of that page (issue 9).
//!
//! A machine without nginx runs none of that, and says so. TLS and Caddy were tried by hand. What a proxy says of others is sent by
//! hand, since all of a test comes from one address.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use std::{fs, net::SocketAddr, process::Stdio};

use mediary_tests::{Browser, Platform, Subscriber, until};
use reqwest::{StatusCode, header};
use serde_json::json;
use tempfile::TempDir;
use tokio::process::{Child, Command};

const PAGE: &str = include_str!("../../docs/reverse-proxy.md");
/// What a base path takes the place of.
const AT_THE_ROOT: &str = "    location / {\n        proxy_pass http://mediary;\n    }\n";
/// It is somewhere else than in the `PATH` of people who are not root.
const PROGRAMS: [&str; 2] = ["nginx", "/usr/sbin/nginx"];
const PASSWORD: &str = "correct horse battery staple";

/// A running nginx. Dropping it kills it.
struct Proxy {
    /// Where the server is found there, without a slash at the end.
    url: String,
    /// Where browsers say that they are.
    origin: String,
    _child: Child,
    _folder: TempDir,
}

impl Proxy {
    /// Serves a server below a base path, which is empty for the root.
    async fn start(program: &str, server: SocketAddr, base: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let file = folder.path().join("nginx.conf");
        fs::write(&file, configuration(server, port, base)).unwrap();
        let configured = || {
            let mut run = command(program);
            run.arg("-p").arg(folder.path()).arg("-c").arg(&file);
            run
        };
        let tried = configured().arg("-t").output().await.unwrap();
        assert!(tried.status.success(), "{}", String::from_utf8_lossy(&tried.stderr));
        let child = configured().stderr(Stdio::null()).spawn().unwrap();
        let origin = format!("http://127.0.0.1:{port}");
        let url = format!("{origin}{base}");
        let http = reqwest::Client::new();
        until("nginx lets the server answer", || async {
            let answer = http.get(format!("{url}/healthz")).send().await.ok()?;
            answer.status().is_success().then_some(())
        })
        .await;
        Self { url, origin, _child: child, _folder: folder }
    }
}

fn command(program: &str) -> Command {
    #[expect(clippy::disallowed_methods, reason = "a tool of the test, and no child of the server")]
    let mut command = Command::new(program);
    command.kill_on_drop(true);
    command
}

/// The nginx of this machine.
async fn nginx() -> Option<&'static str> {
    for program in PROGRAMS {
        if command(program).arg("-v").output().await.is_ok_and(|output| output.status.success()) {
            return Some(program);
        }
    }
    None
}

/// The configuration of the page, by plain HTTP, with what a program needs that is nobody's service.
fn configuration(server: SocketAddr, port: u16, base: &str) -> String {
    let mut blocks = PAGE.split("```nginx\n").skip(1).map(|block| block.split_once("```").unwrap().0);
    let (whole, below) = (blocks.next().unwrap(), blocks.next().unwrap());
    assert!(whole.contains(AT_THE_ROOT) && below.contains("location /media/ {"), "{PAGE}");
    let http = if base.is_empty() { whole.to_owned() } else { whole.replace(AT_THE_ROOT, below) };
    let http = http
        .replace("listen 443 ssl;", &format!("listen 127.0.0.1:{port};"))
        .replace("127.0.0.1:8484", &server.to_string());
    let http: Vec<&str> = http.lines().filter(|line| !line.trim_start().starts_with("ssl_")).collect();
    let bodies = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path {kind};"))
        .join("\n");
    format!(
        "daemon off;\nmaster_process off;\npid nginx.pid;\nerror_log error.log;\nevents {{}}\n\
         http {{\naccess_log off;\n{bodies}\n{}\n}}\n",
        http.join("\n")
    )
}

/// A browser in which the owner signed in, by the proxy alone.
async fn signed_in(platform: &Platform, proxy: &Proxy) -> Browser {
    let invite = "mutation { userInvite(input: {}) { secret } }";
    let token = platform.client.ask(invite, json!({})).await["userInvite"]["secret"].take();
    let asked = json!({ "token": token, "name": "anna", "password": PASSWORD });
    let mut browser = Browser::at(&proxy.url).showing(&proxy.origin);
    assert_eq!(browser.post("/v1/setup", &asked).await.0, 200);
    assert_eq!(browser.sign_in("anna", PASSWORD).await.0, 200);
    let mut elsewhere = browser.showing("https://evil.example");
    assert_eq!(elsewhere.sign_in("anna", PASSWORD).await.0, 403);
    browser
}

/// Acts, and hears of all that happened, each event once and in its order.
async fn act_and_listen(browser: &mut Browser, proxy: &Proxy) {
    const CREATE: &str = "mutation { collectionCreate(input: { name: \"tried\" }) { position } }";
    const EVENTS: &str = "subscription { events(after: 0) { position } }";
    let mut listening = Subscriber::of_browser(browser, &proxy.url).await.expect("our own page may listen");
    assert_eq!(listening.message().await.unwrap()["type"], json!("connection_ack"));
    listening.subscribe("1", EVENTS, json!({})).await;
    assert_eq!(listening.item().await["events"]["position"], json!(1));
    let created = browser.ask(CREATE, json!({})).await;
    let last = created["collectionCreate"]["position"].as_u64().unwrap();
    for position in 2..=last {
        assert_eq!(listening.item().await["events"]["position"], json!(position));
    }
}

/// Loads a room by its address, as a browser does, and what it names.
async fn load_room(proxy: &Proxy) {
    let http = reqwest::Client::new();
    let room = http.get(format!("{}/library/lists/none", proxy.url)).header(header::ACCEPT, "text/html");
    let room = room.send().await.unwrap();
    // A binary may be built before the page.
    if room.status() == StatusCode::SERVICE_UNAVAILABLE {
        return;
    }
    let address = room.url().clone();
    let html = room.text().await.unwrap();
    let (_, named) = html.split_once(" src=\"").unwrap_or_else(|| panic!("{address}: {html}"));
    let script = address.join(named.split('"').next().unwrap()).unwrap();
    assert!(script.as_str().starts_with(&format!("{}/assets/", proxy.url)), "{script}");
    assert_eq!(http.get(script).send().await.unwrap().status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_nginx_as_documented_people_sign_in_act_and_listen_at_any_base() {
    let Some(program) = nginx().await else {
        println!("no nginx is installed: what docs/reverse-proxy.md says of it was not tried");
        return;
    };
    for base in ["", "/media"] {
        let platform = Platform::start().await;
        let proxy = Proxy::start(program, platform.server.address(), base).await;
        let mut browser = signed_in(&platform, &proxy).await;
        act_and_listen(&mut browser, &proxy).await;
        load_room(&proxy).await;
        // Whoever types the base without its slash is sent on; at the root there is none.
        let home = reqwest::get(&proxy.url).await.unwrap();
        assert_eq!(home.url().as_str(), format!("{}/", proxy.url));
        // More than the server takes is refused by the proxy, and no connection breaks.
        let long = json!({ "x": "y".repeat(300 * 1024) });
        assert_eq!(browser.ask_raw("{ __typename }", long).await.0, 413);
        platform.stop().await;
    }
}

/// What is answered to a sign-in with a name that is nobody's, for whom a proxy says that it asks.
async fn guess(browser: &Browser, said: &str, name: String) -> u16 {
    browser.forwarded_for(said).sign_in(&name, PASSWORD).await.0
}

// SE-06: whoever guesses locks out himself, and whoever says in whose name he does locks out the same.
// invariant: G-13
#[tokio::test(flavor = "multi_thread")]
async fn behind_a_proxy_that_is_trusted_everybody_has_his_own_address() {
    for is_trusted in [true, false] {
        let platform = Platform::start_with(Box::new(move |configuration| {
            if is_trusted {
                configuration.trusted_proxies.push("127.0.0.0/8".parse().unwrap());
            }
        }))
        .await;
        let invite = "mutation { userInvite(input: {}) { secret } }";
        let token = platform.client.ask(invite, json!({})).await["userInvite"]["secret"].take();
        let mut phone = Browser::at(platform.client.url()).forwarded_for("203.0.113.8");
        let asked = json!({ "token": token, "name": "anna", "password": PASSWORD });
        assert_eq!(phone.post("/v1/setup", &asked).await.0, 200);

        // What he writes before himself changes nothing.
        let said = |number: u32| format!("198.51.100.{number}, 203.0.113.7");
        let guesses = (0..24).map(|number| (said(number), format!("nobody {number}")));
        let tried = guesses.map(|(said, name)| {
            let phone = &phone;
            async move { guess(phone, &said, name).await }
        });
        let tried = futures::future::join_all(tried).await;
        assert!(tried.contains(&401) && tried.contains(&429), "{tried:?}");
        assert_eq!(guess(&phone, "203.0.113.7", "nobody".to_owned()).await, 429);
        assert_eq!(phone.sign_in("anna", PASSWORD).await.0, if is_trusted { 200 } else { 429 });

        let sessions = phone.ask("{ sessions { address } }", json!({})).await["sessions"].take();
        let address = if is_trusted { "203.0.113.8" } else { "127.0.0.1" };
        assert_eq!(sessions[0]["address"], json!(address), "{sessions}");
        platform.stop().await;
    }
}

// SE-04: a token that is bound to a network is shown from there, whoever passes it on.
#[tokio::test(flavor = "multi_thread")]
async fn behind_a_proxy_that_is_trusted_a_token_is_held_against_the_address_of_whoever_shows_it() {
    const CREATE: &str = "mutation($input: TokenCreateInput!) { tokenCreate(input: $input) { secret } }";
    let platform = Platform::start_with(Box::new(|configuration| {
        configuration.trusted_proxies.push("127.0.0.0/8".parse().unwrap());
    }))
    .await;
    let bound = json!({ "input": { "name": "cabin", "networks": ["203.0.113.0/24"] } });
    let secret = platform.client.ask(CREATE, bound).await["tokenCreate"]["secret"].take();
    let http = reqwest::Client::new();
    for (said, status) in [
        (Some("203.0.113.7"), 200),
        (Some("203.0.113.7, 198.51.100.1"), 401),
        (Some("198.51.100.1, 203.0.113.7"), 200),
        (None, 401),
    ] {
        let asked =
            http.post(format!("{}/graphql", platform.client.url())).bearer_auth(secret.as_str().unwrap());
        let mut asked = asked.json(&json!({ "query": "{ __typename }" }));
        if let Some(said) = said {
            asked = asked.header("x-forwarded-for", said);
        }
        assert_eq!(asked.send().await.unwrap().status().as_u16(), status, "{said:?}");
    }
    platform.stop().await;
}
