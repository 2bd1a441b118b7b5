//! The URL of a stage of a REST API: where API Gateway itself answers.

use super::apigateway::{RestApi, Stage};
use super::{Inventory, Missing, ResourceType};

/// Why an inventory has no URL for a stage.
#[derive(Debug, Clone, PartialEq)]
pub enum NoUrl<'a> {
    /// The list of a type cannot be relied on.
    Incomplete(&'static str, Missing<'a>),
    /// The API or its stage is not there.
    Absent(String),
    /// There is none that can be told, or reached.
    Unreachable(String),
}

/// The URL of a path below a stage, at API Gateway's own domain.
pub fn url<'a>(inventory: &'a Inventory, api: &str, stage: &str, path: &str) -> Result<String, NoUrl<'a>> {
    for type_name in [RestApi::NAME, Stage::NAME] {
        if let Some(missing) = inventory.missing(type_name) {
            return Err(NoUrl::Incomplete(type_name, missing));
        }
    }
    let named: Vec<_> = inventory
        .of::<RestApi>()
        .filter(|(resource, _)| resource.name.as_deref() == Some(api))
        .collect();
    let (resource, details) = match named.as_slice() {
        [] => return Err(NoUrl::Absent(format!("no REST API is named `{api}`"))),
        [one] => *one,
        several => {
            let ids: Vec<&str> = several.iter().map(|(resource, _)| resource.id.as_str()).collect();
            return Err(NoUrl::Unreachable(format!(
                "{} REST APIs are named `{api}` ({}), and nothing says which is meant",
                ids.len(),
                ids.join(", ")
            )));
        }
    };
    let id = resource.id.as_str();
    let deployed = inventory
        .of::<Stage>()
        .any(|(_, deployed)| deployed.rest_api_id == id && deployed.stage_name == stage);
    if !deployed {
        return Err(NoUrl::Absent(format!(
            "the REST API `{api}` has no stage `{stage}`"
        )));
    }
    if details
        .endpoint_types
        .iter()
        .any(|endpoint| endpoint == "PRIVATE")
    {
        return Err(NoUrl::Unreachable(format!(
            "the REST API `{api}` is private: only its VPC reaches it"
        )));
    }
    if details.disable_execute_api_endpoint {
        return Err(NoUrl::Unreachable(format!(
            "the REST API `{api}` is reached by its own domain names only"
        )));
    }
    let partition = resource.arn.split(':').nth(1).unwrap_or_default();
    let Some(suffix) = dns_suffix(partition) else {
        return Err(NoUrl::Unreachable(format!(
            "the domain of the partition `{partition}` is not known"
        )));
    };
    let region = &resource.region;
    Ok(format!(
        "https://{id}.execute-api.{region}.{suffix}/{stage}{path}"
    ))
}

/// The domain of a partition, as the AWS SDK has them.
fn dns_suffix(partition: &str) -> Option<&'static str> {
    Some(match partition {
        "aws" | "aws-us-gov" => "amazonaws.com",
        "aws-cn" => "amazonaws.com.cn",
        "aws-iso" => "c2s.ic.gov",
        "aws-iso-b" => "sc2s.sgov.gov",
        "aws-iso-e" => "cloud.adc-e.uk",
        "aws-iso-f" => "csp.hci.ic.gov",
        "aws-eusc" => "amazonaws.eu",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::{Coverage, Fact, Resource, Tags, TypeCoverage};

    fn resource(
        arn: &str,
        id: &str,
        name: &str,
        region: &str,
        details: impl Into<crate::inventory::Details>,
    ) -> Resource {
        Resource {
            arn: arn.to_owned(),
            id: id.to_owned(),
            name: Some(name.to_owned()),
            region: region.to_owned(),
            account: "111122223333".to_owned(),
            managed_by_aws: false,
            tags: Fact::Known(Tags::new()),
            details: details.into(),
        }
    }

    fn api(id: &str, partition: &str, region: &str, details: RestApi) -> Resource {
        let arn = format!("arn:{partition}:apigateway:{region}::/restapis/{id}");
        resource(&arn, id, "acme-dev", region, details)
    }

    fn stage(api: &str, name: &str) -> Resource {
        let arn = format!("arn:aws:apigateway:us-east-1::/restapis/{api}/stages/{name}");
        let details = Stage {
            rest_api_id: api.to_owned(),
            stage_name: name.to_owned(),
            ..Stage::default()
        };
        resource(&arn, name, name, "us-east-1", details)
    }

    fn inventory(resources: Vec<Resource>) -> Inventory {
        let types = [RestApi::NAME, Stage::NAME].map(|name| (name.to_owned(), TypeCoverage::default()));
        let coverage = Coverage {
            types: types.into(),
            ..Coverage::default()
        };
        Inventory::new(
            "111122223333".to_owned(),
            "us-east-1".to_owned(),
            resources,
            coverage,
        )
    }

    fn health(inventory: &Inventory) -> Result<String, NoUrl<'_>> {
        url(inventory, "acme-dev", "dev", "/v1/health")
    }

    #[test]
    fn the_url_is_at_the_domain_of_the_partition() {
        for (partition, region, expected) in [
            (
                "aws",
                "us-east-1",
                "https://a1.execute-api.us-east-1.amazonaws.com/dev/v1/health",
            ),
            (
                "aws-cn",
                "cn-north-1",
                "https://a1.execute-api.cn-north-1.amazonaws.com.cn/dev/v1/health",
            ),
            (
                "aws-us-gov",
                "us-gov-west-1",
                "https://a1.execute-api.us-gov-west-1.amazonaws.com/dev/v1/health",
            ),
        ] {
            let resources = vec![
                api("a1", partition, region, RestApi::default()),
                stage("a1", "dev"),
            ];
            assert_eq!(health(&inventory(resources)), Ok(expected.to_owned()));
        }
        let resources = vec![api("a1", "aws-moon", "x", RestApi::default()), stage("a1", "dev")];
        assert!(matches!(
            health(&inventory(resources)),
            Err(NoUrl::Unreachable(_))
        ));
    }

    #[test]
    fn a_stage_of_another_api_is_none() {
        let resources = vec![
            api("a1", "aws", "us-east-1", RestApi::default()),
            stage("a2", "dev"),
        ];
        let absent = NoUrl::Absent("the REST API `acme-dev` has no stage `dev`".to_owned());
        assert_eq!(health(&inventory(resources)), Err(absent));
    }

    #[test]
    fn an_incomplete_list_tells_nothing() {
        let mut inventory = inventory(vec![
            api("a1", "aws", "us-east-1", RestApi::default()),
            stage("a1", "dev"),
        ]);
        inventory.coverage.types.remove(Stage::NAME);
        let never = NoUrl::Incomplete(Stage::NAME, Missing::NeverRead);
        assert_eq!(health(&inventory), Err(never));
    }
}
