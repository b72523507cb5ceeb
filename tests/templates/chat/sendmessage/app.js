// Tells everybody, and forgets those that are gone.

const { ApiGatewayManagementApiClient, PostToConnectionCommand } = require('@aws-sdk/client-apigatewaymanagementapi');
const { DynamoDBClient } = require('@aws-sdk/client-dynamodb');
const { DeleteCommand, DynamoDBDocumentClient, ScanCommand } = require('@aws-sdk/lib-dynamodb');

const TableName = process.env.TABLE_NAME;
const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const api = new ApiGatewayManagementApiClient({});

exports.handler = async (event) => {
  const { data } = JSON.parse(event.body);
  const text = JSON.stringify({ from: event.requestContext.authorizer.name, data });
  const { Items } = await table.send(new ScanCommand({ TableName, ProjectionExpression: 'connectionId' }));
  await Promise.all(Items.map(({ connectionId }) => tell(connectionId, text)));
  return { statusCode: 200, body: 'Data sent.' };
};

async function tell(connectionId, text) {
  try {
    await api.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: text }));
  } catch (error) {
    if (error.$metadata?.httpStatusCode !== 410) throw error;
    console.log(`Found stale connection, deleting ${connectionId}`);
    await table.send(new DeleteCommand({ TableName, Key: { connectionId } }));
  }
}
