// What a person wants to know when the stack is ready.
import { join } from 'node:path';

/** The addresses and users of `endpoints`, line by line; `web` says whether there is a web client. */
export function summary(endpoints, state, web) {
  const lines = [
    ...(web === 'none' ? [] : [['Web client', `${endpoints.web}  (two browser windows, one of them private: two people)`]]),
    ...endpoints.users.map((user) => ['User', `${user.username}  password ${user.password}`]),
    ['Inspector', `${endpoints.inspector}  (what happens, live)`],
    ['WebSocket API', endpoints.websocket],
    ['@connections', endpoints.management],
    ['Lambda', endpoints.lambda],
    ['DynamoDB', `${endpoints.dynamodb}  table ${endpoints.table}`],
    ['Cognito', `${endpoints.cognito.endpoint}  client ${endpoints.cognito.clientId}`],
    ['All of this', join(state, 'endpoints.json')],
  ];
  return ['', ...lines.map(([name, value]) => `  ${name.padEnd(14)} ${value}`), ''].join('\n');
}
