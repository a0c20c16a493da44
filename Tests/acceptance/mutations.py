"""Requests that are wrong by construction: a valid request of an operation, with one thing in it broken, from a seed."""

import copy
import dataclasses
import datetime
import functools
import hashlib
import hmac
import json
import random
import re
import urllib.parse

import botocore.serialize
import botocore.session

from server import ROOT

ARN = "arn:aws:iam::123456789012:role/main"


@dataclasses.dataclass
class Mutant:
    """One request, ready to be signed, and what was done to it."""

    service: str
    operation: str
    change: str
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    #: How it is signed: `valid`, or what is wrong with the signature.
    signature: str = "valid"

    def __str__(self):
        return f"{self.service} {self.operation}: {self.change} ({self.method} {self.path[:120]} {self.body[:300]!r})"


class Samples:
    """A value of every input of the operations that Teal serves, by the service models of botocore."""

    def __init__(self):
        services = json.loads((ROOT / "Tools/APIGenerator/services.json").read_text())["services"]
        session = botocore.session.get_session()
        self.operations = []
        for service in services:
            # Any bytes are a valid object, and most members are headers that may hold anything: test_s3 has what S3 refuses.
            if service["model"] == "s3":
                continue
            model = session.get_service_model(service["model"], api_version=service["version"])
            self.operations += [(model, model.operation_model(name)) for name in service["operations"]]

    def parameters(self, operation) -> dict:
        return self._value(operation.input_shape, 0) if operation.input_shape else {}

    def _value(self, shape, depth):
        match shape.type_name:
            case "structure":
                names = shape.required_members if depth > 3 else shape.members
                names = list(names)[:1] if getattr(shape, "is_tagged_union", False) else names
                return {name: self._value(shape.members[name], depth + 1) for name in names}
            case "list":
                return [self._value(shape.member, depth + 1)] * max(1, shape.metadata.get("min", 1))
            case "map":
                return {"main": self._value(shape.value, depth + 1)}
            case "string":
                if shape.metadata.get("enum"):
                    return shape.metadata["enum"][0]
                text = ARN if "arn" in shape.name.lower() else "main"
                return text.ljust(shape.metadata.get("min", 0), "x")[:shape.metadata.get("max", 1000)]
            case "integer" | "long":
                return max(1, shape.metadata.get("min", 1))
            case "float" | "double":
                return 1.5
            case "boolean":
                return True
            case "timestamp":
                return datetime.datetime(2026, 11, 20)
            case "blob":
                return b"bytes"


def leaves(value, shape, found=None):
    """Every member of a structure below a value: (container, key, shape of the member, whether it is required)."""
    found = [] if found is None else found
    if shape.type_name == "structure":
        for name, child in value.items():
            found.append((value, name, shape.members[name], name in shape.required_members))
            leaves(child, shape.members[name], found)
    elif shape.type_name == "list":
        for child in value:
            leaves(child, shape.member, found)
    elif shape.type_name == "map":
        for child in value.values():
            leaves(child, shape.value, found)
    return found


def mismatch(pattern: str) -> str | None:
    """A text that the pattern refuses, or none that we know of."""
    for text in ("\u00a7 \u00a7", " ", "a b\tc", "\u00ff" * 3):
        try:
            if not re.fullmatch(pattern, text):
                return text
        except re.error:
            return None
    return None


