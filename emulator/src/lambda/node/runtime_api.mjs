// The Runtime API (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html), as a runtime calls it.

import { Agent, request } from 'node:http';

import { described } from './errors.mjs';

const [hostname, port] = (process.env.AWS_LAMBDA_RUNTIME_API ?? '').split(':');
// An idle socket of an agent does not keep the event loop from becoming empty.
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** Waits for the next event: its headers, and its payload as text. */
export async function next() {
  const { headers, body } = await call('GET', 'invocation/next');
  return { headers, payload: body };
}

/** Answers the event `id` with `result`, which is JSON. */
export const answer = (id, result) => call('POST', `invocation/${id}/response`, result);

/** Reports that the function failed on the event `id`. */
export const invocationFailed = (id, error) => failed(`invocation/${id}/error`, error);

/** Reports that the function cannot be initialised. */
export const initialisationFailed = (error) => failed('init/error', error);

function failed(path, error) {
  const description = described(error);
  // Only what a header can hold.
  const kind = description.errorType.replace(/[^\x20-\x7e]/g, '');
  return call('POST', path, JSON.stringify(description), { 'Lambda-Runtime-Function-Error-Type': kind });
}

function call(method, path, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const type = { 'Content-Type': 'application/json' };
    const options = { agent, headers: { ...type, ...headers }, hostname, method, path: `/2018-06-01/runtime/${path}`, port };
    const sent = request(options, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () => resolve({ body: Buffer.concat(parts).toString(), headers: response.headers }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
