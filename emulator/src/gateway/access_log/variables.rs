//! The variables that a format may name, as AWS lists them for WebSocket APIs
//! (<https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-logging.html>).

use super::Piece;

/// Without `$context.`; those of what the emulator does not have included, which stay empty here.
pub(super) const KNOWN: [&str; 49] = [
    "apiId",
    "authenticate.error",
    "authenticate.latency",
    "authenticate.status",
    "authorize.error",
    "authorize.latency",
    "authorize.status",
    "connectedAt",
    "connectionId",
    "disconnectReason",
    "disconnectStatusCode",
    "domainName",
    "domainPrefix",
    "error.message",
    "error.messageString",
    "error.responseType",
    "error.validationErrorString",
    "eventType",
    "extendedRequestId",
    "identity.accountId",
    "identity.apiKey",
    "identity.apiKeyId",
    "identity.caller",
    "identity.cognitoAuthenticationProvider",
    "identity.cognitoAuthenticationType",
    "identity.cognitoIdentityId",
    "identity.cognitoIdentityPoolId",
    "identity.principalOrgId",
    "identity.sourceIp",
    "identity.user",
    "identity.userAgent",
    "identity.userArn",
    "integration.error",
    "integration.integrationStatus",
    "integration.latency",
    "integration.requestId",
    "integration.status",
    "integrationLatency",
    "messageDirection",
    "messageId",
    "requestId",
    "requestTime",
    "requestTimeEpoch",
    "routeKey",
    "stage",
    "status",
    "waf.error",
    "waf.latency",
    "waf.status",
];
/// Below it stands whatever an authorizer gives.
const OF_THE_AUTHORIZER: &str = "authorizer.";

/// The variables of `format` that AWS does not have.
pub(super) fn unknown(format: &[Piece]) -> Vec<&str> {
    let variables = format.iter().filter_map(|piece| match piece {
        Piece::Variable(name) => Some(name.as_str()),
        Piece::Text(_) => None,
    });
    variables
        .filter(|name| !KNOWN.contains(name) && !name.starts_with(OF_THE_AUTHORIZER))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::pieces;
    use super::*;

    #[test]
    fn a_slip_is_unknown_and_what_an_authorizer_gives_is_not() {
        let format =
            pieces("$context.requestId $context.authorizer.anything $context.rout $context.identity.sourceIp. text");
        assert_eq!(unknown(&format), ["rout"]);
    }
}
