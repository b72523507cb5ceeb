"""What a stranger does with public tools alone: sign in, connect, chat, and look behind the curtain."""

import json
import pathlib
import tempfile
import time
import unittest

import websockets.exceptions
from websockets.sync.client import connect

from clients import PATIENCE_SECONDS, client, next_of, open_socket, sign_in_with_boto3
from stack import CliError, Stack

SEED_FORM = '{"action":"message","data":{"content":"Hello world","recipient":"all"}}'


def sign_in_with_cli(stack, username):
    endpoints = stack.endpoints["cognito"]
    parameters = json.dumps({"USERNAME": username, "PASSWORD": stack.password(username)})
    answer = stack.aws(
        "cognito-idp", endpoints["endpoint"], "initiate-auth", "--auth-flow", "USER_PASSWORD_AUTH",
        "--client-id", endpoints["clientId"], "--auth-parameters", parameters,
    )
    return answer["AuthenticationResult"]["IdToken"]


class Chat(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack().__enter__()
        cls.addClassCleanup(cls.stack.__exit__, None, None, None)
        cls.alice_token = sign_in_with_cli(cls.stack, "alice")
        cls.bob_token = sign_in_with_boto3(cls.stack, "bob")

    def scan(self):
        answer = self.stack.aws("dynamodb", self.stack.endpoints["dynamodb"], "scan", "--table-name", self.stack.endpoints["table"])
        return answer["Items"]

    def rows_of(self, *kinds):
        return [item for item in self.scan() if item["kind"]["S"] in kinds]

    def eventually(self, what, condition):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            self.assertLess(time.monotonic(), deadline, f"waited in vain for {what}")
            time.sleep(0.1)

    def test_two_people_chat_with_the_seed_form(self):
        with open_socket(self.stack, self.alice_token) as alice, open_socket(self.stack, self.bob_token, "id_token") as bob:
            alice.send(SEED_FORM)
            acknowledged = next_of(alice, "ack")
            received = next_of(bob, "message")
            self.assertEqual(received["content"], "Hello world")
            self.assertEqual(received["sender"]["name"], "alice")
            self.assertEqual((received["seq"], received["at"]), (acknowledged["seq"], acknowledged["at"]))
            bob.send('{"action":"echo","id":"e1","data":{"content":"marco"}}')
            self.assertEqual(next_of(bob, "echo"), {"type": "echo", "id": "e1", "content": "marco"})
            bob.send('{"action":"history","data":{"channel":"all"}}')
            self.assertEqual(next_of(bob, "history")["entries"][-1]["seq"], received["seq"])
            bob.send('{"action":"$disconnect"}')
            self.assertEqual(next_of(bob, "error")["code"], "unknown_action")

    def test_the_aws_cli_posts_to_gets_and_deletes_a_connection(self):
        management = self.stack.endpoints["management"]

        def cli(command, connection_id, *further):
            # An id may begin with "-": it must not stand as a word of its own.
            return self.stack.aws("apigatewaymanagementapi", management, command, f"--connection-id={connection_id}", *further)

        self.eventually("earlier connections to go", lambda: not self.rows_of("connection"))
        with open_socket(self.stack, self.alice_token) as alice, tempfile.TemporaryDirectory() as folder:
            data = pathlib.Path(folder, "data")
            data.write_bytes("grüße".encode())
            [row] = self.rows_of("connection")
            connection_id = row["connectionId"]["S"]
            cli("post-to-connection", connection_id, "--data", f"fileb://{data}")
            self.assertEqual(alice.recv(timeout=PATIENCE_SECONDS), "grüße")
            self.assertEqual(cli("get-connection", connection_id)["Identity"]["SourceIp"], "127.0.0.1")
            cli("delete-connection", connection_id)
            with self.assertRaises(websockets.exceptions.ConnectionClosedOK) as closed:
                alice.recv(timeout=PATIENCE_SECONDS)
            self.assertEqual(closed.exception.rcvd.code, 1000)
            with self.assertRaisesRegex(CliError, "GoneException"):
                cli("post-to-connection", connection_id, "--data", f"fileb://{data}")
        self.eventually("its rows to go", lambda: not self.rows_of("connection", "member"))
        self.assertTrue(self.rows_of("tombstone"))

    def test_boto3_knows_the_errors_by_their_names(self):
        connections = client(self.stack, "apigatewaymanagementapi", self.stack.endpoints["management"])
        with self.assertRaises(connections.exceptions.GoneException):
            connections.post_to_connection(ConnectionId="AAAAAAAAAAAAAAA=", Data=b"x")
        functions = client(self.stack, "lambda", self.stack.endpoints["lambda"])
        answer = functions.invoke(FunctionName=self.stack.endpoints["functions"]["fn-default"], InvocationType="DryRun")
        self.assertEqual(answer["StatusCode"], 204)
        with self.assertRaises(functions.exceptions.ResourceNotFoundException):
            functions.invoke(FunctionName="nobody")

    def test_a_handshake_without_a_token_is_refused(self):
        with self.assertRaises(websockets.exceptions.InvalidStatus) as refused:
            connect(self.stack.endpoints["websocket"])
        self.assertEqual(refused.exception.response.status_code, 401)


if __name__ == "__main__":
    unittest.main()
