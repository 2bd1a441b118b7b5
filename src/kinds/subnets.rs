//! `subnets`: a VPC has exactly the promised public and private subnets.

use ipnet::Ipv4Net;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{Mistake, select};
use crate::check::{Assessment, Check, CheckNeeds, EvidenceBase, Subject, Verdict};
use crate::formats::{Cidr, NameGlob};
use crate::inventory::ec2::{InternetGateway, NatGateway, Route, RouteTable, Subnet, Vpc};
use crate::inventory::{Inventory, Needs, Resource, ResourceType};

pub const EXAMPLE: &str = r#"id: networking-subnets
kind: subnets
title: Two public and two private subnets over two zones
severity: high
owner: platform
why: A subnet in the wrong place exposes functions or takes them offline with one zone.
fix: Change `subnets` of terraform/modules/networking.
with:
  vpc: "${project}-vpc-${env}"
  cidr: 10.0.0.0/16
  public: [10.0.1.0/24, 10.0.2.0/24]
  private: [10.0.10.0/24, 10.0.11.0/24]
"#;

/// A VPC has one CIDR block and exactly the promised public and private subnets, spread over zones.
///
/// A subnet is public when its route table sends `0.0.0.0/0` to an internet gateway that is attached to its VPC,
/// and private when it sends `0.0.0.0/0` to a NAT gateway that is available and stands in a public subnet of the
/// same VPC, and nothing to an internet gateway. Names and tags are never looked at. A subnet without a route table of its own uses the main one.
///
/// ## What is read
/// VPCs, subnets, route tables, internet gateways and NAT gateways.
///
/// ## When it fails
/// The VPC's block is another one or there is a second one; a promised subnet is missing, or is not what was
/// promised; a subnet was not promised; a block lies outside the VPC or overlaps another; the public or the
/// private subnets span fewer zones than promised; no VPC, or more than one, has the name.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The name of the VPC: its `Name` tag.
    vpc: NameGlob,
    /// The VPC's CIDR block.
    cidr: Cidr,
    /// The blocks of the public subnets.
    public: Vec<Cidr>,
    /// The blocks of the private subnets.
    private: Vec<Cidr>,
    /// The fewest zones that the public subnets, and the private ones, are spread over.
    #[serde(default = "two")]
    #[schemars(range(min = 1))]
    min_zones: usize,
}

const fn two() -> usize {
    2
}

/// What the route table makes of a subnet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    Public,
    Private,
    /// Neither, and why.
    Neither(&'static str),
}

impl fmt::Display for Reach {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Public => formatter.write_str("public"),
            Self::Private => formatter.write_str("private"),
            Self::Neither(why) => write!(formatter, "neither public nor private: {why}"),
        }
    }
}

impl super::Options for Options {
    type Check = Self;

    fn into_check(self) -> Result<Self, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let lists = [("public", &self.public), ("private", &self.private)];
        let all: Vec<(String, Cidr)> = lists
            .iter()
            .flat_map(|(name, blocks)| {
                blocks
                    .iter()
                    .enumerate()
                    .map(move |(index, block)| (format!("/{name}/{index}"), *block))
            })
            .collect();
        if all.is_empty() {
            mistakes.push(
                Mistake::new(
                    "",
                    "no-subnets",
                    "no subnet is promised",
                    "`public` and `private` are both empty",
                )
                .help("add the blocks of the subnets to `public` or to `private`"),
            );
        }
        for (index, (pointer, block)) in all.iter().enumerate() {
            if !self.cidr.0.contains(&block.0) {
                mistakes.push(Mistake::new(
                    pointer,
                    "outside-vpc",
                    format!("`{block}` lies outside the VPC"),
                    format!("the VPC is `{}`", self.cidr),
                ));
            }
            for (_, earlier) in &all[..index] {
                if overlap(earlier.0, block.0) {
                    mistakes.push(Mistake::new(
                        pointer,
                        "overlapping-subnets",
                        format!("`{block}` overlaps `{earlier}`"),
                        "no VPC can have both",
                    ));
                }
            }
        }
        for (name, blocks) in lists {
            if !blocks.is_empty() && blocks.len() < self.min_zones {
                let count = blocks.len();
                let noun = if count == 1 { "subnet" } else { "subnets" };
                mistakes.push(
                    Mistake::new(
                        format!("/{name}"),
                        "too-few-subnets",
                        format!("{count} {name} {noun} cannot span {} zones", self.min_zones),
                        "a subnet lies in one zone",
                    )
                    .help("promise more subnets, or lower `min_zones`"),
                );
            }
        }
        if mistakes.is_empty() {
            Ok(self)
        } else {
            Err(mistakes)
        }
    }
}

