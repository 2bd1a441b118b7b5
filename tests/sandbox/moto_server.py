#!/usr/bin/env python3
"""The emulated AWS account of the end-to-end tests: moto's server, brought closer to AWS where Terraform notices.

usage: moto_server.py [--checkpoints] [--enforce-iam-after N] [--verbose] PORT

PORT 0 picks a free port. The server listens on 127.0.0.1 only and prints one line to stdout,
`listening on 127.0.0.1:PORT`, once it accepts connections. It ends when its stdin reaches end of file, so that it
never outlives the process that started it: start it with a pipe as stdin (or `sleep infinity | moto_server.py 0`).

IAM is not enforced at the start: any credentials may do anything, which is what `terraform apply` with test keys
needs. Enforcement (for tests of AccessDenied) is switched while the server runs, by the number of further requests
that are let through without a check:

    curl -H 'Content-Type: text/plain' --data 0   http://127.0.0.1:PORT/moto-api/reset-auth   # check the next request on
    curl -H 'Content-Type: text/plain' --data inf http://127.0.0.1:PORT/moto-api/reset-auth   # let everything through

(The content type matters: a form's body, curl's default, does not arrive.)
While it is on, requests must come with the access key of an IAM user (CreateAccessKey) or of an assumed role
(AssumeRole) that exists in the server; its policies decide, against resource `*` for every service but S3. Unknown
keys are refused; signatures are checked for S3 only. `--enforce-iam-after N` sets the number from the start. `POST /moto-api/reset` empties the account.

With `--checkpoints` the whole account, ids and all, is remembered by `POST /checkpoint` and brought back by `POST /rollback`.
Checkpoints nest: the process forks at each, the child serves on, and the parent waits until a rollback ends the child.
"""

import argparse
import json
import logging
import os
import socketserver
import sys
import threading
import time
import uuid
from http import HTTPStatus

# Read when moto is first imported: AWS managed policies exist in every account, so roles can have them attached.
os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"

