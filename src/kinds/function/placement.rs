//! Where in a network a function is: its subnets, their zones and routes, and its security groups.

use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeSet;

use super::super::Mistake;
use super::super::bounds::nothing_to_check;
use super::super::subnets::{Network, Reach};
use crate::check::Assessment;
use crate::formats::NameGlob;
use crate::inventory::ec2::{InternetGateway, NatGateway, RouteTable, SecurityGroup, Subnet};
use crate::inventory::lambda::LambdaFunction;
use crate::inventory::{Inventory, Needs, Resource, ResourceType};

/// Where in a network a function is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Placement {
    /// The fewest subnets.
    #[schemars(range(min = 1))]
    min_subnets: Option<usize>,
    /// The fewest zones that the subnets are spread over.
    #[schemars(range(min = 1))]
    min_zones: Option<usize>,
    /// Whether every subnet must be private.
    #[serde(default)]
    private: bool,
    /// Names of security groups, or globs: each of the function's groups must have one, and each of these be there.
    security_groups: Option<Vec<NameGlob>>,
}

impl Placement {
    pub fn mistake(&self) -> Option<Mistake> {
        let nothing = self.min_subnets.is_none()
            && self.min_zones.is_none()
            && !self.private
            && self.security_groups.as_deref().is_none_or(<[_]>::is_empty);
        let mistake = nothing_to_check("`min_subnets`, `min_zones`, `private`, `security_groups`");
        nothing.then(|| Mistake {
            pointer: "/vpc".to_owned(),
            ..mistake
        })
    }

    pub fn needs(&self) -> Needs {
        let mut needs = Needs::none();
        if self.min_zones.is_some() || self.private {
            needs = needs.list(Subnet::NAME);
        }
        if self.private {
            needs = needs
                .list(RouteTable::NAME)
                .list(InternetGateway::NAME)
                .list(NatGateway::NAME);
        }
        if self.security_groups.is_some() {
            needs = needs.list(SecurityGroup::NAME);
        }
        needs
    }

    pub fn judge(&self, function: &LambdaFunction, inventory: &Inventory, assessment: &mut Assessment) {
        let ids = &function.subnet_ids;
        if ids.is_empty() {
            assessment.saw("VPC", "none");
            assessment.differs("the function is outside of any VPC", "subnets of a VPC", "none");
            return;
        }
        assessment.saw("subnets", ids.join(", "));
        if let Some(min) = self.min_subnets
            && ids.len() < min
        {
            assessment.differs(
                "the function is in too few subnets",
                format!("at least {min}"),
                ids.len(),
            );
        }
        if self.min_zones.is_some() || self.private {
            self.judge_subnets(ids, inventory, assessment);
        }
        if let Some(groups) = &self.security_groups {
            judge_groups(groups, function, inventory, assessment);
        }
    }

    fn judge_subnets(&self, ids: &[String], inventory: &Inventory, assessment: &mut Assessment) {
        let mut zones = BTreeSet::new();
        for id in ids {
            let Some((resource, subnet)) = inventory
                .of::<Subnet>()
                .find(|(_, subnet)| subnet.subnet_id == *id)
            else {
                assessment.differs("a subnet of the function does not exist", id, "no such subnet");
                continue;
            };
            zones.insert(subnet.availability_zone.as_str());
            if !self.private {
                continue;
            }
            let reach = Network::of(inventory, &subnet.vpc_id).reach(subnet);
            let label = resource.label();
            assessment.saw(format!("subnet {label}"), reach);
            if reach != Reach::Private {
                assessment.differs(
                    format!("the function's subnet {label} is not private"),
                    "private",
                    reach,
                );
            }
        }
        if let Some(min) = self.min_zones {
            let shown: Vec<&str> = zones.iter().copied().collect();
            assessment.saw("zones", shown.join(", "));
            if zones.len() < min {
                let message = "the function goes down with too few zones";
                assessment.differs(message, format!("at least {min} zones"), zones.len());
            }
        }
    }
}

fn judge_groups(
    promised: &[NameGlob],
    function: &LambdaFunction,
    inventory: &Inventory,
    assessment: &mut Assessment,
) {
    let label = |id: &String| -> String {
        let known: Option<&Resource> = inventory
            .of::<SecurityGroup>()
            .find(|(_, group)| group.group_id == *id)
            .map(|(resource, _)| resource);
        known.map_or_else(|| id.clone(), |resource| resource.label().to_owned())
    };
    let names: Vec<String> = function.security_group_ids.iter().map(label).collect();
    let shown = if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    };
    assessment.saw("security groups", &shown);
    for name in &names {
        if !promised.iter().any(|glob| glob.matches(name)) {
            let globs: Vec<String> = promised.iter().map(ToString::to_string).collect();
            assessment.differs(
                "the function is in a group that was not promised",
                globs.join(" or "),
                name,
            );
        }
    }
    for glob in promised {
        if !names.iter().any(|name| glob.matches(name)) {
            assessment.differs("the function is not in a promised security group", glob, &shown);
        }
    }
}