impl Check for Options {
    fn needs(&self) -> CheckNeeds {
        CheckNeeds {
            subjects: Needs::none().list(Vpc::NAME),
            context: Needs::none()
                .list(Subnet::NAME)
                .list(RouteTable::NAME)
                .list(InternetGateway::NAME)
                .list(NatGateway::NAME),
            ..CheckNeeds::default()
        }
    }

    fn subjects(&self, inventory: &Inventory) -> Vec<Subject> {
        select::subjects(inventory, Vpc::NAME, std::slice::from_ref(&self.vpc))
    }

    fn judge(&self, subject: &Subject, evidence: &EvidenceBase<'_>) -> Verdict {
        let inventory = evidence.inventory;
        let Some((_, vpc)) = select::found::<Vpc>(inventory, subject) else {
            return select::absent(subject);
        };
        let mut assessment = Assessment::default();
        let alike = self.subjects(inventory).len();
        if alike > 1 {
            assessment.differs("more than one VPC has the name", 1, alike);
        }
        assessment.saw("CidrBlock", vpc.cidr_blocks.join(", "));
        if vpc.cidr_blocks != [self.cidr.to_string()] {
            assessment.differs(
                "the VPC's CIDR block is another one",
                self.cidr,
                vpc.cidr_blocks.join(", "),
            );
        }
        let network = Network::of(inventory, &vpc.vpc_id);
        self.compare(&network, &mut assessment);
        assessment.conclude("the subnets are as promised")
    }
}

impl Options {
    fn compare(&self, network: &Network<'_>, assessment: &mut Assessment) {
        let mut zones: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut seen: Vec<(&Resource, Ipv4Net)> = Vec::new();
        for (resource, subnet) in &network.subnets {
            let label = resource.label();
            let reach = network.reach(subnet);
            assessment.saw(
                format!("subnet {label}"),
                format!("{} in {}, {reach}", subnet.cidr_block, subnet.availability_zone),
            );
            let Ok(block) = subnet.cidr_block.parse::<Ipv4Net>() else {
                assessment.undetermined(format!("{label} has no IPv4 block that can be read"));
                continue;
            };
            if !self.cidr.0.contains(&block) {
                assessment.differs(format!("{label} lies outside the VPC"), self.cidr, block);
            }
            for (other, earlier) in &seen {
                if overlap(*earlier, block) {
                    assessment.fail(format!(
                        "{label} ({block}) overlaps {} ({earlier})",
                        other.label()
                    ));
                }
            }
            seen.push((resource, block));
            let promised = if self.public.contains(&Cidr(block)) {
                Reach::Public
            } else if self.private.contains(&Cidr(block)) {
                Reach::Private
            } else {
                assessment.differs(
                    format!("{label} was not promised"),
                    "no subnet with this block",
                    format!("{block} in {}", subnet.availability_zone),
                );
                continue;
            };
            if reach == promised {
                let list = if promised == Reach::Public {
                    "public"
                } else {
                    "private"
                };
                zones.entry(list).or_default().insert(&subnet.availability_zone);
            } else {
                assessment.differs(format!("{label} ({block}) is not {promised}"), promised, reach);
            }
        }
        for (list, blocks) in [("public", &self.public), ("private", &self.private)] {
            for block in blocks {
                if !seen.iter().any(|(_, found)| *found == block.0) {
                    assessment.differs(
                        format!("the {list} subnet {block} is missing"),
                        block,
                        "no such subnet",
                    );
                }
            }
            let spread = zones.get(list).map_or(0, BTreeSet::len);
            if !blocks.is_empty() && spread < self.min_zones {
                assessment.differs(
                    format!("the {list} subnets are not spread over enough zones"),
                    format!("at least {} zones", self.min_zones),
                    format!("{spread}"),
                );
            }
        }
    }
}

