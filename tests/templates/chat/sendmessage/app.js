// Tells everybody, and forgets those that are gone.

const { ApiGatewayManagementApiClient, PostToConnectionCommand } = require('@aws-sdk/client-apigatewaymanagementapi');
const { DynamoDBClient } = require('@aws-sdk/client-dynamodb');
const { DeleteCommand, DynamoDBDocumentClient, ScanCommand } = require('@aws-sdk/lib-dynamodb');

const TableName = process.env.TABLE_NAME;
const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));

exports.handler = async (event) => {
  const { authorizer, domainName, stage } = event.requestContext;
  const api = new ApiGatewayManagementApiClient({ endpoint: `https://${domainName}/${stage}` });
  const { data } = JSON.parse(event.body);
  const text = JSON.stringify({ from: authorizer.name, data });
  const { Items } = await table.send(new ScanCommand({ TableName, ProjectionExpression: 'connectionId' }));
  await Promise.all(Items.map(({ connectionId }) => tell(api, connectionId, text)));
  return { statusCode: 200, body: 'Data sent.' };
};

async function tell(api, connectionId, text) {
  try {
    await api.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: text }));
  } catch (error) {
    if (error.$metadata?.httpStatusCode !== 410) throw error;
    console.log(`Found stale connection, deleting ${connectionId}`);
    await table.send(new DeleteCommand({ TableName, Key: { connectionId } }));
  }
}
