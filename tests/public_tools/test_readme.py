"""What README.md shows works as it stands there."""

import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

from clients import claims, next_of, open_socket, sign_in_with_boto3, sign_up, subject
from stack import REPOSITORY, Stack

ENDPOINTS = ".local/endpoints.json"


def blocks(language):
    """The code blocks of a language."""
    text = pathlib.Path(REPOSITORY, "README.md").read_text()
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


class Readme(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack().__enter__()
        cls.addClassCleanup(cls.stack.__exit__, None, None, None)

    def here(self, text):
        self.assertIn(ENDPOINTS, text)
        return text.replace(ENDPOINTS, f"{self.stack.folder.name}/endpoints.json")

    def test_the_chat_of_the_readme(self):
        [program] = blocks("python")
        done = subprocess.run([sys.executable, "-c", self.here(program)], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        printed, shown = json.loads(done.stdout), json.loads(blocks("json")[0])
        self.assertEqual(list(printed), list(shown))
        self.assertEqual((printed["content"], printed["sender"]["name"]), ("Hello world", "alice"))

    def test_the_aws_cli_of_the_readme(self):
        [script] = [text for text in blocks("sh") if "aws dynamodb scan" in text]
        done = self.with_the_aws_cli(self.here(script).split("aws apigatewaymanagementapi")[0])
        self.assertIn("Items", json.loads(done))

    def test_the_group_of_the_readme(self):
        [script] = [text for text in blocks("sh") if "pool create-group" in text]
        [preparation] = [text for text in blocks("sh") if "aws dynamodb scan" in text]
        self.with_the_aws_cli(self.here(preparation).split("aws dynamodb scan")[0] + script)
        with open_socket(self.stack, sign_in_with_boto3(self.stack, "alice")) as alice:
            alice.send('{"action":"subscribe","data":{"channel":"group:staff"}}')
            self.assertEqual(next_of(alice, "subscribed")["channel"], "group:staff")

    def with_the_aws_cli(self, script):
        tools = REPOSITORY / ".venv" / "bin"
        environment = {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}", "HOME": self.stack.folder.name}
        done = subprocess.run(["sh", "-c", script], env=environment, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_the_back_ends_commands_of_the_readme(self):
        [script] = [text for text in blocks("sh") if "npm run push" in text]
        sign_up(self.stack, "carol")
        token = sign_in_with_boto3(self.stack, "carol")
        push, find, connections, disconnect, disconnect_one = script.splitlines()
        alice = self.stack.endpoints["users"][0]
        self.assertEqual(self.run_as_shown(find, token), {"id": alice["id"], "username": "alice"})
        with open_socket(self.stack, token) as carol:
            carol.send('{"action":"subscribe","data":{"channel":"room:lobby"}}')
            next_of(carol, "subscribed")
            pushed = self.run_as_shown(push, token)
            received = next_of(carol, "message")
            self.assertEqual((received["content"], received["seq"]), ("Hello", pushed["seq"]))
            self.assertEqual(received["sender"], {"id": "back-end", "name": "Shop"})
            carol.send('{"action":"ping"}')
            [listed] = self.run_as_shown(connections, token)["connections"]
            self.assertEqual(listed["connection"], next_of(carol, "pong")["connection"])
            other_token = sign_in_with_boto3(self.stack, "carol")
            with open_socket(self.stack, other_token) as other:
                self.assertEqual(self.run_as_shown(disconnect_one, other_token), {"closed": 1})
                self.assertEqual(next_of(other, "closing")["reason"], "signed_out")
            self.assertEqual(self.run_as_shown(disconnect, token), {"closed": 1})
            self.assertEqual(next_of(carol, "closing")["reason"], "signed_out")

    def run_as_shown(self, line, token):
        """Runs a line of the README for this user and this stack, and gives what it prints."""
        command = re.sub(r"\bID\b", subject(token), line.split("#")[0])
        command = re.sub(r"\bJTI\b", claims(token)["origin_jti"], command) + f" --state {self.stack.folder.name}"
        done = subprocess.run(["sh", "-c", command], cwd=REPOSITORY, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        # npm says first what it runs.
        return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    unittest.main()
