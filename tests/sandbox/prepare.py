#!/usr/bin/env python3
"""Makes a working copy of `terraform/` whose environments are applied to an emulated AWS account.

usage: prepare.py ENVIRONMENT WORKDIR ENDPOINT      e.g. prepare.py dev /tmp/stack http://127.0.0.1:5000

ENVIRONMENT is a folder of `terraform/environments/`, or `bootstrap` for `terraform/bootstrap/`.

Needs setup.sh to have run. Copies `terraform/` into WORKDIR and adds override files there, so that the code under test
is the code that is deployed:

    WORKDIR/environments/ENVIRONMENT/backend_override.tf     state in a local file instead of S3
    WORKDIR/environments/ENVIRONMENT/provider_override.tf    test keys, and ENDPOINT instead of AWS

The files `provider6_override.tf` of the modules are copied when the provider at hand is 6 or later; they hold what older
ones do not know.

Then, in WORKDIR/environments/ENVIRONMENT (for bootstrap: in WORKDIR/bootstrap, likewise), with TF_CLI_CONFIG_FILE=target/sandbox/terraformrc:
`terraform init`, `terraform plan`, `terraform apply -auto-approve`. Preparing the same WORKDIR again refreshes the code
and keeps the state.
"""

import json
import shutil
import sys
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
SANDBOX = ROOT / "target" / "sandbox"

# What Terraform leaves in a working folder; it belongs to one machine or one run.
LEFTOVERS = (".terraform", ".terraform.lock.hcl", "*.tfstate", "*.tfstate.*", "*.tfplan", "*_override.tf")

# Overrides that belong to the code: what provider 6 can do and 3.39 cannot.
NEWER_PROVIDER = "provider6_override.tf"

# Provider arguments that make it work without AWS. An argument that the provider at hand does not have is left out:
# skip_get_ec2_platforms and s3_force_path_style are of 3.x, s3_use_path_style is of 4.0 and later.
ARGUMENTS = {
    "access_key": '"test"',
    "secret_key": '"test"',
    "skip_credentials_validation": "true",
    "skip_get_ec2_platforms": "true",
    "skip_metadata_api_check": "true",
    "s3_force_path_style": "true",
    "s3_use_path_style": "true",
}

# Services that may be redirected. Each once: the provider knows some by several names and warns when two are set.
ENDPOINTS = (
    "accessanalyzer acm apigateway apigatewayv2 applicationautoscaling backup budgets cloudfront cloudtrail cloudwatch "
    "cloudwatchevents cloudwatchlogs codebuild codedeploy configservice dynamodb ec2 ecr elb events firehose guardduty "
    "iam kinesis kms lambda resourcegroups resourcegroupstaggingapi route53 s3 s3control scheduler secretsmanager "
    "servicequotas sns sqs ssm stepfunctions sts synthetics wafv2 xray"
).split()
ALIASES = {"cloudwatchevents": "events"}

BACKEND = """\
# Overrides backend.tf: the state of an emulated account lives and dies with this folder.
terraform {
  backend "local" {}
}
"""


def provider_override(provider, endpoint):
    """Returns the text of provider_override.tf for a provider as setup.sh described it."""
    arguments = {name: value for name, value in ARGUMENTS.items() if name in provider["arguments"]}
    endpoints = [name for name in ENDPOINTS if name in provider["endpoints"]]
    endpoints = [name for name in endpoints if ALIASES.get(name) not in endpoints]
    lines = [
        f"# Overrides the provider of main.tf, for provider {provider['version']}: an emulated account, never AWS.",
        'provider "aws" {',
        *(f"  {name} = {value}" for name, value in arguments.items()),
        "  endpoints {",
        *(f"    {name} = {json.dumps(endpoint)}" for name in endpoints),
        "  }",
        "}",
    ]
    return "\n".join(lines) + "\n"


def left_out(provider):
    """Returns what shutil.copytree leaves out, for a provider as setup.sh described it."""
    ignore = shutil.ignore_patterns(*LEFTOVERS)
    if int(provider["version"].split(".")[0]) < 6:
        return ignore
    return lambda folder, names: ignore(folder, names) - {NEWER_PROVIDER}


def prepare(environment, workdir, endpoint):
    """Copies the code and writes the overrides; exits with a message when an argument is wrong."""
    source = ROOT / "terraform"
    folders = {path.name: path for path in (source / "environments").iterdir() if path.is_dir()}
    folders["bootstrap"] = source / "bootstrap"
    if environment not in folders:
        sys.exit(f"prepare.py: no environment `{environment}`; there is {', '.join(sorted(folders))}")
    if urlsplit(endpoint).scheme not in ("http", "https") or not urlsplit(endpoint).hostname:
        sys.exit(f"prepare.py: `{endpoint}` is not an endpoint such as http://127.0.0.1:5000")
    if workdir.resolve().is_relative_to(source):
        sys.exit(f"prepare.py: `{workdir}` is inside {source}")
    try:
        provider = json.loads((SANDBOX / "provider.json").read_text())
    except FileNotFoundError:
        sys.exit(f"prepare.py: {SANDBOX / 'provider.json'} is missing; run tests/sandbox/setup.sh first")

    shutil.copytree(source, workdir, ignore=left_out(provider), dirs_exist_ok=True)
    target = workdir / folders[environment].relative_to(source)
    (target / "backend_override.tf").write_text(BACKEND)
    (target / "provider_override.tf").write_text(provider_override(provider, endpoint))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__.split("\n\n")[1])
    prepare(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
