"""Clients that people have in Node, over TLS: AWS's SDK, version 3, and wscat."""

import json
import os
import ssl
import subprocess
import unittest

from websockets.sync.client import connect

from emulator import REPOSITORY, Emulator

PATIENCE_SECONDS = 60


class NodeClients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.emulator = Emulator("tests/templates/posting/template.json", "--tls").__enter__()
        cls.addClassCleanup(cls.emulator.__exit__, None, None, None)
        cls.tls = cls.emulator.endpoints["tls"]

    def test_the_sdk_posts_looks_closes_and_invokes(self):
        trusting = ssl.create_default_context(cafile=self.tls["certificate"])
        with connect(self.tls["websocket"], ssl=trusting) as socket:
            socket.send("who am I?")
            seen = self.run_sdk(socket.recv(timeout=PATIENCE_SECONDS))
            self.assertEqual(socket.recv(timeout=PATIENCE_SECONDS), "from the SDK")
        expected = {
            "connectedAt": True, "sourceIp": "127.0.0.1", "gone": "GoneException", "malformed": "BadRequestException",
            "error": "Unhandled", "dry": 204, "missing": "ResourceNotFoundException",
        }
        self.assertEqual(seen, expected)

    def run_sdk(self, connection):
        endpoints = self.emulator.endpoints
        command = [
            "node", "tests/public_tools/sdk_v3.mjs",
            self.tls["management"], endpoints["lambda"], endpoints["functions"]["Posting"], connection,
        ]
        environment = {**os.environ, "NODE_EXTRA_CA_CERTS": self.tls["certificate"]}
        done = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_wscat_is_answered(self):
        command = ["npx", "wscat", "--connect", self.tls["websocket"], "--ca", self.tls["certificate"], "--execute", "marco", "--wait", "-1"]
        with subprocess.Popen(command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            try:
                self.assertIn("marco", process.stdout.readline())
            finally:
                process.terminate()


if __name__ == "__main__":
    unittest.main()
