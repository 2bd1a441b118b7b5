"""CloudWatch in CBOR for the emulated account.

The AWS SDK for Rust speaks to CloudWatch in Smithy's RPC v2 CBOR protocol only, and moto does not know it. Requests and
answers are translated from and to the JSON protocol, which moto speaks for the same operations.
"""

import datetime
import io
import json

import cbor2

PROTOCOL = "rpc-v2-cbor"
# Members of answers that are times; JSON has them as numbers.
TIMES = ("Timestamp", "LastModified")


def with_times(value, name=""):
    """Returns an answer in which the members that are times are times."""
    if isinstance(value, dict):
        return {key: with_times(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [with_times(one, name) for one in value]
    if isinstance(value, (int, float)) and not isinstance(value, bool) and name.endswith(TIMES):
        return cbor2.CBORTag(1, value)
    return value


def plain(value):
    """Returns what JSON can hold for a value that only CBOR has."""
    if isinstance(value, datetime.datetime):
        return value.timestamp()
    raise TypeError(f"{type(value).__name__} has no JSON")


def with_cbor(application):
    """Wraps a WSGI application so that it can be spoken to in CBOR."""

    def translate(environ, start_response):
        if environ.get("HTTP_SMITHY_PROTOCOL") != PROTOCOL:
            return application(environ, start_response)
        # /service/NAME/operation/NAME
        _, _, service, _, operation = environ["PATH_INFO"].split("/")
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        body = json.dumps(cbor2.loads(body) if body else {}, default=plain).encode()
        environ.update(
            {
                "PATH_INFO": "/",
                "HTTP_X_AMZ_TARGET": f"{service}.{operation}",
                "CONTENT_TYPE": "application/x-amz-json-1.0",
                "CONTENT_LENGTH": str(len(body)),
                "wsgi.input": io.BytesIO(body),
            }
        )
        started = []

        def start(status, _headers, _exc_info=None):
            started.append(status)

        answer = b"".join(application(environ, start))
        answer = cbor2.dumps(with_times(json.loads(answer or b"{}")))
        headers = [
            ("smithy-protocol", PROTOCOL),
            ("content-type", "application/cbor"),
            ("content-length", str(len(answer))),
        ]
        start_response(started[0], headers)
        return [answer]

    return translate
