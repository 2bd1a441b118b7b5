//! What security groups let through, as sets: protocols, ranges of ports and ranges of addresses.
//!
//! Whether one set lies within another is decided on the union of the rules, so that two halves count as the whole.

use ipnet::IpNet;
use std::fmt;

/// Every port of a protocol; for one without ports, everything.
pub const EVERY_PORT: (u32, u32) = (0, 65_535);

/// More addresses than one `/8`: no single customer, partner or provider of ours has as many.
const MOST_PUBLIC_V4: u128 = 1 << 24;
/// More addresses than one `/16`: the largest block that was ever given to anyone is a `/16`.
const MOST_PUBLIC_V6: u128 = 1 << 112;

/// Ranges of IPv4 that nothing on the internet has.
const PRIVATE_V4: [&str; 13] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/3",
];
/// The only range of IPv6 that the internet has.
const PUBLIC_V6: &str = "2000::/3";

/// A protocol, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protocol {
    Every,
    Number(u8),
}

impl Protocol {
    /// As AWS and Terraform write it; nothing for what is neither a name that AWS knows nor a number.
    pub fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "-1" | "all" => Some(Self::Every),
            "tcp" => Some(Self::Number(6)),
            "udp" => Some(Self::Number(17)),
            "icmp" => Some(Self::Number(1)),
            "icmpv6" => Some(Self::Number(58)),
            number => number.parse().ok().map(Self::Number),
        }
    }

    /// Whether rules of the protocol tell ports apart.
    pub const fn has_ports(self) -> bool {
        matches!(self, Self::Number(6 | 17))
    }

    fn contains(self, other: Self) -> bool {
        self == Self::Every || self == other
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Every => formatter.write_str("every protocol"),
            Self::Number(1) => formatter.write_str("icmp"),
            Self::Number(6) => formatter.write_str("tcp"),
            Self::Number(17) => formatter.write_str("udp"),
            Self::Number(58) => formatter.write_str("icmpv6"),
            Self::Number(number) => write!(formatter, "protocol {number}"),
        }
    }
}

/// Who is at the other end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Peer {
    Block(IpNet),
    /// A security group, by its id.
    Group(String),
    /// A prefix list, by its id.
    PrefixList(String),
}

/// One thing that is let through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    pub protocol: Protocol,
    /// First and last port; of ICMP, 256 times the type plus the code.
    pub ports: (u32, u32),
    pub peer: Peer,
}

impl Flow {
    /// The flow and its peer by the name it is known by.
    pub fn shown(&self, peer: &str) -> String {
        let Self { protocol, ports, .. } = self;
        match *ports {
            EVERY_PORT if protocol.has_ports() => format!("{protocol} (every port), {peer}"),
            EVERY_PORT => format!("{protocol}, {peer}"),
            (first, last) if first == last => format!("{protocol} {first}, {peer}"),
            (first, last) => format!("{protocol} {first}-{last}, {peer}"),
        }
    }
}

/// First and last port of a rule as AWS gives them, -1 for every one.
pub fn ports(protocol: Protocol, from: i32, to: i32) -> (u32, u32) {
    let whole = |number: i32| u32::try_from(number).ok();
    match (protocol, whole(from), whole(to)) {
        (Protocol::Number(1 | 58), Some(kind), Some(code)) => {
            let number = kind.min(255) * 256 + code.min(255);
            (number, number)
        }
        (Protocol::Number(1 | 58), Some(kind), None) => (kind.min(255) * 256, kind.min(255) * 256 + 255),
        (protocol, Some(from), Some(to)) if protocol.has_ports() => (from, to),
        _ => EVERY_PORT,
    }
}

/// Whether the union of the flows lets through all of one.
///
/// All protocols together are let through by a rule for all of them only: 256 rules for one each are never written.
pub fn covers(flows: &[Flow], one: &Flow) -> bool {
    let near: Vec<&Flow> = flows
        .iter()
        .filter(|flow| flow.protocol.contains(one.protocol))
        .collect();
    slices(&near, one.ports).into_iter().all(|slice| {
        let open: Vec<&Peer> = near
            .iter()
            .filter(|flow| within(slice, flow.ports))
            .map(|flow| &flow.peer)
            .collect();
        match &one.peer {
            Peer::Block(block) => uncovered(&open, *block) == 0,
            token => open.contains(&token),
        }
    })
}

