//! A site that has a way of its own: by a proxy, as somebody.

use mediary_schema::FailureClass;

use super::{
    private::ask,
    support::{HERE, Site, answer, net, ok},
};
use crate::net::{Error, Gateway, Login, Net, Request, Upstream};

async fn text(net: &Net, url: &str) -> Result<String, Error> {
    let answer = net.send(Request::get(url)).await?;
    Ok(String::from_utf8(answer.body.whole(1 << 20).await?).unwrap())
}

fn by(net: &Net, proxy: &str) -> Net {
    net.by_way(Some(proxy.parse::<Upstream>().unwrap()), None, None)
}

// DL-08: all that is for the site goes by it, whichever host that leads to; the guard stands before it as before.
#[tokio::test]
async fn what_is_for_a_site_goes_by_its_proxy_also_to_near_hosts_and_never_to_private_ones() {
    let proxy = Site::start(|_| ok("", "by proxy")).await;
    let near = Site::start(|_| ok("", "near")).await;
    let (usual, _folder) = net(&[HERE]);
    let net = by(&usual, &format!("http://me:secret@{}", proxy.address));
    for url in [near.url("/a"), "http://far.invalid/b".to_owned()] {
        assert_eq!(text(&net, &url).await.unwrap(), "by proxy");
    }
    assert!(proxy.heads().iter().all(|head| head.to_lowercase().contains("proxy-authorization: basic")));
    assert_eq!(text(&usual, &near.url("/")).await.unwrap(), "near", "others go as they went");
    let gateway = Gateway::open(net.clone()).await.unwrap();
    let told = ask(&gateway, &format!("GET {} HTTP/1.1", near.url("/c"))).await;
    assert!(told.ends_with("by proxy"), "{told}");
    let asked = proxy.lines();
    for private in ["http://10.0.0.1/", "http://169.254.169.254/", "http://[::1]/"] {
        let refused = text(&net, private).await.unwrap_err();
        assert_eq!(refused.failure().class, FailureClass::PrivateNetwork, "{refused}");
        let told = ask(&gateway, &format!("GET {private} HTTP/1.1")).await;
        assert!(told.starts_with("HTTP/1.1 403 refused by mediary"), "{told}");
    }
    assert_eq!(proxy.lines(), asked);
    assert_eq!(near.lines().len(), 1);
}

// DL-08: whose fault it is can be told.
#[tokio::test]
async fn a_proxy_that_can_t_be_used_is_told_as_that_and_nobody_goes_around_it() {
    let near = Site::start(|_| ok("", "near")).await;
    let (usual, _folder) = net(&[HERE]);
    let (closed, _other) = net(&[]);
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let dead = by(&usual, &format!("http://me:secret@{gone}"));
    let picky = Site::start(|_| answer("407 Proxy Authentication Required", "", "")).await;
    let refusing = by(&usual, &format!("http://me:secret@{}", picky.address));
    let private = by(&closed, &format!("http://me:secret@{}", picky.address));
    for (net, url, said, for_good) in [
        (&dead, near.url("/"), "the proxy can't be reached: the connection was refused", false),
        (
            &dead,
            "https://far.invalid/".to_owned(),
            "the proxy can't be reached: the connection was refused",
            false,
        ),
        (
            &refusing,
            "https://far.invalid/".to_owned(),
            "the proxy refuses: 407 Proxy Authentication Required",
            true,
        ),
        (
            &private,
            "http://far.invalid/".to_owned(),
            "the proxy lies in a private network that is not opened",
            true,
        ),
    ] {
        let failure = text(net, &url).await.unwrap_err().failure();
        assert_eq!((failure.class, failure.message.as_str()), (FailureClass::Proxy, said));
        assert_eq!(failure.for_good, for_good);
    }
    let gateway = Gateway::open(dead).await.unwrap();
    let told = ask(&gateway, &format!("GET {} HTTP/1.1", near.url("/"))).await;
    assert!(told.starts_with("HTTP/1.1 502 not by the proxy: the proxy can't be reached"), "{told}");
    let refused = refusing.send(Request::get(&near.url("/"))).await.unwrap();
    let failure = crate::net::failure_of(refused.status, &refused.headers).unwrap();
    assert_eq!((failure.class, failure.for_good), (FailureClass::Proxy, true));
    assert!(near.lines().is_empty());
}

// DL-08: a feed behind a password.
#[tokio::test]
async fn a_site_that_wants_to_know_who_asks_is_told_and_no_other() {
    let guarded = |request: &str| {
        if request.contains("authorization: Basic YW5uYTpwOmE=") {
            ok("", "hello anna")
        } else {
            answer("401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"\r\n", "")
        }
    };
    let site = Site::start(guarded).await;
    let (usual, _folder) = net(&["127.0.0.0/8"]);
    let as_anna = |always| usual.by_way(None, None, Some(Login::new("127.0.0.1", "anna", "p:a", always)));
    assert_eq!(text(&as_anna(false), &site.url("/")).await.unwrap(), "hello anna");
    assert_eq!(site.lines().len(), 2, "once without");
    assert_eq!(text(&as_anna(true), &site.url("/")).await.unwrap(), "hello anna");
    assert_eq!(site.lines().len(), 3);
    let elsewhere = usual.by_way(None, None, Some(Login::new("www.example.org", "anna", "p:a", true)));
    assert_eq!(elsewhere.send(Request::get(&site.url("/"))).await.unwrap().status, 401);
    assert!(!format!("{:?}", as_anna(true)).contains("anna"));
}
