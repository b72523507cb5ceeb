"""What a back end does with the AWS SDK alone: publishes by an invocation and by an event, lists, and sends a user away."""

import json
import time
import unittest

import websockets.exceptions

from clients import PATIENCE_SECONDS, client, next_of, open_socket, sign_in_with_boto3, subject
from stack import Stack


class BackEnd(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack().__enter__()
        cls.addClassCleanup(cls.stack.__exit__, None, None, None)
        cls.token = sign_in_with_boto3(cls.stack, "bob")
        cls.bob = subject(cls.token)
        cls.functions = client(cls.stack, "lambda", cls.stack.endpoints["lambda"])
        cls.events = client(cls.stack, "events", cls.stack.endpoints["events"])

    def order(self, order):
        """Invokes fn-push as a program on AWS does, and gives its answer."""
        name = self.stack.endpoints["functions"]["fn-push"]
        answer = self.functions.invoke(FunctionName=name, Payload=json.dumps(order))
        self.assertNotIn("FunctionError", answer)
        return json.load(answer["Payload"])

    def put(self, detail, source="carillon.push"):
        """Puts an event on the default bus, and gives its id."""
        entry = {"Source": source, "DetailType": "notification", "Detail": json.dumps(detail)}
        answer = self.events.put_events(Entries=[entry])
        self.assertEqual(answer["FailedEntryCount"], 0, answer)
        return answer["Entries"][0]["EventId"]

    def publish(self, content, **further):
        return {"action": "publish", "channel": f"user:{self.bob}", "content": content, **further}

    def test_an_invocation_publishes(self):
        with open_socket(self.stack, self.token) as bob:
            answer = self.order(self.publish({"hello": 1}, name="The shop"))
            received = next_of(bob, "message")
            self.assertEqual(set(answer), {"channel", "seq", "at", "duplicate"})
            self.assertEqual((received["channel"], received["seq"]), (f"user:{self.bob}", answer["seq"]))
            self.assertEqual((received["content"], received["sender"]), ({"hello": 1}, {"id": "back-end", "name": "The shop"}))
            self.assertFalse(answer["duplicate"])
            repeated = self.publish("once", id="order-4711-shipped")
            first, second = self.order(repeated), self.order(repeated)
            self.assertEqual((second["seq"], first["duplicate"], second["duplicate"]), (first["seq"], False, True))
            self.assertEqual(self.order(self.publish("another", id="order-4711-shipped"))["error"]["code"], "conflict")
            refused = self.order({"action": "publish", "channel": "nowhere", "content": 1})["error"]
            self.assertEqual((refused["code"], refused["field"]), ("invalid_field", "channel"))

    def test_an_event_publishes_and_one_brought_twice_does_so_once(self):
        with open_socket(self.stack, self.token) as bob:
            detail = self.publish("by an event")
            event_id = self.put(detail)
            received = next_of(bob, "message")
            self.assertEqual((received["content"], received["id"]), ("by an event", event_id))
            # What EventBridge brings, brought once more.
            event = {"version": "0", "id": event_id, "detail-type": "notification", "source": "carillon.push", "detail": detail}
            again = self.order(event)
            self.assertEqual((again["seq"], again["duplicate"]), (received["seq"], True))
            self.put(self.publish("under an id of its own", id="order-4712-shipped"))
            received = next_of(bob, "message")
            self.assertEqual((received["id"], received["seq"]), ("order-4712-shipped", again["seq"] + 1))

    def test_an_event_of_another_source_is_not_for_us(self):
        with open_socket(self.stack, self.token) as bob:
            self.put(self.publish("not for us"), source="somebody.else")
            self.put(self.publish("for us"))
            self.assertEqual(next_of(bob, "message")["content"], "for us")
            bob.send('{"action":"history","data":{"channel":"user:%s","limit":2}}' % self.bob)
            contents = [entry["content"] for entry in next_of(bob, "history")["entries"]]
            self.assertNotIn("not for us", contents)

    def test_connections_are_listed_and_ended(self):
        token, phone = self.sign_in_anew("alice")
        alice = subject(token)
        with phone, open_socket(self.stack, token) as laptop:
            listed = self.order({"action": "connections", "user": alice})["connections"]
            self.assertEqual([set(one) for one in listed], [{"connection", "registeredAt", "expiresAt", "originJti"}] * 2)
            phone.send('{"action":"ping"}')
            self.assertIn(next_of(phone, "pong")["connection"], [one["connection"] for one in listed])
            self.assertEqual(self.order({"action": "disconnect", "user": alice}), {"closed": 2})
            for device in (phone, laptop):
                closing = next_of(device, "closing")
                self.assertEqual((closing["reason"], closing["retry"]), ("signed_out", False))
                with self.assertRaises(websockets.exceptions.ConnectionClosedOK) as closed:
                    device.recv(timeout=PATIENCE_SECONDS)
                self.assertEqual(closed.exception.rcvd.code, 1000)
        self.assert_refused(token)
        self.sign_in_anew("alice")[1].close()

    def test_an_event_sends_a_user_away(self):
        token, alice = self.sign_in_anew("alice")
        with alice:
            self.put({"action": "disconnect", "user": subject(token)})
            self.assertEqual(next_of(alice, "closing")["reason"], "signed_out")
        self.assert_refused(token)

    def sign_in_anew(self, username):
        """A token and its socket. A sign-in of the very second in which the user was sent away does not count: once more."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            token = sign_in_with_boto3(self.stack, username)
            try:
                return token, open_socket(self.stack, token)
            except websockets.exceptions.InvalidStatus as refused:
                self.assertEqual(refused.response.status_code, 401)
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.1)

    def assert_refused(self, token):
        with self.assertRaises(websockets.exceptions.InvalidStatus) as refused:
            open_socket(self.stack, token)
        self.assertEqual(refused.exception.response.status_code, 401)


if __name__ == "__main__":
    unittest.main()
