//! The scenarios, in the order in which they run.

use crate::sandbox::Sandbox;
use crate::{Failure, access, conformance, endpoint, mutations, provider6, reads, recording};

type Scenario = fn(&mut Sandbox) -> Result<(), Failure>;

/// Arguments of `verify` that leave out how fast this machine answers.
pub const NO_LATENCY: [&str; 3] = ["--", "--skip", "health-latency"];

/// Every scenario.
pub fn all() -> Vec<(&'static str, Scenario)> {
    vec![
        (
            "second_plan_has_no_changes",
            conformance::second_plan_has_no_changes,
        ),
        ("provider_6_knows_every_argument", provider6::knows_every_argument),
        (
            "provider_check_finds_what_is_wrong",
            provider6::finds_what_is_wrong,
        ),
        (
            "provider_check_without_schema_fails",
            provider6::fails_without_schema,
        ),
        ("fresh_stack_conforms", conformance::fresh_stack_conforms),
        ("each_request_is_sent_once", reads::each_request_is_sent_once),
        ("only_needed_reads_are_made", reads::only_needed_reads_are_made),
        (
            "recorded_snapshot_is_up_to_date",
            recording::recorded_snapshot_is_up_to_date,
        ),
        (
            "snapshot_and_account_give_the_same_verdicts",
            recording::snapshot_and_account_give_the_same_verdicts,
        ),
        (
            "each_mutation_fails_exactly_its_checks",
            mutations::each_mutation_fails_exactly_its_checks,
        ),
        ("unhealthy_endpoint_fails", conformance::unhealthy_endpoint_fails),
        (
            "deployed_endpoint_is_found_in_the_account",
            endpoint::deployed_endpoint_is_found_in_the_account,
        ),
        ("printed_permissions_suffice", access::printed_permissions_suffice),
        (
            "denied_action_is_an_error_of_its_checks",
            access::denied_action_is_an_error_of_its_checks,
        ),
        ("throttling_is_retried", reads::throttling_is_retried),
        ("throttled_out_is_an_error", reads::throttled_out_is_an_error),
        ("wrong_account_is_refused", access::wrong_account_is_refused),
        (
            "missing_credentials_never_read_a_snapshot",
            access::missing_credentials_never_read_a_snapshot,
        ),
        (
            "unreachable_endpoint_is_undetermined",
            access::unreachable_endpoint_is_undetermined,
        ),
        ("interrupted_run_says_so", access::interrupted_run_says_so),
        (
            "empty_account_passes_nothing",
            conformance::empty_account_passes_nothing,
        ),
    ]
}