from moto import settings  # noqa: E402
from moto.awslambda.models import LambdaBackend, LambdaFunction  # noqa: E402
from moto.ec2.models.elastic_ip_addresses import ElasticAddressBackend  # noqa: E402
from moto.iam.access_control import IAMRequest  # noqa: E402
from moto.moto_server.werkzeug_app import (  # noqa: E402
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from moto.s3 import responses as s3_responses  # noqa: E402
from moto.secretsmanager.models import SecretsManagerBackend  # noqa: E402
from moto.sqs.models import Queue  # noqa: E402
from moto.xray import urls as xray_urls  # noqa: E402
from moto.xray.responses import XRayResponse  # noqa: E402
from werkzeug.exceptions import HTTPException  # noqa: E402
from werkzeug.serving import make_server  # noqa: E402

from cbor import with_cbor  # noqa: E402

HOST = "127.0.0.1"

# Services whose requests are REST with JSON, as credentials name them. The other JSON services send X-Amz-Target.
REST_JSON_SERVICES = {"apigateway", "lambda", "resource-groups", "scheduler", "xray"}

# Services whose IAM actions begin otherwise than their credentials.
ACTION_PREFIXES = {"monitoring": "cloudwatch", "tagging": "tag"}

# What JSON services call the refusals that query services call as moto does.
JSON_REFUSALS = {
    "AccessDenied": "AccessDeniedException",
    "InvalidClientTokenId": "UnrecognizedClientException",
}


def allocate_addresses_in_vpc():
    """Makes every Elastic IP address a VPC address.

    AWS retired EC2-Classic, so `Domain=standard` (which provider 3.x sends when `vpc` is unset) gives a VPC address
    there too. moto would give one that a NAT gateway cannot use.
    """
    original = ElasticAddressBackend.allocate_address

    def allocate_address(self, domain, *args, **kwargs):
        return original(self, "vpc", *args, **kwargs)

    ElasticAddressBackend.allocate_address = allocate_address


def answer_invocations_empty():
    """Answers every Lambda invocation with `{}`.

    On AWS a container image runs; here there is none to run, and a caller that waits for the function's effect
    (RotateSecret) would hang for minutes.
    """

    def invoke(self, function_name, qualifier, body, headers, response_headers):
        return b"{}"

    LambdaBackend.invoke = invoke


def update_tracing():
    """Lets UpdateFunctionConfiguration change how a function is traced, which moto takes and forgets."""
    original = LambdaFunction.update_configuration

    def update_configuration(self, config_updates):
        if "TracingConfig" in config_updates:
            self.tracing_config = config_updates["TracingConfig"]
        return original(self, config_updates)

    LambdaFunction.update_configuration = update_configuration


def omit_unset_image_config():
    """Leaves `ImageConfigResponse` out of a function's configuration when nothing in it is set.

    AWS does so; moto returns empty fields, which Terraform would plan to remove for ever.
    """
    original = LambdaFunction.get_configuration

    def get_configuration(self, *args, **kwargs):
        configuration = original(self, *args, **kwargs)
        image_config = configuration.get("ImageConfigResponse", {}).get("ImageConfig")
        if image_config is not None and not any(image_config.values()):
            del configuration["ImageConfigResponse"]
        return configuration

    LambdaFunction.get_configuration = get_configuration


def keep_queue_policy():
    """Keeps a queue's policy when other attributes are set.

    moto forgets the policy whenever `SetQueueAttributes` does not name it; SQS changes what is named and nothing else.
    """
    set_attributes = Queue._set_attributes

    def keeping(self, attributes, *arguments, **options):
        policy = getattr(self, "policy", None)
        set_attributes(self, attributes, *arguments, **options)
        if "Policy" not in attributes:
            self.policy = policy

    Queue._set_attributes = keeping


def return_compact_redrive_policy():
    """Returns a queue's `RedrivePolicy` as JSON without blanks.

    AWS returns it so; provider 3.x compares the text, and moto's blanks would be a difference in every plan.
    """
    original = Queue.attributes.fget

    def attributes(self):
        result = original(self)
        if self.redrive_policy:
            result["RedrivePolicy"] = json.dumps(self.redrive_policy, separators=(",", ":"))
        return result

    Queue.attributes = property(attributes)


def rotate_secrets_without_value():
    """Lets a secret that has no value yet be rotated, with `{}` as its first value.

    On AWS the rotation function makes the first value; moto's RotateSecret fails, and Terraform would try for minutes.
    """
    original = SecretsManagerBackend.rotate_secret

    def rotate_secret(self, secret_id, *args, **kwargs):
        secret = self.secrets.get(secret_id)
        if secret is not None and not secret.versions:
            version = str(uuid.uuid4())
            secret.versions[version] = {
                "createdate": int(time.time()),
                "version_id": version,
                "version_stages": ["AWSCURRENT"],
                "secret_string": "{}",
            }
            secret.set_default_version_id(version)
        return original(self, secret_id, *args, **kwargs)

    SecretsManagerBackend.rotate_secret = rotate_secret


def keep_sampling_rules():
    """Adds X-Ray's sampling rules and their tags, which moto lacks: Terraform would try for minutes."""

    def rules_of(response):
        backend = response.xray_backend
        if not hasattr(backend, "sampling_rules"):
            backend.sampling_rules = {}  # name -> [record, tags]
        return backend.sampling_rules

    def failure(code, message):
        return json.dumps({"__type": code, "message": message}), {"status": 400}

    def find(response, name, arn):
        """Returns a rule's record and tags by its name or ARN, or None."""
        for rule_name, rule in rules_of(response).items():
            if rule_name == name or rule[0]["SamplingRule"]["RuleARN"] == arn:
                return rule
        return None

    def create(response):
        wanted = dict(response.request_params["SamplingRule"])
        name = wanted["RuleName"]
        if name in rules_of(response):
            return failure("InvalidRequestException", "Sampling rule already exists.")
        wanted["RuleARN"] = f"arn:aws:xray:{response.region}:{response.current_account}:sampling-rule/{name}"
        wanted.setdefault("Attributes", {})
        record = {"SamplingRule": wanted, "CreatedAt": time.time(), "ModifiedAt": time.time()}
        rules_of(response)[name] = [record, response.request_params.get("Tags") or []]
        return json.dumps({"SamplingRuleRecord": record})

    def read(response):
        return json.dumps({"SamplingRuleRecords": [record for record, _ in rules_of(response).values()]})

    def update(response):
        change = response.request_params["SamplingRuleUpdate"]
        rule = find(response, change.get("RuleName"), change.get("RuleARN"))
        if rule is None:
            return failure("InvalidRequestException", "Sampling rule does not exist.")
        rule[0]["SamplingRule"].update(change)
        rule[0]["ModifiedAt"] = time.time()
        return json.dumps({"SamplingRuleRecord": rule[0]})

    def delete(response):
        rule = find(response, response.request_params.get("RuleName"), response.request_params.get("RuleARN"))
        if rule is None:
            return failure("InvalidRequestException", "Sampling rule does not exist.")
        del rules_of(response)[rule[0]["SamplingRule"]["RuleName"]]
        return json.dumps({"SamplingRuleRecord": rule[0]})

    def with_tags(change):
        def answer(response):
            rule = find(response, None, response.request_params["ResourceARN"])
            if rule is None:
                return failure("ResourceNotFoundException", "The resource does not exist.")
            return json.dumps(change(rule, response.request_params) or {})

        return answer

    def tag(rule, params):
        keys = {tag["Key"] for tag in params["Tags"]}
        rule[1] = [tag for tag in rule[1] if tag["Key"] not in keys] + params["Tags"]

    def untag(rule, params):
        rule[1] = [tag for tag in rule[1] if tag["Key"] not in params["TagKeys"]]

    # moto takes the URL's path for the action, and calls the method of that name in snake case.
    operations = {
        "CreateSamplingRule": ("create_sampling_rule", create),
        "DeleteSamplingRule": ("delete_sampling_rule", delete),
        "GetSamplingRules": ("get_sampling_rules", read),
        "ListTagsForResource": ("list_tags_for_resource", with_tags(lambda rule, params: {"Tags": rule[1]})),
        "TagResource": ("tag_resource", with_tags(tag)),
        "UntagResource": ("untag_resource", with_tags(untag)),
        "UpdateSamplingRule": ("update_sampling_rule", update),
    }
    for operation, (method, answer) in operations.items():
        setattr(XRayResponse, method, answer)
        xray_urls.url_paths[f"{{0}}/{operation}$"] = XRayResponse.dispatch


def tell_bucket_regions():
    """Tells the region of each bucket that is listed, as S3 does whenever a request asks for one region's buckets."""
    original = s3_responses.S3Response.serialized

    def serialized(self, result):
        buckets = result.result.get("Buckets") if isinstance(result.result, dict) else None
        for bucket in buckets or []:
            bucket["BucketRegion"] = self.backend.get_bucket(bucket["Name"]).region_name
        return original(self, result)

    s3_responses.S3Response.serialized = serialized


def answer_versioning_as_s3_does():
    """Puts a bucket's versioning into the element that S3 uses, without which an SDK takes the answer for a failure."""
    original = s3_responses.S3Response.get_bucket_versioning

    def get_bucket_versioning(self):
        status, headers, body = original(self)
        return status, headers, body.replace("GetBucketVersioningResponse", "VersioningConfiguration")

    s3_responses.S3Response.get_bucket_versioning = get_bucket_versioning


def refuse_in_json():
    """Answers a refused request of a JSON service in JSON, with the code that AWS uses there.

    moto answers every service in XML, which an SDK cannot parse for DynamoDB or SQS: it would see some failure with
    status 403, not AccessDeniedException.
    """

    def in_json(original):
        def refuse(self, *args):
            try:
                original(self, *args)
            except HTTPException as refusal:
                with_target = any(name.lower() == "x-amz-target" for name in dict(self._headers))
                if with_target or self._service in REST_JSON_SERVICES:
                    kind = JSON_REFUSALS.get(refusal.error_type, refusal.error_type)
                    refusal.description = json.dumps({"__type": kind, "message": refusal.message})
                    refusal.code = 400 if with_target else 403
                raise

        return refuse

    for name in ("_raise_access_denied", "_raise_invalid_access_key"):
        setattr(IAMRequest, name, in_json(getattr(IAMRequest, name)))


def name_actions_as_iam_does():
    """Judges a request by the action that IAM policies name.

    moto takes the service's name from the credentials and the operation's name: `monitoring:DescribeAlarms` for
    `cloudwatch:DescribeAlarms`, `apigateway:GetRestApis` for `apigateway:GET`. A policy that works on AWS would refuse
    such requests here. Of a bucket's settings it knows some only, and takes the others for its list of objects.
    """
    s3_responses.ACTION_MAP["BUCKET"]["GET"].update(
        encryption="GetEncryptionConfiguration",
        ownershipControls="GetBucketOwnershipControls",
        publicAccessBlock="GetBucketPublicAccessBlock",
    )
    original = IAMRequest.__init__

    def init(self, *args, **kwargs):
        original(self, *args, **kwargs)
        prefix, _, operation = self._action.partition(":")
        if prefix == "apigateway":
            operation = self._method
        self._action = f"{ACTION_PREFIXES.get(prefix, prefix)}:{operation}"

    IAMRequest.__init__ = init


def trust_signatures():
    """Takes every signature for right, so that only the access key tells who calls.

    moto recomputes signatures wrongly for GET requests (Lambda, API Gateway) and would refuse what AWS accepts.
    """
    IAMRequest.check_signature = lambda self: None


FIX_UPS = (
    allocate_addresses_in_vpc,
    answer_invocations_empty,
    update_tracing,
    omit_unset_image_config,
    keep_queue_policy,
    return_compact_redrive_policy,
    rotate_secrets_without_value,
    keep_sampling_rules,
    tell_bucket_regions,
    answer_versioning_as_s3_does,
    refuse_in_json,
    name_actions_as_iam_does,
    trust_signatures,
)


class Checkpoints:
    """Remembers the account and brings it back, by forking: memory is copied, and nothing in it need be copyable."""

    def __init__(self, application):
        self.application = application
        self.server = None
        self.asked = None  # the path, once the server has been told to stop for it
        self.depth = 0

    def __call__(self, environ, start_response):
        path = environ["PATH_INFO"]
        if path not in ("/checkpoint", "/rollback"):
            return self.application(environ, start_response)
        if path == "/rollback" and self.depth == 0:
            start_response(f"{HTTPStatus.CONFLICT} no checkpoint", [])
            return [b"there is no checkpoint to go back to"]
        self.asked = path
        # Waits until nothing more is accepted: what the client sends after the answer waits for the fork.
        self.server.shutdown()
        start_response("200 OK", [("Content-Length", "0")])
        return [b""]

    def serve(self):
        """Serves until stdin ends; forks between requests, in the main thread."""
        while True:
            # Not werkzeug's own, which closes the socket at its end. It looks for the end every 20 ms.
            socketserver.BaseServer.serve_forever(self.server, 0.02)
            asked, self.asked = self.asked, None
            # The request that asked, and any that came with it: only this thread lives on in a child.
            while threading.active_count() > 2:
                time.sleep(0.001)
            if asked == "/rollback":
                os._exit(0)
            child = os.fork()
            if child == 0:
                self.depth += 1
                threading.Thread(target=exit_with_parent, daemon=True).start()
            else:
                os.waitpid(child, 0)


class OneRequestPerConnection(MotoRequestHandler):
    """Closes each connection: one that stayed open across a checkpoint would reach the account from before it."""

    protocol_version = "HTTP/1.0"


def exit_with_parent():
    """Ends the process when stdin reaches end of file, that is when whoever holds its other end is gone."""
    # Unbuffered: a buffer's lock would be held by this thread for ever, and a fork would inherit the held lock.
    while os.read(sys.stdin.fileno(), 4096):
        pass
    # Not sys.exit: that would end this thread only, and open connections must not delay the end.
    os._exit(0)


def parse_arguments():
    """Reads the command line."""
    parser = argparse.ArgumentParser(description="moto's server on 127.0.0.1, for the end-to-end tests")
    parser.add_argument("port", metavar="PORT", type=int, help="port to listen on; 0 picks a free one")
    parser.add_argument(
        "--enforce-iam-after",
        metavar="N",
        type=int,
        help="let N requests through, then check IAM policies (default: never)",
    )
    parser.add_argument("--checkpoints", action="store_true", help="answer POST /checkpoint and POST /rollback")
    parser.add_argument("--verbose", action="store_true", help="log every request to stderr")
    return parser.parse_args()


def main():
    """Applies the fix-ups, listens, says where, and serves until stdin ends."""
    arguments = parse_arguments()
    for fix_up in FIX_UPS:
        fix_up()
    if arguments.enforce_iam_after is not None:
        settings.INITIAL_NO_AUTH_ACTION_COUNT = float(arguments.enforce_iam_after)
    # A parent that does not read stderr must not stop the server once the pipe is full.
    logging.getLogger("werkzeug").setLevel(logging.INFO if arguments.verbose else logging.ERROR)

    application = with_cbor(DomainDispatcherApplication(create_backend_app))
    handler = MotoRequestHandler
    if arguments.checkpoints:
        application = Checkpoints(application)
        handler = OneRequestPerConnection
    try:
        server = make_server(HOST, arguments.port, application, threaded=True, request_handler=handler)
    except OSError as error:
        sys.exit(f"moto_server.py: cannot listen on {HOST}:{arguments.port}: {error.strerror}")
    # moto builds URLs of its own with it.
    os.environ["MOTO_PORT"] = str(server.server_port)
    print(f"listening on {HOST}:{server.server_port}", flush=True)

    threading.Thread(target=exit_with_parent, daemon=True).start()
    try:
        if arguments.checkpoints:
            application.server = server
            application.serve()
        else:
            server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
