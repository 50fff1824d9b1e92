//! From where a request comes.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::{extract::ConnectInfo, http::Extensions};

/// The address at the other end of the connection: of a reverse proxy, if there is one. Where none is known,
/// it is one that nobody has.
pub(super) fn peer(extensions: &Extensions) -> IpAddr {
    let known = extensions.get::<ConnectInfo<SocketAddr>>();
    known.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(address)| address.ip().to_canonical())
}
