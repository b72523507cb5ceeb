// What a Node back end does with AWS's SDK, version 3: posts to a connection, looks at it, closes it, finds it gone, and
// invokes a function. Prints what it saw as JSON.
import { ApiGatewayManagementApiClient, DeleteConnectionCommand, GetConnectionCommand, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';

const [management, lambda, functionName, ConnectionId] = process.argv.slice(2);
const settings = { region: 'us-east-1', credentials: { accessKeyId: 'any', secretAccessKey: 'any' } };
const connections = new ApiGatewayManagementApiClient({ ...settings, endpoint: management });

await connections.send(new PostToConnectionCommand({ ConnectionId, Data: 'from the SDK' }));
const { ConnectedAt, Identity } = await connections.send(new GetConnectionCommand({ ConnectionId }));
await connections.send(new DeleteConnectionCommand({ ConnectionId }));
const gone = await connections.send(new PostToConnectionCommand({ ConnectionId, Data: 'late' })).catch((error) => error.name);
const malformed = await connections.send(new GetConnectionCommand({ ConnectionId: 'nonsense' })).catch((error) => error.name);

const functions = new LambdaClient({ ...settings, endpoint: lambda });
const invoke = (payload) => functions.send(new InvokeCommand({ FunctionName: functionName, ...payload }));
// The function expects an event of API Gateway.
const failed = await invoke({ Payload: '{}' });
const dry = await invoke({ InvocationType: 'DryRun' });
const missing = await functions.send(new InvokeCommand({ FunctionName: 'missing' })).catch((error) => error.name);

console.log(
  JSON.stringify({
    connectedAt: ConnectedAt instanceof Date,
    sourceIp: Identity.SourceIp,
    gone,
    malformed,
    error: failed.FunctionError,
    dry: dry.StatusCode,
    missing,
  }),
);
