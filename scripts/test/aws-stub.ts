// Stands where a command looks for Lambda and CloudFormation: takes one request after the other, answers as it is told.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A request as it came. */
export interface Request {
  readonly path: string;
  readonly body: string;
}

/** What to answer. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A listening stub. */
export interface Stub {
  readonly url: string;
  readonly requests: readonly Request[];
  readonly close: () => void;
}

/** Listens on a free port of loopback, and answers every request by `answer`. */
export async function listen(answer: (request: Request) => Answer): Promise<Stub> {
  const requests: Request[] = [];
  const take = async (message: IncomingMessage): Promise<Answer> => {
    const request = { path: message.url ?? '', body: await text(message) };
    requests.push(request);
    return answer(request);
  };
  const server = createServer((message, response) => {
    void take(message).then(({ status = 200, headers = {}, body }) => response.writeHead(status, headers).end(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, requests, close: () => server.close() };
}
