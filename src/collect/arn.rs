//! The names of AWS resources: building them, and taking them apart.

use std::fmt;

/// An ARN in its six parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arn<'a> {
    /// `aws`, `aws-cn`, `aws-us-gov` …
    pub partition: &'a str,
    /// The service, as `dynamodb`.
    pub service: &'a str,
    /// The region; empty for global resources.
    pub region: &'a str,
    /// The account; empty for resources without one in their name, as buckets.
    pub account: &'a str,
    /// The rest, as `table/events`.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Takes an ARN apart; `None` when it is none.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        if parts.next() != Some("arn") {
            return None;
        }
        Some(Self {
            partition: parts.next()?,
            service: parts.next()?,
            region: parts.next()?,
            account: parts.next()?,
            resource: parts.next()?,
        })
    }

    /// The last part of the resource, which is its name or its id.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.resource.rsplit(['/', ':']).next().unwrap_or(self.resource)
    }
}

impl fmt::Display for Arn<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            partition,
            service,
            region,
            account,
            resource,
        } = self;
        write!(
            formatter,
            "arn:{partition}:{service}:{region}:{account}:{resource}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, service: &str, name: &str) {
        let arn = Arn::parse(text).unwrap();
        assert_eq!((arn.service, arn.name()), (service, name));
        assert_eq!(arn.to_string(), text);
    }

    #[test]
    fn arns_come_apart_and_together_again() {
        check(
            "arn:aws:dynamodb:us-east-1:123456789012:table/events",
            "dynamodb",
            "events",
        );
        check("arn:aws-cn:iam::123456789012:role/a/b/reader", "iam", "reader");
        check(
            "arn:aws:logs:eu-west-1:123456789012:log-group:jobs",
            "logs",
            "jobs",
        );
        check("arn:aws:s3:::bucket", "s3", "bucket");
    }

    #[test]
    fn what_is_no_arn_is_refused() {
        assert_eq!(Arn::parse("arn:aws:s3"), None);
        assert_eq!(Arn::parse("vpc-1:a:b:c:d:e"), None);
    }
}
