//! `security-group`: security groups let through what was promised, and nothing else.

mod traffic;

use schemars::JsonSchema;
use serde::Deserialize;

use self::traffic::{Flow, Peer, Protocol};
use super::bounds::nothing_to_check;
use super::{Mistake, select};
use crate::check::{Assessment, Check, CheckNeeds, EvidenceBase, Subject, Verdict, resource_of};
use crate::formats::{NameGlob, Network};
use crate::inventory::ec2::{SecurityGroup, SecurityGroupRule};
use crate::inventory::{Inventory, Needs, Resource, ResourceType};

pub const EXAMPLE: &str = r#"id: networking-endpoint-group
kind: security-group
title: Only functions reach the endpoints
severity: high
owner: platform
why: What else in the VPC could reach them could use them.
fix: Keep the rules in terraform/modules/networking.
with:
  groups: ["${project}-endpoints-${env}"]
  ingress:
    - from_port: 443
      security_groups: ["${project}-lambda-${env}"]
  egress: []
"#;

/// Each security group lets through what was promised, and nothing else.
///
/// Rules are compared by what they let through and not by how they are written: the union of the rules of one
/// direction must lie within the union of the promised ones, and these within it. Two rules for half the ports or half
/// the addresses each are the same as one for the whole.
///
/// ## What is read
/// Security groups.
///
/// ## When it fails
/// A rule lets through something that `ingress` or `egress` does not promise; something promised is not let through,
/// unless `required` is off; a promised security group does not exist in the group's VPC. With `not_world`: on some
/// port, the rules together reach more public addresses than one `/8` of IPv4 or one `/16` of IPv6 has, which is more
/// than anybody owns. `0.0.0.0/0`, its two halves, and all of it but the private ranges all count.
///
/// When a rule names a prefix list, which may hold any address, and `not_world` must be decided, the outcome is an
/// error unless the list is promised by its id.
///
/// ## What it cannot know
/// What a prefix list holds; what network ACLs take away; which interfaces are in the group. The default group of the
/// default VPC, which AWS makes in every region, is left out.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Names of security groups, or globs: the `Name` tag or, without one, the id.
    #[schemars(length(min = 1))]
    groups: Vec<NameGlob>,
    /// What may come in. An empty list is nothing at all; without it anything.
    ingress: Option<Vec<Promise>>,
    /// What may go out. An empty list is nothing at all; without it anything.
    egress: Option<Vec<Promise>>,
    /// Whether everything that is promised must be let through, too.
    #[serde(default = "yes")]
    required: bool,
    /// The directions that must not be open to the world.
    #[serde(default)]
    not_world: Vec<Direction>,
}

const fn yes() -> bool {
    true
}

/// A direction, as seen from the members of the group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Direction {
    Ingress,
    Egress,
}

/// What is let through, to or from everyone who is named.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Promise {
    /// `tcp`, `udp`, `icmp`, `icmpv6`, the number of a protocol, or `all`.
    #[serde(default = "tcp")]
    protocol: String,
    /// The first port of `tcp` or `udp`; without it every port.
    #[schemars(range(min = 0, max = 65535))]
    from_port: Option<u32>,
    /// The last port; without it the first is the only one.
    #[schemars(range(min = 0, max = 65535))]
    to_port: Option<u32>,
    /// IPv4 and IPv6 networks.
    #[serde(default)]
    cidr_blocks: Vec<Network>,
    /// Names of security groups in the same VPC, or globs.
    #[serde(default)]
    security_groups: Vec<NameGlob>,
    /// Ids of prefix lists, as `pl-63a5400a`.
    #[serde(default)]
    prefix_list_ids: Vec<String>,
}

fn tcp() -> String {
    "tcp".to_owned()
}

impl Promise {
    fn ports(&self) -> (u32, u32) {
        let to = self.to_port.or(self.from_port);
        self.from_port.zip(to).unwrap_or(traffic::EVERY_PORT)
    }

