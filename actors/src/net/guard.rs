//! Which addresses may be reached.
//!
//! Source: the IANA special-purpose address registries for IPv4 and IPv6 (RFC 6890 and its updates), and the
//! registry of IPv6 address space, by which only `2000::/3` is given out for use on the internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// Lets addresses of the internet pass, and those of networks that the owner opened.
#[derive(Debug, Clone, Default)]
pub struct Guard {
    open: Vec<IpNet>,
}

impl Guard {
    /// A guard that lets these networks pass, too.
    pub fn new(open: impl IntoIterator<Item = IpNet>) -> Self {
        Self { open: open.into_iter().collect() }
    }

    /// Whether the address may be connected to.
    pub fn lets_pass(&self, address: IpAddr) -> bool {
        let meant = meant(address);
        is_public(meant) && is_public(address) || self.is_open(address)
    }

    /// Whether the owner opened the network of this address.
    pub fn is_open(&self, address: IpAddr) -> bool {
        let meant = meant(address);
        self.open.iter().any(|network| network.contains(&address) || network.contains(&meant))
    }
}

/// The address that is reached in the end: an IPv6 address can be another spelling of an IPv4 one.
fn meant(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(address) => embedded(address).map_or(IpAddr::V6(address), IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

/// The IPv4 address that an IPv6 one stands for: mapped (`::ffff:a.b.c.d`), translated (NAT64, `64:ff9b::/96`) or
/// carried by 6to4 (`2002::/16`).
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let segments = address.segments();
    let at =
        |place: usize| Ipv4Addr::from((u32::from(segments[place]) << 16) | u32::from(segments[place + 1]));
    match segments[..6] {
        [0, 0, 0, 0, 0, 0xffff] | [0x64, 0xff9b, 0, 0, 0, 0] => Some(at(6)),
        [0x2002, ..] => Some(at(1)),
        _ => None,
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !PRIVATE_V4.iter().any(|network| network.contains(&address)),
        // What stands for an IPv4 address is judged as that one.
        IpAddr::V6(address) if is_translated(address) => true,
        IpAddr::V6(address) => {
            GIVEN_OUT.contains(&address) && !PRIVATE_V6.iter().any(|network| network.contains(&address))
        }
    }
}

fn is_translated(address: Ipv6Addr) -> bool {
    embedded(address).is_some()
}

const fn v4(a: u8, b: u8, c: u8, d: u8, length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

const fn v6(first: u16, second: u16, third: u16, length: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(first, second, third, 0, 0, 0, 0, 0), length)
}

const PRIVATE_V4: [Ipv4Net; 15] = [
    v4(0, 0, 0, 0, 8),       // this network; 0.0.0.0 is this machine
    v4(10, 0, 0, 0, 8),      // private
    v4(100, 64, 0, 0, 10),   // shared by carriers
    v4(127, 0, 0, 0, 8),     // this machine
    v4(169, 254, 0, 0, 16),  // link-local, and the metadata of clouds
    v4(172, 16, 0, 0, 12),   // private
    v4(192, 0, 0, 0, 24),    // protocol assignments
    v4(192, 0, 2, 0, 24),    // documentation
    v4(192, 88, 99, 0, 24),  // relays of 6to4, gone
    v4(192, 168, 0, 0, 16),  // private
    v4(198, 18, 0, 0, 15),   // benchmarks
    v4(198, 51, 100, 0, 24), // documentation
    v4(203, 0, 113, 0, 24),  // documentation
    v4(224, 0, 0, 0, 4),     // multicast
    v4(240, 0, 0, 0, 4),     // reserved, and broadcast
];

const GIVEN_OUT: Ipv6Net = v6(0x2000, 0, 0, 3);

const PRIVATE_V6: [Ipv6Net; 4] = [
    v6(0x2001, 0, 0, 23),     // protocol assignments, Teredo among them
    v6(0x2001, 0xdb8, 0, 32), // documentation
    v6(0x3fff, 0, 0, 20),     // documentation
    v6(0x3ffe, 0, 0, 16),     // 6bone, gone
];

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(open: &[&str]) -> Guard {
        Guard::new(open.iter().map(|network| network.parse().unwrap()))
    }

    fn passes(open: &[&str], address: &str) -> bool {
        guard(open).lets_pass(address.parse().unwrap())
    }

    // Field, issue "ways to a private address": the first address and the last of each network.
    #[test]
    fn no_private_address_passes_in_any_spelling() {
        for network in PRIVATE_V4 {
            for address in [network.network(), network.broadcast()] {
                let [a, b, c, d] = address.octets();
                let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
                for spelling in [
                    address.to_string(),
                    format!("::ffff:{address}"),
                    format!("64:ff9b::{high:x}:{low:x}"),
                    format!("2002:{high:x}:{low:x}::1"),
                    format!("::{high:x}:{low:x}"),
                ] {
                    assert!(!passes(&[], &spelling), "{spelling}");
                }
            }
        }
    }

    #[test]
    fn no_address_of_ipv6_that_is_not_given_out_passes() {
        for address in [
            "::",
            "::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "fc00::1",
            "fdff:ffff::1",
            "ff02::1",
            "100::1",
            "2001::1",
            "2001:1ff::1",
            "2001:db8::1",
            "3fff::1",
            "3ffe::1",
            "5f00::1",
            "64:ff9b:1::1",
            "4000::1",
            "1fff::1",
        ] {
            assert!(!passes(&[], address), "{address}");
        }
    }

    #[test]
    fn the_internet_passes() {
        for address in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.167.255.255",
            "192.169.0.0",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450:4001:80b::200e",
            "::ffff:1.1.1.1",
            "64:ff9b::1.1.1.1",
            "2002:101:101::1",
        ] {
            assert!(passes(&[], address), "{address}");
        }
    }

    #[test]
    fn an_opened_network_passes_and_its_neighbours_do_not() {
        let open = ["10.1.0.0/16", "fd00:1::/32", "127.0.0.1/32"];
        for address in ["10.1.2.3", "::ffff:10.1.2.3", "fd00:1::7", "127.0.0.1"] {
            assert!(passes(&open, address), "{address}");
        }
        for address in ["10.2.0.1", "::ffff:10.2.0.1", "fd00:2::7", "127.0.0.2", "::1"] {
            assert!(!passes(&open, address), "{address}");
        }
    }
}
