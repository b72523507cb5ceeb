"""Clients of a running stack that anybody could write: boto3 with any credentials, a socket with a cookie."""

import base64
import json

import boto3
from websockets.sync.client import connect

PATIENCE_SECONDS = 30


def client(stack, service, endpoint):
    return boto3.client(
        service, endpoint_url=endpoint, region_name=stack.endpoints["region"],
        aws_access_key_id="any", aws_secret_access_key="any",
    )


def sign_in_with_boto3(stack, username):
    endpoints = stack.endpoints["cognito"]
    answer = client(stack, "cognito-idp", endpoints["endpoint"]).initiate_auth(
        AuthFlow="USER_PASSWORD_AUTH", ClientId=endpoints["clientId"],
        AuthParameters={"USERNAME": username, "PASSWORD": stack.password(username)},
    )
    return answer["AuthenticationResult"]["IdToken"]


def sign_up(stack, username):
    """Makes a user, who may be sent away without a later test of the ready-made ones noticing."""
    endpoints, password = stack.endpoints["cognito"], "Correct-Horse-9"
    client(stack, "cognito-idp", endpoints["endpoint"]).sign_up(
        ClientId=endpoints["clientId"], Username=username, Password=password,
        UserAttributes=[{"Name": "email", "Value": f"{username}@example.com"}],
    )
    stack.endpoints["users"].append({"username": username, "password": password})


def subject(token):
    """The id of the user whose ID token it is."""
    return claims(token)["sub"]


def claims(token):
    """What a token says, unverified."""
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def open_socket(stack, token, cookie="__Host-auth"):
    return connect(
        stack.endpoints["websocket"], origin=stack.endpoints["web"],
        additional_headers={"Cookie": f"{cookie}={token}"},
    )


def next_of(socket, kind):
    while True:
        frame = json.loads(socket.recv(timeout=PATIENCE_SECONDS))
        if frame.get("type") == kind:
            return frame
