"""TLS on the stage's own port: public clients that trust the local authority, and nobody else."""

import ssl
import unittest

import boto3
import botocore.exceptions
from websockets.sync.client import connect

from emulator import Emulator


class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.emulator = Emulator("tests/templates/posting/template.json", "--tls").__enter__()
        cls.addClassCleanup(cls.emulator.__exit__, None, None, None)
        cls.tls = cls.emulator.endpoints["tls"]
        cls.trusting = ssl.create_default_context(cafile=cls.tls["certificate"])

    def management(self, verify):
        return boto3.client(
            "apigatewaymanagementapi", endpoint_url=self.tls["management"], verify=verify,
            region_name=self.emulator.endpoints["region"], aws_access_key_id="any", aws_secret_access_key="any",
        )

    def test_a_handler_posts_to_where_its_event_says(self):
        """The function builds https://{domainName}/{stage}, as the public samples do, and trusts the authority."""
        with connect(self.tls["websocket"], ssl=self.trusting) as socket:
            socket.send("marco")
            self.assertEqual(socket.recv(timeout=30), "marco")

    def test_plain_clients_are_answered_on_the_same_port(self):
        with connect(self.emulator.endpoints["websocket"]) as socket:
            socket.send("polo")
            self.assertEqual(socket.recv(timeout=30), "polo")

    def test_boto3_posts_over_tls(self):
        management = self.management(self.tls["certificate"])
        with connect(self.tls["websocket"], ssl=self.trusting) as socket:
            socket.send("who am I?")
            management.post_to_connection(ConnectionId=socket.recv(timeout=30), Data=b"from boto3")
            self.assertEqual(socket.recv(timeout=30), "from boto3")
            with self.assertRaises(management.exceptions.GoneException):
                management.post_to_connection(ConnectionId="AAAAAAAAAAAAAAA=", Data=b"hello")

    def test_nobody_trusts_it_unasked(self):
        with self.assertRaises(ssl.SSLCertVerificationError):
            connect(self.tls["websocket"], ssl=ssl.create_default_context())
        with self.assertRaises(botocore.exceptions.SSLError):
            self.management(True).get_connection(ConnectionId="AAAAAAAAAAAAAAA=")


if __name__ == "__main__":
    unittest.main()
