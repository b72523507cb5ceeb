// Remembers a connection.

const { DynamoDBClient } = require('@aws-sdk/client-dynamodb');
const { DynamoDBDocumentClient, PutCommand } = require('@aws-sdk/lib-dynamodb');

const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));

exports.handler = async (event) => {
  const { connectionId, authorizer } = event.requestContext;
  await table.send(new PutCommand({ TableName: process.env.TABLE_NAME, Item: { connectionId, name: authorizer.name } }));
  return { statusCode: 200, body: 'Connected.' };
};
