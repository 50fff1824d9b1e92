//! Echo requests (ICMP, RFC 792 and RFC 4443), which a host answers by itself, whatever else runs on it.

use std::{
    io,
    net::{IpAddr, UdpSocket},
    time::Duration,
};

use rustix::net::{AddressFamily, SocketFlags, SocketType, ipproto, socket_with};
use tokio::{net, time::Instant};

use super::{Error, Net, Unreachable, target::Target};

/// What came of asking a host.
#[derive(Debug)]
pub struct Echoes {
    /// The address that was asked.
    pub address: IpAddr,
    /// How many times it was asked.
    pub asked: u32,
    /// How long each answer took that came in time.
    pub took: Vec<Duration>,
    /// What the system says of the last request that it could not send, or that came back.
    pub refused: Option<io::Error>,
}

/// Why nobody was asked.
#[derive(Debug, thiserror::Error)]
pub enum EchoError {
    /// There is nobody who may be.
    #[error(transparent)]
    Net(#[from] Error),
    /// This program may not send echo requests.
    #[error("this program may not send echo requests")]
    NotPermitted,
    /// The system has no socket for it.
    #[error("there is no socket for echo requests: {0}")]
    Socket(#[source] io::Error),
}

impl Net {
    /// Asks a host so many times, one after the other, each for so long; by one address of each version of IP until one answers.
    pub async fn echo(&self, host: &str, times: u16, within: Duration) -> Result<Echoes, EchoError> {
        let mut asked = None;
        for address in one_of_each(self.addresses(host).await?) {
            let echoes = match Socket::open(address) {
                Ok(socket) => socket.ask(times, within).await,
                // A system can be without one of the two, and answer by the other.
                Err(error) => Err(error),
            };
            match echoes {
                Ok(echoes) if !echoes.took.is_empty() => return Ok(echoes),
                // Who was asked and said nothing tells more than who could not be asked.
                echoes => asked = asked.filter(Result::is_ok).or(Some(echoes)),
            }
        }
        asked.unwrap_or_else(|| Err(Error::from(Unreachable::NoSuchHost).into()))
    }

    /// Where a host is that is spoken to by another way than a connection: only addresses that may be.
    pub async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, Error> {
        let target = Target::of_port(host, 443)?;
        Ok(self.inner.connector.addresses(target.host()).await?)
    }
}

/// The first of each version of IP, in their order.
fn one_of_each(addresses: Vec<IpAddr>) -> Vec<IpAddr> {
    let mut chosen: Vec<IpAddr> = Vec::new();
    for address in addresses {
        if chosen.iter().all(|other| other.is_ipv4() != address.is_ipv4()) {
            chosen.push(address);
        }
    }
    chosen
}

/// A socket that speaks to one address.
#[derive(Debug)]
struct Socket {
    address: IpAddr,
    io: net::UdpSocket,
    /// Whether it hears everything of ICMP, with the head of each packet of IPv4.
    is_raw: bool,
}

impl Socket {
    /// One that needs no rights where the system lets the group of this program have it; otherwise a raw one.
    fn open(address: IpAddr) -> Result<Self, EchoError> {
        let (family, protocol) = match address {
            IpAddr::V4(_) => (AddressFamily::INET, ipproto::ICMP),
            IpAddr::V6(_) => (AddressFamily::INET6, ipproto::ICMPV6),
        };
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let of_type = |kind| socket_with(family, kind, flags, Some(protocol));
        let opened = match of_type(SocketType::DGRAM) {
            Ok(socket) => Ok((socket, false)),
            Err(_) => of_type(SocketType::RAW).map(|socket| (socket, true)),
        };
        let (socket, is_raw) = opened.map_err(|error| match io::Error::from(error) {
            error if error.kind() == io::ErrorKind::PermissionDenied => EchoError::NotPermitted,
            error => EchoError::Socket(error),
        })?;
        // Both are datagrams to the system, as those of UDP are, and are waited for in the same way.
        let io = net::UdpSocket::from_std(UdpSocket::from(socket)).map_err(EchoError::Socket)?;
        Ok(Self { address, io, is_raw })
    }

    async fn ask(self, times: u16, within: Duration) -> Result<Echoes, EchoError> {
        let mut echoes = Echoes { address: self.address, asked: 0, took: Vec::new(), refused: None };
        // From now on it hears of this address alone.
        if let Err(error) = self.io.connect((self.address, 0)).await {
            return Ok(Echoes { asked: u32::from(times), refused: Some(error), ..echoes });
        }
        let token = rand::random();
        for sequence in 0..times {
            let begun = Instant::now();
            echoes.asked += 1;
            match tokio::time::timeout(within, self.once(sequence, token)).await {
                Ok(Ok(())) => echoes.took.push(begun.elapsed()),
                Ok(Err(error)) => echoes.refused = Some(error),
                Err(_) => {}
            }
        }
        Ok(echoes)
    }

    /// Asks once, and waits until it is answered.
    async fn once(&self, sequence: u16, token: [u8; TOKEN_BYTES]) -> io::Result<()> {
        self.io.send(&request(self.address, sequence, token)).await?;
        let mut heard = [0; PACKET_BYTES_MAX];
        loop {
            let length = self.io.recv(&mut heard).await?;
            let packet = &heard[..length];
            let packet = if self.is_raw && self.address.is_ipv4() { without_head(packet) } else { packet };
            if is_answer(packet, self.address, sequence, token) {
                return Ok(());
            }
        }
    }
}

/// What makes a request ours: two programs may ask at the same time.
const TOKEN_BYTES: usize = 8;
/// More than any answer has: the longest head of IPv4, ours, and the token.
const PACKET_BYTES_MAX: usize = 256;

/// Type, code, checksum, identifier, sequence, and what is sent back as it is.
fn request(address: IpAddr, sequence: u16, token: [u8; TOKEN_BYTES]) -> [u8; 8 + TOKEN_BYTES] {
    let mut packet = [0; 8 + TOKEN_BYTES];
    packet[0] = if address.is_ipv4() { 8 } else { 128 };
    // The system has an identifier of its own where it is no raw socket.
    packet[4..6].copy_from_slice(&token[..2]);
    packet[6..8].copy_from_slice(&sequence.to_be_bytes());
    packet[8..].copy_from_slice(&token);
    if address.is_ipv4() {
        // That of IPv6 has the addresses in it, and is the system's to find out.
        let sum = checksum(&packet);
        packet[2..4].copy_from_slice(&sum.to_be_bytes());
    }
    packet
}

/// Whether this answers that request.
fn is_answer(packet: &[u8], address: IpAddr, sequence: u16, token: [u8; TOKEN_BYTES]) -> bool {
    let reply = if address.is_ipv4() { 0 } else { 129 };
    packet.len() == 8 + TOKEN_BYTES
        && packet[..2] == [reply, 0]
        && packet[6..8] == sequence.to_be_bytes()
        && packet[8..] == token
}

/// What stands behind the head of a packet of IPv4, whose length is in its first byte, in words of four bytes.
fn without_head(packet: &[u8]) -> &[u8] {
    let head = packet.first().map_or(0, |first| usize::from(first & 0x0f) * 4);
    packet.get(head..).unwrap_or_default()
}

/// The sum of the internet (RFC 1071) of an even number of bytes.
fn checksum(packet: &[u8]) -> u16 {
    let words = packet.chunks_exact(2).map(|word| u32::from(u16::from_be_bytes([word[0], word[1]])));
    let mut sum: u32 = words.sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: [u8; TOKEN_BYTES] = *b"mediary!";

    #[test]
    fn a_request_adds_up_and_only_its_answer_is_one() {
        for (address, reply) in [("192.0.2.1", 0), ("2001:db8::1", 129)] {
            let address: IpAddr = address.parse().unwrap();
            let asked = request(address, 2, TOKEN);
            if address.is_ipv4() {
                assert_eq!(checksum(&asked), 0, "with its sum it adds up to nothing");
            }
            assert!(!is_answer(&asked, address, 2, TOKEN), "a raw socket on this machine hears itself");
            let mut answer = asked;
            answer[0] = reply;
            assert!(is_answer(&answer, address, 2, TOKEN));
            assert!(!is_answer(&answer, address, 1, TOKEN));
            assert!(!is_answer(&answer, address, 2, *b"somebody"));
            assert!(!is_answer(&answer[..7], address, 2, TOKEN));
        }
    }

    // The example of RFC 1071, section 3.
    #[test]
    fn the_sum_is_that_of_the_internet() {
        assert_eq!(checksum(&[0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]), !0xddf2);
    }

    #[test]
    fn a_head_is_as_long_as_it_says() {
        let packet: Vec<u8> = [&[0x46][..], &[0; 23], b"rest"].concat();
        assert_eq!(without_head(&packet), b"rest");
        assert!(without_head(&[0x4f, 0]).is_empty() && without_head(&[]).is_empty());
    }

    #[test]
    fn one_address_of_each_version_is_asked() {
        let all = ["2001:db8::1", "2001:db8::2", "192.0.2.1", "192.0.2.2"].map(|one| one.parse().unwrap());
        let chosen = one_of_each(all.to_vec());
        assert_eq!(chosen, [all[0], all[2]]);
    }
}