/// The parts of one VPC that decide what its subnets reach.
pub(super) struct Network<'a> {
    vpc_id: &'a str,
    subnets: Vec<(&'a Resource, &'a Subnet)>,
    tables: Vec<&'a RouteTable>,
    internet_gateways: Vec<&'a InternetGateway>,
    nat_gateways: Vec<&'a NatGateway>,
}

impl<'a> Network<'a> {
    pub(super) fn of(inventory: &'a Inventory, vpc_id: &'a str) -> Self {
        Self {
            vpc_id,
            subnets: inventory
                .of::<Subnet>()
                .filter(|(_, subnet)| subnet.vpc_id == vpc_id)
                .collect(),
            tables: inventory
                .of::<RouteTable>()
                .map(|(_, table)| table)
                .filter(|table| table.vpc_id == vpc_id)
                .collect(),
            internet_gateways: inventory
                .of::<InternetGateway>()
                .map(|(_, gateway)| gateway)
                .collect(),
            nat_gateways: inventory.of::<NatGateway>().map(|(_, gateway)| gateway).collect(),
        }
    }

    /// The table that applies to a subnet: its own, or the VPC's main one.
    fn table_of(&self, subnet_id: &str) -> Option<&'a RouteTable> {
        let own = self.tables.iter().find(|table| {
            let mut associations = table.associations.iter();
            associations.any(|association| association.subnet_id.as_deref() == Some(subnet_id))
        });
        let main = || {
            self.tables
                .iter()
                .find(|table| table.associations.iter().any(|association| association.main))
        };
        own.or_else(main).copied()
    }

    fn default_route(&self, subnet_id: &str) -> Option<&'a Route> {
        self.table_of(subnet_id)?
            .routes
            .iter()
            .find(|route| route.destination_cidr_block.as_deref() == Some("0.0.0.0/0"))
    }

    /// What the route tables make of a subnet.
    pub(super) fn reach(&self, subnet: &Subnet) -> Reach {
        let Some(route) = self.default_route(&subnet.subnet_id) else {
            return Reach::Neither("its route table has no default route");
        };
        if route.state != "active" {
            return Reach::Neither("its default route leads nowhere (blackhole)");
        }
        if self.is_public(route) {
            return Reach::Public;
        }
        if route
            .gateway_id
            .as_deref()
            .is_some_and(|id| id.starts_with("igw-"))
        {
            return Reach::Neither("its internet gateway is not attached to its VPC");
        }
        let Some(nat_gateway_id) = &route.nat_gateway_id else {
            return Reach::Neither("its default route leads to neither sort of gateway");
        };
        let gateway = self
            .nat_gateways
            .iter()
            .find(|gateway| gateway.nat_gateway_id == *nat_gateway_id);
        match gateway {
            None => Reach::Neither("its NAT gateway does not exist"),
            Some(gateway) if gateway.state != "available" => {
                Reach::Neither("its NAT gateway is not available")
            }
            Some(gateway) if gateway.vpc_id != self.vpc_id => {
                Reach::Neither("its NAT gateway is in another VPC")
            }
            Some(gateway) if gateway.connectivity_type == "private" => {
                Reach::Neither("its NAT gateway does not reach the internet")
            }
            Some(gateway) => match self.default_route(&gateway.subnet_id) {
                Some(route) if route.state == "active" && self.is_public(route) => {
                    // A narrower route, or one for IPv6, would lead past the NAT gateway.
                    let table = self.table_of(&subnet.subnet_id);
                    let mut routes = table.into_iter().flat_map(|table| &table.routes);
                    if routes.any(|route| self.is_public(route)) {
                        Reach::Neither("another route of its table leads to the internet gateway")
                    } else {
                        Reach::Private
                    }
                }
                _ => Reach::Neither("its NAT gateway is not in a public subnet"),
            },
        }
    }

    /// Whether a route leads to an internet gateway that is attached to this VPC.
    fn is_public(&self, route: &Route) -> bool {
        let Some(gateway_id) = &route.gateway_id else {
            return false;
        };
        self.internet_gateways.iter().any(|gateway| {
            gateway.internet_gateway_id == *gateway_id
                && gateway.vpc_ids.iter().any(|vpc_id| vpc_id == self.vpc_id)
        })
    }
}

fn overlap(one: Ipv4Net, other: Ipv4Net) -> bool {
    one.contains(&other) || other.contains(&one)
}
