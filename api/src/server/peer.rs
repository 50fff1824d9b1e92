//! From where a request comes: the address at the other end of its connection, or, where that is a reverse proxy that is trusted,
//! the one that the proxy names.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{Arc, Once},
};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{Extensions, HeaderMap},
    middleware::Next,
    response::Response,
};
use ipnet::IpNet;

/// The header in which proxies say for whom they ask: each appends the address that it saw itself.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// Reverse proxies that are believed when they say for whom they ask, by their networks.
#[derive(Debug, Clone)]
pub struct Proxies(Arc<Known>);

#[derive(Debug)]
struct Known {
    networks: Vec<IpNet>,
    /// Whether the log has said that somebody is not believed.
    told: Once,
}

impl Proxies {
    fn has(&self, address: IpAddr) -> bool {
        self.0.networks.iter().any(|network| network.contains(&address))
    }

    /// Says once that somebody on this machine or in a network of ours seems to be a proxy and is not believed.
    fn tell_of(&self, connected: IpAddr) {
        let is_near = match connected {
            IpAddr::V4(address) => address.is_loopback() || address.is_private(),
            IpAddr::V6(address) => address.is_loopback() || address.is_unique_local(),
        };
        if is_near && !self.has(connected) {
            self.0.told.call_once(|| {
                tracing::warn!(
                    address = %connected,
                    "requests name another for whom they ask (X-Forwarded-For), who is not believed: if they come by a reverse proxy \
                     of yours, name it in trusted_proxies",
                );
            });
        }
    }

    /// For whom a connection from this address asks. Each proxy appends whom it saw: the last one that is no proxy of ours is who
    /// came to us, and what stands before it is what he says himself.
    fn client(&self, connected: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = connected;
        let lines = headers.get_all(FORWARDED_FOR).iter().rev();
        for said in lines.flat_map(|line| line.to_str().unwrap_or_default().rsplit(',')) {
            if !self.has(client) {
                break;
            }
            match address(said.trim()) {
                Some(address) => client = address,
                // Whoever stands before what is no address is nobody.
                None => break,
            }
        }
        client
    }
}

impl FromIterator<IpNet> for Proxies {
    fn from_iter<T: IntoIterator<Item = IpNet>>(networks: T) -> Self {
        Self(Arc::new(Known { networks: networks.into_iter().collect(), told: Once::new() }))
    }
}

/// An address as proxies write it: some add the port.
fn address(said: &str) -> Option<IpAddr> {
    let address = said.parse().or_else(|_| said.parse::<SocketAddr>().map(|address| address.ip()));
    address.ok().map(|address| address.to_canonical())
}

/// Whoever asks, as [`name_client`] found out.
#[derive(Debug, Clone, Copy)]
struct Client(IpAddr);

/// Says of each request from where it comes.
pub(super) async fn name_client(
    State(proxies): State<Proxies>,
    mut request: Request,
    next: Next,
) -> Response {
    let connected = peer(request.extensions());
    let client = proxies.client(connected, request.headers());
    if request.headers().contains_key(FORWARDED_FOR) {
        proxies.tell_of(connected);
    }
    request.extensions_mut().insert(Client(client));
    next.run(request).await
}

/// From where a request comes. Where no address is known, it is one that nobody has.
pub(super) fn peer(extensions: &Extensions) -> IpAddr {
    if let Some(Client(address)) = extensions.get() {
        return *address;
    }
    let known = extensions.get::<ConnectInfo<SocketAddr>>();
    known.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(address)| address.ip().to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who asks, by what the headers say on a connection from `connected`.
    fn client(trusted: &[&str], connected: &str, said: &[&str]) -> String {
        let proxies: Proxies = trusted.iter().map(|network| network.parse().unwrap()).collect();
        let header = |line: &&str| (FORWARDED_FOR.parse().unwrap(), line.parse().unwrap());
        proxies.client(connected.parse().unwrap(), &said.iter().map(header).collect()).to_string()
    }

    #[test]
    fn whoever_is_no_proxy_of_ours_says_nothing_of_others() {
        assert_eq!(client(&[], "127.0.0.1", &["203.0.113.7"]), "127.0.0.1");
        assert_eq!(client(&["10.0.0.0/8"], "203.0.113.9", &["203.0.113.7"]), "203.0.113.9");
    }

    #[test]
    fn the_last_who_is_no_proxy_of_ours_is_who_came() {
        let ours = ["127.0.0.0/8", "10.0.0.0/8", "::1/128"];
        for (said, expected) in [
            (&["203.0.113.7"][..], "203.0.113.7"),
            (&["1.1.1.1, 203.0.113.7"], "203.0.113.7"),
            (&["1.1.1.1, 203.0.113.7,10.0.0.2"], "203.0.113.7"),
            (&["1.1.1.1", "203.0.113.7", "10.0.0.2, 10.0.0.3"], "203.0.113.7"),
            (&["203.0.113.7:4711"], "203.0.113.7"),
            (&["[2001:db8::7]:4711"], "2001:db8::7"),
            (&["::ffff:203.0.113.7"], "203.0.113.7"),
            (&["10.0.0.2"], "10.0.0.2"),
        ] {
            assert_eq!(client(&ours, "127.0.0.1", said), expected, "{said:?}");
        }
    }

    #[test]
    fn what_is_no_address_names_nobody() {
        for said in
            ["", "unknown", "203.0.113.7, unknown", "203.0.113.7, ", "<script>", "203.0.113.7, \u{e9}"]
        {
            assert_eq!(client(&["127.0.0.1/32"], "127.0.0.1", &[said]), "127.0.0.1", "{said}");
        }
        assert_eq!(client(&["127.0.0.1/32"], "127.0.0.1", &[]), "127.0.0.1");
    }
}
