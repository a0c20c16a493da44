// Runs one Node.js handler against the Lambda Runtime API until its process is killed.
// Started as `node bootstrap.mjs HANDLER` in the function's own directory. Uses built-in modules only.

import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import util from 'node:util';

const prefix = '/2018-06-01/runtime';
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const root = process.env.LAMBDA_TASK_ROOT;
let requestId;

function call(method, location, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request({ host, port, method, agent, path: prefix + location, headers }, (reply) => {
      const chunks = [];
      reply.on('data', (chunk) => chunks.push(chunk));
      reply.on('end', () => resolve({ status: reply.statusCode, headers: reply.headers, body: Buffer.concat(chunks).toString() }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

function postError(location, payload) {
  return call('POST', location, JSON.stringify(payload), {
    'Content-Type': 'application/json',
    'Lambda-Runtime-Function-Error-Type': payload.errorType,
  });
}

// One write a record, its line breaks as carriage returns, so that it stays one log event.
function writeLine(level, text) {
  const line = `${new Date().toISOString()}\t${requestId}\t${level}\t${text}`.replace(/\n/g, '\r') + '\n';
  fs.writeSync(1, line);
}

for (const [method, level] of Object.entries({
  log: 'INFO', info: 'INFO', warn: 'WARN', error: 'ERROR', debug: 'DEBUG', trace: 'TRACE',
})) {
  console[method] = (...values) => writeLine(level, util.format(...values));
}

function errorPayload(error) {
  if (error instanceof Error || util.types.isNativeError(error)) {
    return {
      errorType: error.name,
      errorMessage: error.message,
      trace: (error.stack ?? '').replace(/\x7F/g, '%7F').split('\n'),
    };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

class InitError extends Error {
  constructor(type, message, cause) {
    super(message);
    this.type = type;
    this.stack = cause?.stack ?? this.stack;
  }
}

function moduleFile(base) {
  for (const extension of ['', '.js', '.mjs', '.cjs']) {
    const file = base + extension;
    if (fs.existsSync(file) && fs.statSync(file).isFile()) return file;
  }
  return undefined;
}

// On AWS the image brings the SDK's third version along.
function sdkHint(message) {
  const name = /'((?:@aws-sdk|@smithy)\/[^'/]+|aws-sdk)/.exec(message)?.[1];
  if (!name) return '';
  return `\nThe AWS SDK for JavaScript is not bundled with this runtime: put ${name} into the function's archive (npm install ${name}).`;
}

async function loadModule(base) {
  const file = moduleFile(base);
  const require = createRequire(path.join(root, 'index.js'));
  try {
    // `import` reads CommonJS too, but it takes extensionless paths and packages only as `require` resolves them.
    return file === undefined ? require(base) : await import(pathToFileURL(file).href);
  } catch (error) {
    if (error instanceof SyntaxError) throw new InitError('Runtime.UserCodeSyntaxError', String(error), error);
    if (error?.code === 'MODULE_NOT_FOUND' || error?.code === 'ERR_MODULE_NOT_FOUND') {
      throw new InitError('Runtime.ImportModuleError', String(error) + sdkHint(String(error)), error);
    }
    throw error;
  }
}

async function loadHandler(name) {
  const directory = path.dirname(name);
  const match = /^([^.]*)\.(.+)$/.exec(path.basename(name));
  if (!match || name.includes('..')) throw new InitError('Runtime.MalformedHandlerName', 'Bad handler');
  const loaded = await loadModule(path.resolve(root, directory, match[1]));
  const nested = (value) => match[2].split('.').reduce((found, part) => found?.[part], value);
  const handler = nested(loaded) ?? nested(loaded.default);
  if (handler === undefined) {
    throw new InitError('Runtime.HandlerNotFound', `${name} is undefined or not exported`);
  }
  if (typeof handler !== 'function') {
    throw new InitError('Runtime.HandlerNotFound', `${name} is not a function`);
  }
  return handler;
}

function makeContext(headers, settle) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  const client = headers['lambda-runtime-client-context'];
  const identity = headers['lambda-runtime-cognito-identity'];
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    clientContext: client ? JSON.parse(client) : undefined,
    identity: identity ? JSON.parse(identity) : undefined,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    done: (error, result) => settle(error, result),
    succeed: (result) => settle(null, result),
    fail: (error) => settle(error ?? new Error('handler failed'), null),
  };
}

// Resolves to {error} or {result}. A callback's result waits until the event loop is empty, unless the context says not to.
function run(handler, event, headers) {
  return new Promise((resolve) => {
    let settled = { result: null };
    const whenEmpty = () => finish(settled);
    const finish = (outcome) => {
      process.removeListener('beforeExit', whenEmpty);
      resolve(outcome);
    };
    const settle = (error, result) => {
      settled = error === null || error === undefined ? { result } : { error };
      if (!context.callbackWaitsForEmptyEventLoop || settled.error) finish(settled);
    };
    const context = makeContext(headers, settle);
    process.on('beforeExit', whenEmpty);
    try {
      const returned = handler(event, context, settle);
      if (typeof returned?.then === 'function') {
        returned.then((result) => finish({ result }), (error) => finish({ error }));
      }
    } catch (error) {
      finish({ error });
    }
  });
}

async function invokeNext(handler) {
  const { status, headers, body } = await call('GET', '/invocation/next');
  if (status !== 200) throw new Error(`the runtime API answered ${status} to next`);
  requestId = headers['lambda-runtime-aws-request-id'];
  const trace = headers['lambda-runtime-trace-id'];
  if (trace) process.env._X_AMZN_TRACE_ID = trace;
  else delete process.env._X_AMZN_TRACE_ID;
  let outcome = await run(handler, JSON.parse(body || '{}'), headers);
  let answer;
  if (!('error' in outcome)) {
    try {
      answer = JSON.stringify(outcome.result === undefined ? null : outcome.result) ?? 'null';
    } catch (error) {
      outcome = { error: Object.assign(new Error(`Unable to stringify response body as json: ${error.message}`), { name: 'Runtime.MarshalError' }) };
    }
  }
  if ('error' in outcome) {
    const payload = errorPayload(outcome.error);
    writeLine('ERROR', `Invoke Error \t${JSON.stringify({ errorType: payload.errorType, errorMessage: payload.errorMessage, stack: payload.trace })}`);
    await postError(`/invocation/${requestId}/error`, payload);
  } else {
    await call('POST', `/invocation/${requestId}/response`, answer, { 'Content-Type': 'application/json' });
  }
}

async function fail(error, kind, exitCode) {
  const payload = errorPayload(error);
  writeLine('ERROR', `${kind} \t${JSON.stringify({ errorType: payload.errorType, errorMessage: payload.errorMessage, stack: payload.trace })}`);
  // A connection of its own: the kept one may wait in `next`.
  agent.maxSockets = 2;
  await postError(requestId === undefined ? '/init/error' : `/invocation/${requestId}/error`, payload);
  process.exit(exitCode);
}

process.on('uncaughtException', (error) => fail(error, 'Uncaught Exception', 129));
process.on('unhandledRejection', (reason) => {
  const error = Object.assign(new Error(reason?.toString() ?? 'undefined'), { name: 'Runtime.UnhandledPromiseRejection' });
  if (reason?.stack) error.stack = reason.stack;
  return fail(error, 'Unhandled Promise Rejection', 128);
});

// Not at top level: an event loop that runs empty under a top-level `await` would end the process.
async function main() {
  try {
    const handler = await loadHandler(process.argv[2]);
    while (true) await invokeNext(handler);
  } catch (error) {
    if (error instanceof InitError) error.name = error.type;
    await fail(error, 'Uncaught Exception', 1);
  }
}

main();
