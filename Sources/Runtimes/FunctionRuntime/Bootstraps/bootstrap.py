"""Runs one Python handler against the Lambda Runtime API until its process is killed.

Started as `python3 -u bootstrap.py HANDLER` in the function's own directory. Uses the standard library only.
"""

import decimal
import http.client
import importlib
import json
import logging
import os
import sys
import time
import traceback

PREFIX = "/2018-06-01/runtime"


class RuntimeAPI:
    """The calls of a runtime, over one connection that is kept open."""

    def __init__(self, address):
        self.connection = http.client.HTTPConnection(address)

    def next(self):
        """Waits for the next invocation, however long that takes."""
        self.connection.request("GET", PREFIX + "/invocation/next")
        reply = self.connection.getresponse()
        body = reply.read()
        if reply.status != 200:
            raise RuntimeError("the runtime API answered %d to next" % reply.status)
        return reply.headers, body

    def post(self, path, body, error_type=None):
        headers = {"Content-Type": "application/json"}
        if error_type:
            headers["Lambda-Runtime-Function-Error-Type"] = error_type
        self.connection.request("POST", PREFIX + path, body, headers)
        self.connection.getresponse().read()


class LogHandler(logging.StreamHandler):
    """Writes one line a record: line breaks inside become carriage returns, so that it stays one log event."""

    def __init__(self):
        super().__init__(sys.stdout)
        self.request_id = ""
        formatter = logging.Formatter(
            "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s", "%Y-%m-%dT%H:%M:%S")
        formatter.converter = time.gmtime
        self.setFormatter(formatter)

    def format(self, record):
        record.aws_request_id = self.request_id
        return super().format(record).replace("\n", "\r")


class Identity:
    """The Cognito identity of the caller, if there is one."""

    def __init__(self, fields):
        self.cognito_identity_id = fields.get("cognitoIdentityId")
        self.cognito_identity_pool_id = fields.get("cognitoIdentityPoolId")


class ClientContext:
    """What the invoker sent in X-Amz-Client-Context."""

    def __init__(self, fields):
        self.custom = fields.get("custom", {})
        self.env = fields.get("env", {})
        self.client = type("Client", (), dict(fields.get("client") or {}))()


class Context:
    """The second argument of a handler."""

    def __init__(self, headers):
        environment = os.environ
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.function_name = environment["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = environment["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = environment["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = environment["AWS_LAMBDA_LOG_STREAM_NAME"]
        self._deadline = int(headers["Lambda-Runtime-Deadline-Ms"])
        identity = headers.get("Lambda-Runtime-Cognito-Identity")
        self.identity = Identity(json.loads(identity) if identity else {})
        client = headers.get("Lambda-Runtime-Client-Context")
        self.client_context = ClientContext(json.loads(client)) if client else None

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline - int(time.time() * 1000))

    def log(self, message):
        sys.stdout.write(str(message))


def error_payload(error_type, message, request_id, frames=()):
    return {"errorMessage": message, "errorType": error_type, "requestId": request_id, "stackTrace": list(frames)}


def user_frames(error):
    """The traceback from the first frame outside this file on."""
    frames = traceback.extract_tb(error.__traceback__)
    while frames and frames[0].filename == __file__:
        del frames[0]
    while frames and frames[0].filename.startswith("<frozen importlib"):
        del frames[0]
    return traceback.format_list(frames)


def log_error(payload):
    text = "[ERROR] %s: %s" % (payload["errorType"], payload["errorMessage"])
    if payload["stackTrace"]:
        text += "\nTraceback (most recent call last):\n" + "".join(payload["stackTrace"])
    sys.stdout.write(text.rstrip("\n").replace("\n", "\r") + "\n")


class InitError(Exception):
    """The handler could not be loaded."""

    def __init__(self, error_type, message, frames=()):
        super().__init__(message)
        self.error_type = error_type
        self.frames = frames


def load_handler(name):
    try:
        module_name, function_name = name.rsplit(".", 1)
    except ValueError:
        raise InitError(
            "Runtime.MalformedHandlerName", "Bad handler '%s': not enough values to unpack (expected 2, got 1)" % name)
    module_name = module_name.replace("/", ".")
    if module_name.split(".")[0] in sys.builtin_module_names:
        raise InitError(
            "Runtime.ImportModuleError", "Cannot use built-in module %s as a handler module" % module_name)
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        raise InitError("Runtime.ImportModuleError", "Unable to import module '%s': %s" % (module_name, error))
    except SyntaxError as error:
        frame = '  File "%s" Line %s\n    %s\n' % (error.filename, error.lineno, (error.text or "").strip())
        raise InitError(
            "Runtime.UserCodeSyntaxError", "Syntax error in module '%s': %s" % (module_name, error), [frame])
    except Exception as error:
        raise InitError(type(error).__name__, str(error), user_frames(error))
    try:
        return getattr(module, function_name)
    except AttributeError:
        raise InitError(
            "Runtime.HandlerNotFound", "Handler '%s' missing on module '%s'" % (function_name, module_name))


def encode_other(value):
    if isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError("Object of type %s is not JSON serializable" % type(value).__name__)


def invoke(api, handler, log, headers, body):
    request_id = headers["Lambda-Runtime-Aws-Request-Id"]
    log.request_id = request_id
    trace = headers.get("Lambda-Runtime-Trace-Id")
    if trace:
        os.environ["_X_AMZN_TRACE_ID"] = trace
    else:
        os.environ.pop("_X_AMZN_TRACE_ID", None)
    try:
        result = handler(json.loads(body or b"{}"), Context(headers))
    except Exception as error:
        failure = error_payload(type(error).__name__, str(error), request_id, user_frames(error))
    else:
        try:
            answer = json.dumps(result, ensure_ascii=False, default=encode_other).encode("utf-8", "surrogatepass")
        except Exception as error:
            failure = error_payload("Runtime.MarshalError", "Unable to marshal response: %s" % error, request_id)
        else:
            api.post("/invocation/%s/response" % request_id, answer)
            return
    log_error(failure)
    api.post("/invocation/%s/error" % request_id, json.dumps(failure), failure["errorType"])


def main():
    api = RuntimeAPI(os.environ["AWS_LAMBDA_RUNTIME_API"])
    log = LogHandler()
    logging.getLogger().addHandler(log)
    # The script's own directory is first by default; the function's takes its place.
    sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]
    try:
        handler = load_handler(sys.argv[1])
    except InitError as error:
        failure = error_payload(error.error_type, str(error), "", error.frames)
        log_error(failure)
        api.post("/init/error", json.dumps(failure), error.error_type)
        sys.exit(1)
    while True:
        headers, body = api.next()
        invoke(api, handler, log, headers, body)


main()