/// Every range of ports, by protocol, on which the flows reach more public addresses than anybody owns.
pub fn world(flows: &[Flow]) -> Vec<(Protocol, (u32, u32))> {
    let mut protocols: Vec<Protocol> = flows.iter().map(|flow| flow.protocol).collect();
    protocols.sort();
    protocols.dedup();
    let mut found: Vec<(Protocol, (u32, u32))> = Vec::new();
    for protocol in protocols {
        let near: Vec<&Flow> = flows
            .iter()
            .filter(|flow| flow.protocol.contains(protocol))
            .collect();
        for slice in slices(&near, EVERY_PORT) {
            let open: Vec<&Peer> = near
                .iter()
                .filter(|flow| within(slice, flow.ports))
                .map(|flow| &flow.peer)
                .collect();
            // What every protocol may do is told once.
            let told = found.first() == Some(&(Protocol::Every, EVERY_PORT));
            if told || !is_world(&open) {
                continue;
            }
            match found.last_mut() {
                Some((last, ports)) if *last == protocol && ports.1 + 1 == slice.0 => ports.1 = slice.1,
                _ => found.push((protocol, slice)),
            }
        }
    }
    found
}

const fn within(inner: (u32, u32), outer: (u32, u32)) -> bool {
    outer.0 <= inner.0 && inner.1 <= outer.1
}

/// The ports of a range, cut wherever a flow begins or ends.
fn slices(flows: &[&Flow], (first, last): (u32, u32)) -> Vec<(u32, u32)> {
    let mut starts = vec![first];
    for flow in flows {
        starts.extend([flow.ports.0, flow.ports.1 + 1]);
    }
    starts.retain(|start| (first..=last).contains(start));
    starts.sort_unstable();
    starts.dedup();
    let ends = starts.iter().skip(1).map(|start| start - 1).chain([last]);
    starts.iter().copied().zip(ends).collect()
}

/// A range of addresses of one family, both ends inclusive.
type Range = (u128, u128);

fn range(block: IpNet) -> (bool, Range) {
    match block {
        IpNet::V4(block) => (
            true,
            (
                u32::from(block.network()).into(),
                u32::from(block.broadcast()).into(),
            ),
        ),
        IpNet::V6(block) => (false, (block.network().into(), block.broadcast().into())),
    }
}

/// The ranges of one family, sorted and without overlaps.
fn union(ranges: impl Iterator<Item = Range>) -> Vec<Range> {
    let mut sorted: Vec<Range> = ranges.collect();
    sorted.sort_unstable();
    let mut merged: Vec<Range> = Vec::new();
    for (first, last) in sorted {
        match merged.last_mut() {
            Some(before) if first <= before.1.saturating_add(1) => before.1 = before.1.max(last),
            _ => merged.push((first, last)),
        }
    }
    merged
}

/// How many addresses of a range the sorted ranges hold; saturating, as all of IPv6 is one more than fits.
fn held(ranges: &[Range], (first, last): Range) -> u128 {
    ranges.iter().fold(0, |held: u128, range| {
        let (from, to) = (range.0.max(first), range.1.min(last));
        if from > to {
            return held;
        }
        held.saturating_add((to - from).saturating_add(1))
    })
}

