// Who is in which room.

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';

const TableName = process.env.TABLE_NAME;
const table = DynamoDBDocumentClient.from(new DynamoDBClient());

export const enter = async ({ requestContext: { authorizer, connectionId } }) => {
  await table.send(new PutCommand({ TableName, Item: { connection: connectionId, room: authorizer.room } }));
  return { statusCode: 200 };
};

export const leave = async ({ requestContext: { connectionId } }) => {
  await forget(connectionId);
  return { statusCode: 200 };
};

export async function forget(connection) {
  await table.send(new DeleteCommand({ TableName, Key: { connection } }));
}

export async function members(room) {
  const inRoom = { FilterExpression: 'room = :room', ExpressionAttributeValues: { ':room': room } };
  const { Items = [] } = await table.send(new ScanCommand({ TableName, ConsistentRead: true, ...inRoom }));
  return Items.map(({ connection }) => connection);
}