    fn mistakes(&self, pointer: &str) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        let protocol = Protocol::parse(&self.protocol);
        if protocol.is_none() {
            let title = format!("`{}` is no protocol", self.protocol);
            let label = "not a protocol that AWS names, and no number up to 255";
            mistakes.push(
                Mistake::new(format!("{pointer}/protocol"), "unknown-protocol", title, label)
                    .help("write `tcp`, `udp`, `icmp`, `icmpv6`, `all` or the number of a protocol"),
            );
        }
        if protocol.is_some_and(|protocol| !protocol.has_ports()) && self.from_port.is_some() {
            let title = format!("`{}` has no ports", self.protocol);
            let pointer = format!("{pointer}/from_port#");
            mistakes.push(Mistake::new(
                pointer,
                "no-ports",
                title,
                "only `tcp` and `udp` have ports",
            ));
        }
        match (self.from_port, self.to_port) {
            (None, Some(_)) => mistakes.push(Mistake::new(
                format!("{pointer}/to_port#"),
                "no-first-port",
                "a last port without a first",
                "`from_port` is missing",
            )),
            (Some(from), Some(to)) if from > to => mistakes.push(Mistake::new(
                format!("{pointer}/to_port"),
                "empty-range",
                format!("no port is at least {from} and at most {to}"),
                "`to_port` is below `from_port`",
            )),
            _ => {}
        }
        if self.cidr_blocks.is_empty() && self.security_groups.is_empty() && self.prefix_list_ids.is_empty() {
            mistakes.push(
                Mistake::new(
                    pointer,
                    "no-peer",
                    "this rule lets nobody through",
                    "nobody is named",
                )
                .help("name `cidr_blocks`, `security_groups` or `prefix_list_ids`"),
            );
        }
        mistakes
    }
}

impl super::Options for Options {
    type Check = Self;

    fn into_check(self) -> Result<Self, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        if self.ingress.is_none() && self.egress.is_none() && self.not_world.is_empty() {
            mistakes.push(nothing_to_check("`ingress`, `egress`, `not_world`"));
        }
        for (name, promises) in [("ingress", &self.ingress), ("egress", &self.egress)] {
            for (index, promise) in promises.iter().flatten().enumerate() {
                mistakes.extend(promise.mistakes(&format!("/{name}/{index}")));
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
            subjects: Needs::none().list(SecurityGroup::NAME),
            ..CheckNeeds::default()
        }
    }

    fn subjects(&self, inventory: &Inventory) -> Vec<Subject> {
        // AWS makes the default group of a default VPC by itself, in every region.
        let mut subjects = select::subjects(inventory, SecurityGroup::NAME, &self.groups);
        subjects.retain(|subject| !resource_of(inventory, subject).is_some_and(|group| group.managed_by_aws));
        subjects
    }

    fn judge(&self, subject: &Subject, evidence: &EvidenceBase<'_>) -> Verdict {
        let inventory = evidence.inventory;
        let Some((_, group)) = select::found::<SecurityGroup>(inventory, subject) else {
            return select::absent(subject);
        };
        let names = Names {
            missing: inventory.missing(SecurityGroup::NAME).is_some(),
            groups: inventory
                .of::<SecurityGroup>()
                .filter(|(_, other)| other.vpc_id == group.vpc_id)
                .collect(),
        };
        let mut assessment = Assessment::default();
        let directions = [
            (Direction::Ingress, &group.ingress, &self.ingress),
            (Direction::Egress, &group.egress, &self.egress),
        ];
        for (direction, rules, promises) in directions {
            let (flows, is_whole) = actual(rules, &mut assessment);
            let way = Way {
                direction,
                names: &names,
            };
            way.show(&flows, &mut assessment);
            let promised = promises
                .as_deref()
                .map(|list| way.promised(list, &mut assessment));
            if let Some(promised) = &promised {
                // What a rule that cannot be read lets through, nobody knows to be missing.
                way.compare(&flows, promised, self.required && is_whole, &mut assessment);
            }
            if self.not_world.contains(&direction) {
                way.judge_world(&flows, promised.as_deref(), &mut assessment);
            }
        }
        assessment.conclude("the group lets through what was promised, and nothing else")
    }
}

/// The security groups of one VPC.
struct Names<'a> {
    groups: Vec<(&'a Resource, &'a SecurityGroup)>,
    /// Whether some may be missing from the list.
    missing: bool,
}

impl Names<'_> {
    /// The peer by the name it is known by.
    fn peer(&self, peer: &Peer) -> String {
        match peer {
            Peer::Block(block) => block.to_string(),
            Peer::PrefixList(id) => format!("prefix list {id}"),
            Peer::Group(id) => {
                let known = self.groups.iter().find(|(_, group)| group.group_id == *id);
                format!(
                    "group {}",
                    known.map_or(id.as_str(), |(resource, _)| resource.label())
                )
            }
        }
    }

    fn flow(&self, flow: &Flow) -> String {
        flow.shown(&self.peer(&flow.peer))
    }
}

/// What the rules let through, and whether that is all.
fn actual(rules: &[SecurityGroupRule], assessment: &mut Assessment) -> (Vec<Flow>, bool) {
    let mut flows = Vec::new();
    let mut is_whole = true;
    for rule in rules {
        let Some(protocol) = Protocol::parse(&rule.ip_protocol) else {
            assessment.undetermined(format!("the protocol `{}` is unknown", rule.ip_protocol));
            is_whole = false;
            continue;
        };
        let ports = traffic::ports(protocol, rule.from_port, rule.to_port);
        let mut add = |peer| {
            flows.push(Flow {
                protocol,
                ports,
                peer,
            });
        };
        for text in rule.cidr_blocks.iter().chain(&rule.ipv6_cidr_blocks) {
            if let Ok(block) = text.parse() {
                add(Peer::Block(block));
            } else {
                is_whole = false;
                assessment.undetermined(format!("`{text}` cannot be read as an IP network"));
            }
        }
        rule.prefix_list_ids
            .iter()
            .cloned()
            .map(Peer::PrefixList)
            .for_each(&mut add);
        rule.group_ids.iter().cloned().map(Peer::Group).for_each(&mut add);
    }
    (flows, is_whole)
}

