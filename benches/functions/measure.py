#!/usr/bin/env python3
"""Measures the functions' binaries as Lambda would start them: time to the first answer, and memory.

usage: target/sandbox/venv/bin/python benches/functions/measure.py [--runs N] FOLDER [NAME...]

FOLDER holds the binaries, for example target/release; NAME is health, authorizer or rotation, all of them by default.
Each is started N times (default 10) as a local process with a server on the loopback interface that speaks Lambda's
runtime API; AWS is an emulated account on the same machine. So what is measured is the process itself, without what
Lambda adds (fetching the image, the sandbox) and without the network and TLS between a function and AWS.

Prints per binary, medians of the runs:

    ready    milliseconds from the start of the process until it asks for its first event
    first    milliseconds from the start of the process until its first answer, which asks AWS
    next     milliseconds of one answer, the median of 50 that follow
    RSS      resident memory after these, in MiB; peak is the highest of the process's life

`first` of the authorizer is an allowed key: a secret, a query, a read and a write. Of health it is a table and a queue,
of rotation the step that makes a pepper; its `next` is the same step repeated.
"""

import argparse
import base64
import datetime
import hashlib
import hmac
import json
import os
import pathlib
import queue
import statistics
import subprocess
import sys
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3

ROOT = pathlib.Path(__file__).resolve().parents[2]
REGION = "us-east-1"
ANSWERS = 50
PATIENCE = 60
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": REGION}
ARN = f"arn:aws:execute-api:{REGION}:123456789012:a1b2c3d4e5/dev/GET/v1/inbox"


