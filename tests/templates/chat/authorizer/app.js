// Lets in whoever brings the token, under the name that they give.

exports.handler = async (event) => {
  const { token, name } = event.queryStringParameters;
  const allowed = token === process.env.TOKEN;
  return {
    principalId: name ?? 'somebody',
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: allowed ? 'Allow' : 'Deny', Resource: event.methodArn }],
    },
    context: { name: name ?? 'somebody' },
  };
};