/// One direction of one group.
struct Way<'a> {
    direction: Direction,
    names: &'a Names<'a>,
}

impl Way<'_> {
    const fn word(&self) -> &'static str {
        match self.direction {
            Direction::Ingress => "in",
            Direction::Egress => "out",
        }
    }

    fn show(&self, flows: &[Flow], assessment: &mut Assessment) {
        let label = match self.direction {
            Direction::Ingress => "ingress",
            Direction::Egress => "egress",
        };
        let shown: Vec<String> = flows.iter().map(|flow| self.names.flow(flow)).collect();
        let value = if shown.is_empty() {
            "nothing".to_owned()
        } else {
            shown.join("; ")
        };
        assessment.saw(label, value);
    }

    /// What is promised, with the ids of the groups that are named.
    fn promised(&self, promises: &[Promise], assessment: &mut Assessment) -> Vec<Flow> {
        let mut flows = Vec::new();
        for promise in promises {
            // Loading has made sure that there is one.
            let Some(protocol) = Protocol::parse(&promise.protocol) else {
                continue;
            };
            let ports = promise.ports();
            let mut add = |peer| {
                flows.push(Flow {
                    protocol,
                    ports,
                    peer,
                });
            };
            promise
                .cidr_blocks
                .iter()
                .map(|block| Peer::Block(block.0))
                .for_each(&mut add);
            promise
                .prefix_list_ids
                .iter()
                .cloned()
                .map(Peer::PrefixList)
                .for_each(&mut add);
            for name in &promise.security_groups {
                let mut found = false;
                for (_, group) in self
                    .names
                    .groups
                    .iter()
                    .filter(|(own, _)| name.matches(own.label()))
                {
                    found = true;
                    add(Peer::Group(group.group_id.clone()));
                }
                if !found && self.names.missing {
                    assessment
                        .undetermined(format!("whether there is a security group `{name}` is not known"));
                } else if !found {
                    assessment.differs(
                        format!("no security group of the VPC is named `{name}`"),
                        "at least one",
                        "none",
                    );
                }
            }
        }
        flows
    }

    fn compare(&self, flows: &[Flow], promised: &[Flow], required: bool, assessment: &mut Assessment) {
        let list = |flows: &[Flow], nothing: &str| match flows {
            [] => nothing.to_owned(),
            _ => flows
                .iter()
                .map(|flow| self.names.flow(flow))
                .collect::<Vec<_>>()
                .join("; "),
        };
        for flow in flows.iter().filter(|flow| !traffic::covers(promised, flow)) {
            assessment.differs(
                format!("something may come {} that was not promised", self.word())
                    .replace("come out", "go out"),
                list(promised, "nothing"),
                self.names.flow(flow),
            );
        }
        for flow in promised
            .iter()
            .filter(|flow| required && !traffic::covers(flows, flow))
        {
            assessment.differs(
                format!("something promised may not come {}", self.word()).replace("come out", "go out"),
                self.names.flow(flow),
                list(flows, "nothing"),
            );
        }
    }

    fn judge_world(&self, flows: &[Flow], promised: Option<&[Flow]>, assessment: &mut Assessment) {
        let message = match self.direction {
            Direction::Ingress => "the whole internet may come in",
            Direction::Egress => "it may go out to the whole internet",
        };
        for (protocol, ports) in traffic::world(flows) {
            let peers: Vec<String> = flows
                .iter()
                .filter(|flow| flow.protocol == protocol || flow.protocol == Protocol::Every)
                .filter(|flow| flow.ports.0 <= ports.0 && ports.1 <= flow.ports.1)
                .map(|flow| self.names.peer(&flow.peer))
                .collect();
            let peer = Peer::PrefixList(String::new());
            let flow = Flow {
                protocol,
                ports,
                peer,
            };
            assessment.differs(
                message,
                "no more public addresses than somebody owns",
                flow.shown(&peers.join(" and ")),
            );
        }
        for flow in flows {
            let told = promised.is_some_and(|promised| promised.iter().any(|own| own.peer == flow.peer));
            if let (Peer::PrefixList(id), false) = (&flow.peer, told) {
                assessment.undetermined(format!(
                    "what the prefix list {id} holds is not known; promise it by its id if it is narrow"
                ));
            }
        }
    }
}
