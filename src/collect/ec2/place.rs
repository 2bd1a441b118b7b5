//! Where the lists of EC2 become resources: with an ARN, an owner, a name and tags.

use aws_sdk_ec2::types::Tag;
use std::collections::{BTreeMap, BTreeSet};

use super::super::{Arn, Collected, Context, Operation, Pages, Service};
use crate::inventory::ec2::VpcDns;
use crate::inventory::{Details, Fact, Needs, Resource, Tags};

/// What becomes of one item of a list.
pub(super) enum Item {
    /// A resource.
    Kept(Box<Resource>),
    /// A resource that is gone and merely lingers in the list.
    Gone,
    /// An item without the field that names it.
    Nameless,
}

/// Where the lists become resources.
pub(super) struct Place<'a> {
    pub(super) context: &'a Context,
    pub(super) needs: &'a Needs,
    pub(super) service: &'a Service<'a>,
    pub(super) default_vpcs: BTreeSet<String>,
    /// How names are resolved, by the id of the VPC; of those alone that it was asked of.
    pub(super) dns: BTreeMap<String, Fact<VpcDns>>,
    pub(super) collected: Collected,
}

impl Place<'_> {
    /// Adds the resources of a list, when its type is needed, and what is missing from it.
    pub(super) fn add<T>(
        &mut self,
        type_name: &'static str,
        operation: Operation,
        pages: Pages<T>,
        convert: impl Fn(&Self, T) -> Item,
    ) {
        if !self.needs.wants(type_name) {
            return;
        }
        for item in pages.items {
            match convert(self, item) {
                Item::Kept(resource) => self.collected.resources.push(*resource),
                Item::Gone => {}
                Item::Nameless => {
                    let gap = self
                        .service
                        .nonsense(operation, "the answer holds an item without an id");
                    self.collected.gap(type_name, gap);
                }
            }
        }
        if let Some(gap) = pages.gap {
            self.collected.gap(type_name, gap);
        }
    }

    /// Whether the VPC is a default VPC.
    pub(super) fn is_default(&self, vpc_id: Option<&str>) -> bool {
        vpc_id.is_some_and(|id| self.default_vpcs.contains(id))
    }

    /// How names are resolved in the VPC.
    pub(super) fn dns_of(&self, vpc_id: Option<&str>) -> Fact<VpcDns> {
        let known = vpc_id.and_then(|id| self.dns.get(id));
        known.cloned().unwrap_or_default()
    }

    /// A resource. The owner is another account when the resource is shared with this one.
    pub(super) fn resource(
        &self,
        kind: &str,
        id: Option<String>,
        owner: Option<String>,
        tags: Option<Vec<Tag>>,
        managed_by_aws: bool,
        details: impl FnOnce(String) -> Details,
    ) -> Item {
        let Some(id) = id else {
            return Item::Nameless;
        };
        let account = owner.unwrap_or_else(|| self.context.account().to_owned());
        let tags: Tags = tags
            .unwrap_or_default()
            .into_iter()
            .filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default())))
            .collect();
        let arn = Arn {
            partition: self.context.partition(),
            service: "ec2",
            region: self.context.region(),
            account: &account,
            resource: &format!("{kind}/{id}"),
        }
        .to_string();
        Item::Kept(Box::new(Resource {
            arn,
            id: id.clone(),
            name: tags.get("Name").filter(|name| !name.is_empty()).cloned(),
            region: self.context.region().to_owned(),
            account,
            managed_by_aws,
            tags: Fact::Known(tags),
            details: details(id),
        }))
    }
}

/// The `Name` tag, unless it is empty.
pub(super) fn name_of(tags: &[Tag]) -> Option<String> {
    let tag = tags.iter().find(|tag| tag.key.as_deref() == Some("Name"))?;
    tag.value.clone().filter(|name| !name.is_empty())
}
