// Passes a line on to everybody in the room of the one who said it.

import { ApiGatewayManagementApi, GoneException } from '@aws-sdk/client-apigatewaymanagementapi';

import { forget, members } from './rooms.mjs';

const api = new ApiGatewayManagementApi();

export const handler = async ({ body, requestContext: { authorizer, connectionId } }) => {
  const Data = JSON.stringify({ line: JSON.parse(body).line, mine: connectionId });
  for (const ConnectionId of await members(authorizer.room)) {
    try {
      await api.postToConnection({ ConnectionId, Data });
    } catch (error) {
      if (!(error instanceof GoneException)) throw error;
      console.info('gone: %s', ConnectionId);
      await forget(ConnectionId);
    }
  }
  return { statusCode: 200 };
};

export const lost = async ({ requestContext: { connectionId } }) => {
  await api.postToConnection({ ConnectionId: connectionId, Data: JSON.stringify({ error: 'say something' }) });
  return { statusCode: 200 };
};
