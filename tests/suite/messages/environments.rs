//! Mistakes in environment files.

use super::{DEV, goldens, of_environment, render};

const CHECK: (&str, &str) = (
    "a.yaml",
    "checks:\n  - {id: a, kind: ttl, title: A, severity: low, owner: me, why: w, fix: f, with: {tables: [a], attribute: b}}\n",
);

goldens! {
    unknown_name: render(&[DEV, CHECK], "dve");
    unknown_name_without_a_guess: render(&[DEV, CHECK], "production");
    no_environment_file: render(&[CHECK], "dev");
    unknown_key: of_environment("project: acme\nreigon: us-east-1\nregion: us-east-1\n");
    missing_keys: of_environment("variables: {team: platform}\n");
    account_id_as_a_number: of_environment("project: acme\nregion: us-east-1\naccount_id: 111122223333\n");
    account_id_that_lost_its_zero: of_environment("project: acme\nregion: us-east-1\naccount_id: 012345678901\n");
    account_id_too_short: of_environment("project: acme\nregion: us-east-1\naccount_id: \"11112222333\"\n");
    account_id_with_hyphens: of_environment("project: acme\nregion: us-east-1\naccount_id: 1111-2222-3333\n");
    bad_region: of_environment("project: acme\nregion: us_east_1\n");
    zone_for_a_region: of_environment("project: acme\nregion: us-east-1a\n");
    bad_role: of_environment("project: acme\nregion: us-east-1\nrole_arn: arn:aws:iam::1:role/audit\n");
    bad_endpoint: of_environment("project: acme\nregion: us-east-1\nendpoint_url: localhost:4566\n");
    empty_project: of_environment("project: \"\"\nregion: us-east-1\n");
    reserved_variable: of_environment("project: acme\nregion: us-east-1\nvariables:\n  env: prod\n  account_id: a\n");
    variable_as_a_number: of_environment("project: acme\nregion: us-east-1\nvariables:\n  retention: 30\n");
    undefined_variable: of_environment("project: acme\nregion: us-east-1\nhealth_url: https://${env}.${zone}/health\n");
    list_for_a_file: of_environment("- project: acme\n");
    empty_file: of_environment("");
    duplicate_key: of_environment("project: acme\nregion: us-east-1\nproject: other\n");
}