class RuntimeApi(ThreadingHTTPServer):
    """Hands one event out at a time, and takes in what becomes of it."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.ready = threading.Event()
        self.events = queue.Queue()
        self.answers = queue.Queue()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        """Says nothing: a process that was ended leaves a broken connection behind."""

    def invoke(self, event):
        """Returns the time of the answer; one that is an error, or none in time, ends the measurement."""
        self.events.put(json.dumps(event).encode())
        at, path, body = self.answers.get(timeout=PATIENCE)
        answer = json.loads(body)
        policy = answer.get("policyDocument")
        denied = policy is not None and policy["Statement"][0]["Effect"] != "Allow"
        if not path.endswith("/response") or answer.get("statusCode", 200) != 200 or denied:
            sys.exit(f"not the answer that was to be measured: {path}: {body.decode()}")
        return at


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body in one packet: apart, the second would wait for the first to be acknowledged, 40 ms.
    wbufsize = -1

    def do_GET(self):
        self.server.ready.set()
        event = self.server.events.get()
        self.send_response(200)
        self.send_header("Lambda-Runtime-Aws-Request-Id", str(uuid.uuid4()))
        self.send_header("Lambda-Runtime-Deadline-Ms", "4102444800000")
        self.send_header("Lambda-Runtime-Invoked-Function-Arn", f"arn:aws:lambda:{REGION}:123456789012:function:f")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(event)))
        self.end_headers()
        self.wfile.write(event)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.answers.put((time.monotonic(), self.path, body))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Account:
    """The emulated account, with what the functions ask for."""

    def __init__(self):
        server = ROOT / "tests/sandbox/moto_server.py"
        self.process = subprocess.Popen(
            [sys.executable, server, "0"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True,
        )
        self.endpoint = "http://" + self.process.stdout.readline().strip().removeprefix("listening on ")
        session = boto3.Session("test", "test", region_name=REGION)
        client = {name: session.client(name, endpoint_url=self.endpoint)
                  for name in ("dynamodb", "sqs", "secretsmanager", "iam", "lambda")}
        self.secrets = client["secretsmanager"]
        table(client["dynamodb"], "events", "user_id", "timestamp#event_id")
        table(client["dynamodb"], "keys", "user_id", "key_id", index=True)
        table(client["dynamodb"], "limits", "key_id", "window", number=True)
        self.queue_url = client["sqs"].create_queue(QueueName="events")["QueueUrl"]
        pepper = os.urandom(32)
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.pepper = json.dumps({"current": base64.b64encode(pepper).decode(), "previous": None, "rotated_at": now})
        self.secrets.create_secret(Name="peppers", SecretString=self.pepper)
        self.key = "zt_" + base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("=")
        digest = hmac.new(pepper, self.key.encode(), hashlib.sha256).hexdigest()
        client["dynamodb"].put_item(TableName="keys", Item={
            "user_id": {"S": "user-1"}, "key_id": {"S": "key-1"}, "key_hash": {"S": digest}, "status": {"S": "active"},
        })
        trust = {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
                                "Principal": {"Service": "lambda.amazonaws.com"}}]}
        role = client["iam"].create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        self.rotation = client["lambda"].create_function(
            FunctionName="rotation", Role=role, PackageType="Image",
            Code={"ImageUri": f"123456789012.dkr.ecr.{REGION}.amazonaws.com/rotation:1"},
        )["FunctionArn"]

    def health(self):
        event = json.loads((ROOT / "functions/health/tests/events/rest-api.json").read_text())
        return event, {"EVENTS_TABLE_NAME": "events", "EVENTS_QUEUE_URL": self.queue_url}

    def authorizer(self):
        event = {"type": "REQUEST", "methodArn": ARN, "headers": {"X-API-Key": self.key}}
        return event, {
            "API_KEYS_TABLE_NAME": "keys", "RATE_LIMITS_TABLE_NAME": "limits", "API_KEYS_SECRET_NAME": "peppers",
            "RATE_LIMIT_PER_MINUTE": "1000000", "AUTHORIZER_TIMEOUT_MS": "15000",
        }

    def rotation_step(self):
        name = f"rotating-{uuid.uuid4()}"
        self.secrets.create_secret(Name=name, SecretString=self.pepper)
        begun = self.secrets.rotate_secret(
            SecretId=name, RotationLambdaARN=self.rotation, RotationRules={"AutomaticallyAfterDays": 30})
        event = {"Step": "createSecret", "SecretId": name, "ClientRequestToken": begun["VersionId"]}
        return event, {"MINIMUM_PEPPER_AGE_SECONDS": "0"}

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def table(client, name, partition, sort, index=False, number=False):
    """Creates a table; `index` adds KeyHashIndex, `number` makes the sort key one."""
    attributes = {partition: "S", sort: "N" if number else "S"} | ({"key_hash": "S"} if index else {})
    arguments = {"GlobalSecondaryIndexes": [{
        "IndexName": "KeyHashIndex", "KeySchema": [{"AttributeName": "key_hash", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }]} if index else {}
    client.create_table(
        TableName=name, BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": kind} for key, kind in attributes.items()],
        **arguments,
    )


def memory(pid):
    """Returns the resident memory now, and its peak, in MiB."""
    fields = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
    return [int(fields[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM")]


def run(binary, endpoint, event, settings):
    """Starts the binary once; returns ready, first, next in milliseconds, RSS and peak in MiB."""
    api = RuntimeApi()
    environment = CREDENTIALS | settings | {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.server_port}",
        "AWS_LAMBDA_FUNCTION_NAME": "f",
        "AWS_LAMBDA_FUNCTION_VERSION": "1",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
    }
    started = time.monotonic()
    process = subprocess.Popen([binary], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        if not api.ready.wait(PATIENCE):
            sys.exit(f"{binary} asked for no event")
        ready = time.monotonic() - started
        first = api.invoke(event) - started
        following = []
        for _ in range(ANSWERS):
            asked = time.monotonic()
            following.append(api.invoke(event) - asked)
        return [1000 * ready, 1000 * first, 1000 * statistics.median(following), *memory(process.pid)]
    finally:
        process.kill()
        process.wait()
        api.shutdown()
        api.server_close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("names", nargs="*", metavar="NAME", default=["health", "authorizer", "rotation"])
    options = parser.parse_args()
    account = Account()
    try:
        print(f"medians of {options.runs} runs   ready ms   first ms   next ms   RSS MiB   peak MiB   binary MiB")
        prepared = {"health": account.health, "authorizer": account.authorizer, "rotation": account.rotation_step}
        for name in options.names:
            binary, prepare = options.folder / name, prepared[name]
            runs = [run(binary, account.endpoint, *prepare()) for _ in range(options.runs)]
            ready, first, following, rss, peak = (statistics.median(column) for column in zip(*runs))
            size = binary.stat().st_size / 2**20
            print(f"{name:<18} {ready:>11.1f} {first:>10.1f} {following:>9.1f} {rss:>9.1f} {peak:>10.1f} {size:>12.1f}")
    finally:
        account.close()


if __name__ == "__main__":
    main()
