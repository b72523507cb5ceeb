// Runs a Node function as Lambda's own Node runtime does: loads its handler once, then hands it one event after the other.

import { linesBelongTo, logFailure, patchConsole } from './console.mjs';
import { RuntimeError } from './errors.mjs';
import { load } from './handler.mjs';
import { answer, initialisationFailed, invocationFailed, next } from './runtime_api.mjs';
import { provideSdk } from './sdk.mjs';

/** The exit codes of AWS's runtime. */
const EXIT = { rejection: 128, uncaught: 129 };

/** Reports what nobody caught: of the initialisation at first, of the event under way later. */
let report = initialisationFailed;
/** What to do when the event loop is empty while an event is under way. */
let whenIdle = () => undefined;

async function main() {
  patchConsole();
  process.on('uncaughtException', (error) => die('Uncaught Exception', error, EXIT.uncaught));
  process.on('unhandledRejection', (reason) => {
    const error = new RuntimeError('Runtime.UnhandledPromiseRejection', String(reason), reason);
    die('Unhandled Promise Rejection', error, EXIT.rejection);
  });
  process.on('beforeExit', () => whenIdle());
  provideSdk();
  let handler;
  try {
    handler = await load(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);
  } catch (error) {
    return die('Initialisation Error', error, EXIT.uncaught);
  }
  for (;;) await handle(handler, await next());
}

async function die(what, error, code) {
  logFailure(what, error);
  // Whoever listens may be gone already; there is nobody else to tell.
  await report(error).catch(() => undefined);
  process.exit(code);
}

async function handle(handler, { headers, payload }) {
  const id = headers['lambda-runtime-aws-request-id'];
  report = (error) => invocationFailed(id, error);
  linesBelongTo(id);
  trace(headers['lambda-runtime-trace-id']);
  try {
    await answer(id, text(await outcome(handler, JSON.parse(payload), contextOf(id, headers))));
  } catch (error) {
    logFailure('Invoke Error', error);
    await invocationFailed(id, error);
  }
}

function trace(id) {
  if (id) process.env._X_AMZN_TRACE_ID = id;
  else delete process.env._X_AMZN_TRACE_ID;
}

function text(result) {
  try {
    return JSON.stringify(result === undefined ? null : result) ?? 'null';
  } catch (error) {
    throw new RuntimeError('Runtime.JSONStringifyError', 'Unable to stringify response body', error);
  }
}

/** The handler's result: of its promise, of its callback, or null when it gave neither and nothing is left to run. */
function outcome(handler, event, context) {
  return new Promise((resolve, reject) => {
    const done = (error, result) => (error === undefined || error === null ? resolve(result) : reject(error));
    const callback = (error, result) => {
      if (context.callbackWaitsForEmptyEventLoop && !error) whenIdle = () => resolve(result);
      else done(error, result);
    };
    whenIdle = () => resolve(null);
    Object.assign(context, { done, fail: (error) => done(error ?? 'handled'), succeed: (result) => done(null, result) });
    const returned = handler(event, context, callback);
    if (typeof returned?.then !== 'function') return;
    whenIdle = () => reject(new RuntimeError('Runtime.NodeJsExit', 'The event loop is empty, but the handler’s promise was never settled.'));
    returned.then(resolve, reject);
  }).finally(() => {
    whenIdle = () => undefined;
  });
}

/** The context object (https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html). */
function contextOf(id, headers) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  const parsed = (name) => (headers[name] === undefined ? undefined : JSON.parse(headers[name]));
  return {
    awsRequestId: id,
    callbackWaitsForEmptyEventLoop: true,
    clientContext: parsed('lambda-runtime-client-context'),
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    getRemainingTimeInMillis: () => deadline - Date.now(),
    identity: parsed('lambda-runtime-cognito-identity'),
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
  };
}

main();