fn blocks<'a>(peers: &'a [&'a Peer], is_v4: bool) -> impl Iterator<Item = Range> + 'a {
    peers
        .iter()
        .filter_map(move |peer| match peer {
            Peer::Block(block) => Some(range(*block)).filter(|(family, _)| *family == is_v4),
            Peer::Group(_) | Peer::PrefixList(_) => None,
        })
        .map(|(_, range)| range)
}

/// How many addresses of the block none of the peers has.
fn uncovered(peers: &[&Peer], block: IpNet) -> u128 {
    let (is_v4, own) = range(block);
    let ranges = union(blocks(peers, is_v4));
    let size = (own.1 - own.0).saturating_add(1);
    size - held(&ranges, own)
}

fn is_world(peers: &[&Peer]) -> bool {
    let v4 = union(blocks(peers, true));
    let all = held(&v4, (0, u32::MAX.into()));
    let private: u128 = PRIVATE_V4
        .iter()
        .filter_map(|block| block.parse::<IpNet>().ok())
        .map(|block| held(&v4, range(block).1))
        .sum();
    let v6 = union(blocks(peers, false));
    let public = PUBLIC_V6
        .parse::<IpNet>()
        .map_or(0, |block| held(&v6, range(block).1));
    all - private > MOST_PUBLIC_V4 || public > MOST_PUBLIC_V6
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn flow(protocol: &str, ports: (u32, u32), block: &str) -> Flow {
        Flow {
            protocol: Protocol::parse(protocol).unwrap(),
            ports,
            peer: Peer::Block(block.parse().unwrap()),
        }
    }

    fn opened(blocks: &[&str]) -> Vec<(Protocol, (u32, u32))> {
        let flows: Vec<Flow> = blocks.iter().map(|block| flow("tcp", (22, 22), block)).collect();
        world(&flows)
    }

    #[test]
    fn the_world_is_what_nobody_owns_however_it_is_written() {
        let ssh = vec![(Protocol::Number(6), (22, 22))];
        for blocks in [
            &["0.0.0.0/0"][..],
            &["::/0"],
            &["0.0.0.0/1", "128.0.0.0/1"],
            &["128.0.0.0/1"],
            &["8000::/1", "::/1"],
            &["4.0.0.0/8", "5.0.0.0/8"],
            &["2000::/4"],
        ] {
            assert_eq!(opened(blocks), ssh, "{blocks:?}");
        }
        for blocks in [
            &["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"][..],
            &["4.0.0.0/8"],
            &["4.0.0.0/8", "4.0.0.0/9"],
            &["224.0.0.0/3"],
            &["fc00::/7"],
            &["2600::/16"],
        ] {
            assert!(opened(blocks).is_empty(), "{blocks:?}");
        }
    }

    #[test]
    fn rules_of_different_ports_open_no_world_together() {
        let apart = [
            flow("tcp", (80, 80), "4.0.0.0/8"),
            flow("tcp", (443, 443), "5.0.0.0/8"),
        ];
        assert!(world(&apart).is_empty());
        let meeting = [
            flow("tcp", (80, 443), "4.0.0.0/8"),
            flow("-1", EVERY_PORT, "5.0.0.0/8"),
        ];
        assert_eq!(world(&meeting), [(Protocol::Number(6), (80, 443))]);
        let every = [
            flow("-1", EVERY_PORT, "0.0.0.0/0"),
            flow("tcp", (1, 2), "10.0.0.0/8"),
        ];
        assert_eq!(world(&every), [(Protocol::Every, EVERY_PORT)]);
    }

    #[test]
    fn a_union_of_rules_covers_what_none_of_them_does() {
        let halves = [
            flow("tcp", (0, 100), "10.0.0.0/17"),
            flow("tcp", (0, 300), "10.0.128.0/17"),
            flow("tcp", (101, 300), "10.0.0.0/16"),
        ];
        assert!(covers(&halves, &flow("tcp", (50, 200), "10.0.0.0/16")));
        assert!(!covers(&halves, &flow("tcp", (50, 301), "10.0.0.0/16")));
        assert!(!covers(&halves, &flow("udp", (50, 50), "10.0.0.0/24")));
        assert!(!covers(&halves, &flow("-1", EVERY_PORT, "10.0.0.0/24")));
        let every = [flow("-1", EVERY_PORT, "::/0")];
        assert!(covers(&every, &flow("tcp", (443, 443), "2600::/16")));
        assert!(!covers(&every, &flow("tcp", (443, 443), "0.0.0.0/0")));
    }

    #[test]
    fn icmp_is_told_apart_by_type_and_code() {
        let icmp = Protocol::Number(1);
        assert_eq!(ports(icmp, 8, -1), (2048, 2303));
        assert_eq!(ports(icmp, 8, 0), (2048, 2048));
        assert_eq!(ports(icmp, -1, -1), EVERY_PORT);
        assert_eq!(ports(Protocol::Number(50), 7, 9), EVERY_PORT);
    }

    proptest! {
        /// Against counting each address and port one by one.
        #[test]
        fn covering_is_decided_as_by_counting(
            rules in proptest::collection::vec((0_u32..6, 0_u32..6, 0_u8..16, 28_u8..=32), 0..6),
            asked in (0_u32..6, 0_u32..6, 0_u8..16, 28_u8..=32),
        ) {
            let made = |(first, second, host, prefix): (u32, u32, u8, u8)| {
                let block = format!("10.0.0.{host}/{prefix}").parse::<IpNet>().unwrap().trunc();
                flow("tcp", (first.min(second), first.max(second)), &block.to_string())
            };
            let flows: Vec<Flow> = rules.into_iter().map(made).collect();
            let one = made(asked);
            let hits = |flow: &Flow, port: u32, host: u8| {
                let address: std::net::IpAddr = format!("10.0.0.{host}").parse().unwrap();
                within((port, port), flow.ports)
                    && matches!(&flow.peer, Peer::Block(block) if block.contains(&address))
            };
            let counted = (0..6).all(|port| (0..16).all(|host| {
                !hits(&one, port, host) || flows.iter().any(|flow| hits(flow, port, host))
            }));
            prop_assert_eq!(covers(&flows, &one), counted);
        }
    }
}