class Mutator:
    """Makes mutants; equal seeds make equal ones."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)
        self.samples = Samples()

    def mutant(self) -> Mutant:
        while True:
            model, operation = self.random.choice(self.samples.operations)
            change = self.random.choice([
                self._members, self._members, self._members, self._body, self._body, self._envelope, self._signature])
            mutant = change(model, operation)
            if mutant:
                return mutant

    def damaged(self) -> Mutant:
        """A request with random bytes changed, cut, doubled and put in: it may still be valid."""
        model, operation = self.random.choice(self.samples.operations)
        mutant = self._valid(model, operation, "damaged")
        body = bytearray(mutant.body)
        for _ in range(self.random.choice([1, 1, 2, 4, 16])):
            at = self.random.randrange(len(body) + 1)
            match self.random.choice(["change", "cut", "double", "byte", "text", "path"]):
                case "change" if at < len(body):
                    body[at] = self.random.randrange(256)
                case "cut":
                    del body[at:at + self.random.randrange(8)]
                case "double":
                    body[at:at] = body[at:at + self.random.randrange(40)]
                case "byte":
                    body[at:at] = bytes([self.random.randrange(256)])
                case "text":
                    body[at:at] = self.random.choice(self.DAMAGE)
                case "path" if len(mutant.path) > 2:
                    split = self.random.randrange(1, len(mutant.path))
                    mutant.path = mutant.path[:split] + self.random.choice(self.PATH_DAMAGE) + mutant.path[split:]
        mutant.body = bytes(body)
        return mutant

    DAMAGE = [
        b"-1", b"9" * 20, b"1e999", b"null", b'""', b"%00", b"&", b".member.1", b".0", b"=", b"\\u0000", b"." * 80, b"[[]]", b"{}",
        "\u202e".encode(), b"0x", b"/../", b"arn:aws:x"]
    PATH_DAMAGE = ["%2F", "/", "..", "%00", "%C3", "a" * 300, "?", "&x=1", "%25", "+", ";"]

    # Requests

    def _request(self, model, operation, parameters, change) -> Mutant:
        serializer = botocore.serialize.create_serializer(model.resolved_protocol, include_validation=False)
        request = serializer.serialize_to_request(parameters, operation)
        headers = {k: str(v) for k, v in request["headers"].items()}
        body = request["body"]
        if isinstance(body, dict):
            body = urllib.parse.urlencode(body, doseq=True)
        query = urllib.parse.urlencode(request["query_string"], doseq=True) if request["query_string"] else ""
        return Mutant(
            model.signing_name, operation.name, change, request["method"], request["url_path"] + ("?" + query if query else ""), headers,
            body.encode() if isinstance(body, str) else bytes(body or b""))

    def _valid(self, model, operation, change) -> Mutant:
        return self._request(model, operation, self.samples.parameters(operation), change)

    # One member of the input is missing, or has a value that the model refuses

    def _members(self, model, operation) -> Mutant | None:
        if operation.input_shape is None:
            return None
        parameters = copy.deepcopy(self.samples.parameters(operation))
        found = leaves(parameters, operation.input_shape)
        self.random.shuffle(found)
        for container, name, shape, is_required in found:
            choices = [change for change in self._breaks(shape, is_required)]
            if not choices:
                continue
            change, value = self.random.choice(choices)
            # A label of the path cannot be absent: the path is another one then.
            if shape.serialization.get("location") == "uri" and value is None:
                continue
            if value is None:
                del container[name]
            else:
                container[name] = value
            return self._request(model, operation, parameters, f"{name}: {change}")
        return None

    def _breaks(self, shape, is_required):
        limits = shape.metadata
        if is_required:
            yield "missing", None
        match shape.type_name:
            case "integer" | "long":
                yield "no number", "abc"
                if "max" in limits and limits["max"] < 1 << 60:
                    yield "too large", limits["max"] + 1
                if limits.get("min", -1 << 60) > -1 << 60:
                    yield "too small", limits["min"] - 1
            case "string":
                if limits.get("enum"):
                    yield "no such value", "NONSENSE-\u00e9"
                elif limits.get("max", 1 << 30) <= 4096:
                    yield "too long", "x" * (limits["max"] + 1)
                if (text := mismatch(limits["pattern"]) if "pattern" in limits else None) is not None:
                    yield "another pattern", text
            case "list":
                if shape.member.type_name == "string" and limits.get("max", 1000) <= 100:
                    yield "too many", ["main"] * (limits["max"] + 1)

    # The body is not in the protocol's syntax, or a member has another type

    def _body(self, model, operation) -> Mutant | None:
        if model.resolved_protocol == "query":
            return self._form(model, operation)
        if operation.input_shape is None or operation.input_shape.serialization.get("payload"):
            return None
        mutant = self._valid(model, operation, "")
        try:
            tree = json.loads(mutant.body)
        except ValueError:
            return None
        kind = self.random.choice(["truncated", "inserted", "root", "type", "utf8", "deep", "noise"])
        mutant.change = f"body {kind}"
        match kind:
            case "truncated":
                mutant.body = mutant.body[:self.random.randrange(1, len(mutant.body))]
            case "inserted":
                at = self.random.randrange(len(mutant.body))
                mutant.body = mutant.body[:at] + self.random.choice(b'{}[],:"\\\x00\x07x').to_bytes() + mutant.body[at:]
            case "root":
                mutant.body = self.random.choice([b"[]", b"1", b'"text"', b"true", b"[{}]", b"-", b"nul"])
            case "type":
                if not self._retype(tree):
                    return None
                mutant.body = json.dumps(tree).encode()
                return mutant
            case "utf8":
                at = mutant.body.find(b'"', 1)
                if at < 0:
                    return None
                mutant.body = mutant.body[:at] + self.random.choice([b"\xff", b"\xc3", b"\xed\xa0\x80"]) + mutant.body[at:]
            case "deep":
                mutant.body = self.random.choice([b"[", b'{"a":']) * self.random.choice([100, 1000, 50000])
            case "noise":
                mutant.body = self.random.randbytes(self.random.randrange(1, 200))
        try:
            if isinstance(json.loads(mutant.body), dict):
                return None
        except (ValueError, RecursionError):
            pass
        return mutant

    def _retype(self, tree) -> bool:
        nodes = []

        def walk(node):
            for key, child in node.items() if isinstance(node, dict) else enumerate(node):
                nodes.append((node, key))
                if isinstance(child, dict | list):
                    walk(child)

        walk(tree)
        if not nodes:
            return False
        node, key = self.random.choice(nodes)
        wrong = {"str": [1, True, [], {}, 1e308], "int": ["text", [], {}, True], "float": ["text", [], {}, True], "bool": ["text", 1, [], {}],
                 "list": [{}, "text", 1, True], "dict": [[], "text", 1, False]}
        node[key] = self.random.choice(wrong[type(node[key]).__name__])
        return True

    def _form(self, model, operation) -> Mutant:
        mutant = self._valid(model, operation, "")
        kind = self.random.choice(["no action", "unknown action", "other version", "noise", "empty", "multipart"])
        mutant.change = f"form {kind}"
        match kind:
            case "no action":
                mutant.body = re.sub(rb"Action=\w+&?", b"", mutant.body)
            case "unknown action":
                mutant.body = re.sub(rb"Action=", b"Action=" + self.random.choice([b"X", b"%00", b"..%2F", b"describe"]), mutant.body)
            case "other version":
                mutant.body = re.sub(rb"Version=[\d-]+", b"Version=" + self.random.choice([b"2012-06-01", b"1", b"%F0"]), mutant.body)
            case "noise":
                mutant.body = self.random.randbytes(self.random.randrange(1, 200))
            case "empty":
                mutant.body = b""
            case "multipart":
                mutant.body = b"--x\r\nContent-Disposition: form-data; name=\"Action\"\r\n\r\n" + operation.name.encode() + b"\r\n--x--\r\n"
                mutant.headers["Content-Type"] = "multipart/form-data; boundary=x"
        return mutant

    # Target, method or path name nothing

    def _envelope(self, model, operation) -> Mutant | None:
        mutant = self._valid(model, operation, "")
        kinds = ["method", "path"] + (["target"] * 3 if "X-Amz-Target" in mutant.headers else [])
        kind = self.random.choice(kinds)
        mutant.change = f"other {kind}"
        match kind:
            case "method":
                mutant.method = self.random.choice(["PATCH", "OPTIONS", "TRACE", "PROPFIND", "LOCK"])
            case "path":
                mutant.path = self.random.choice(
                    ["/nowhere", "/2015-03-31", "/2015-03-31/functions/main/nothing", "/%00", "/..%2f..%2fetc", "/" + "a/" * 500, "/service/x"])
            case "target":
                prefix, name = mutant.headers["X-Amz-Target"].split(".")
                target = self.random.choice([
                    f"{prefix}.{name}X", f"{prefix}.{name.lower()}", prefix, f"{prefix}.", f".{name}", f"Unknown_20200101.{name}", "....",
                    f"{prefix}.{name}.{name}", None])
                if target is None:
                    del mutant.headers["X-Amz-Target"]
                else:
                    mutant.headers["X-Amz-Target"] = target
        if self.random.random() < 0.3:
            mutant.headers["Content-Type"] = self.random.choice(["text/plain", "application/xml", "image/png", "a" * 300])
        return mutant

    # The request is as it should be, the signature is not

    def _signature(self, model, operation) -> Mutant:
        kind = self.random.choice(["absent", "tampered", "unknown key", "stale", "future", "garbled", "other service", "other secret", "no date"])
        mutant = self._valid(model, operation, f"signature {kind}")
        mutant.signature = kind
        return mutant


class Signer:
    """Signature Version 4 in the header form, also wrong on request."""

    def __init__(self, key: str, secret: str, host: str, region: str = "us-east-1"):
        self.key, self.secret, self.host, self.region = key, secret, host, region

    def sign(self, mutant: Mutant) -> dict[str, str]:
        kind, key, service = mutant.signature, self.key, mutant.service
        headers = {"Host": self.host, **mutant.headers}
        if kind == "absent":
            return headers
        moment = datetime.datetime.now(datetime.UTC)
        moment += {"stale": -datetime.timedelta(minutes=20), "future": datetime.timedelta(minutes=20)}.get(kind, datetime.timedelta())
        if kind == "other service":
            service = "ecs" if mutant.service != "ecs" else "codedeploy"
        if kind == "unknown key":
            key = "AKIA" + "X" * 16
        date = moment.strftime("%Y%m%dT%H%M%SZ")
        headers["X-Amz-Date"] = date
        scope = f"{date[:8]}/{self.region}/{service}/aws4_request"
        path, _, query = mutant.path.partition("?")
        names = sorted(name.lower() for name in headers)
        lowered = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
        pairs = sorted(urllib.parse.parse_qsl(query, keep_blank_values=True))
        canonical = "\n".join([
            mutant.method, self._path(path), "&".join(f"{self._quote(k)}={self._quote(v)}" for k, v in pairs),
            *(f"{name}:{lowered[name]}" for name in names), "", ";".join(names), hashlib.sha256(mutant.body).hexdigest()])
        text = "\n".join(["AWS4-HMAC-SHA256", date, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        signature = hmac.new(self._signing_key(date[:8], service, kind == "other secret"), text.encode(), "sha256").hexdigest()
        if kind == "tampered":
            signature = signature[::-1] if signature != signature[::-1] else "0" * 64
        if kind == "no date":
            del headers["X-Amz-Date"]
        headers["Authorization"] = f"AWS4-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders={';'.join(names)}, Signature={signature}"
        if kind == "garbled":
            headers["Authorization"] = headers["Authorization"][:40] + headers["Authorization"][60:]
        return headers

    @staticmethod
    def _quote(text: str) -> str:
        return urllib.parse.quote(text, safe="-_.~")

    @staticmethod
    def _path(path: str) -> str:
        segments: list[str] = []
        for segment in path.split("/"):
            if segment == "..":
                segments = segments[:-1]
            elif segment not in ("", "."):
                segments.append(segment)
        trailing = "/" if path.endswith("/") and segments else ""
        return urllib.parse.quote("/" + "/".join(segments) + trailing, safe="/-_.~")

    @functools.lru_cache
    def _signing_key(self, day: str, service: str, is_other: bool) -> bytes:
        key = ("AWS4" + ("other" if is_other else self.secret)).encode()
        for part in (day, self.region, service, "aws4_request"):
            key = hmac.new(key, part.encode(), "sha256").digest()
        return key
