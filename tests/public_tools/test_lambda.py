"""The emulator's Lambda as AWS's own clients see it: boto3 and the AWS CLI, with a template of two Node functions."""

import base64
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import boto3
import botocore.config
import botocore.exceptions

from emulator import REPOSITORY, Emulator

CODE = """exports.handler = async (event, context) => {
  console.log('seen', event.word);
  if (event.word === 'bad') throw new TypeError('bad word');
  return { word: event.word, custom: context.clientContext?.custom, arn: context.invokedFunctionArn };
}"""


def function(**further):
    code = {"ZipFile": CODE}
    return {"Type": "AWS::Lambda::Function", "Properties": {
        "Runtime": "nodejs20.x", "Handler": "index.handler", "Code": code, **further,
    }}


TEMPLATE = {"Resources": {
    "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {
        "Name": "Api", "ProtocolType": "WEBSOCKET", "RouteSelectionExpression": "$request.body.action",
    }},
    "Stage": {"Type": "AWS::ApiGatewayV2::Stage", "Properties": {"ApiId": {"Ref": "Api"}, "StageName": "test"}},
    "Plain": function(FunctionName="plain"),
    "Off": function(FunctionName="off", ReservedConcurrentExecutions=0),
}}


class Lambda(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        template = pathlib.Path(folder.name, "Test.template.json")
        template.write_text(json.dumps(TEMPLATE))
        cls.emulator = Emulator(template).__enter__()
        cls.addClassCleanup(cls.emulator.__exit__, None, None, None)
        cls.endpoint = cls.emulator.endpoints["lambda"]
        cls.functions = boto3.client(
            "lambda", endpoint_url=cls.endpoint, region_name="us-east-1", aws_access_key_id="any",
            aws_secret_access_key="any", config=botocore.config.Config(retries={"total_max_attempts": 1}),
        )

    def invoke(self, word, **further):
        return self.functions.invoke(FunctionName="plain", Payload=json.dumps({"word": word}), **further)

    def assert_refused(self, code, status, **call):
        with self.assertRaises(botocore.exceptions.ClientError) as refused:
            self.functions.invoke(**call)
        answer = refused.exception.response
        self.assertEqual((answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]), (code, status))
        return answer

    def test_an_answer_comes_with_version_log_and_context(self):
        context = base64.b64encode(json.dumps({"custom": {"a": "b"}}).encode()).decode()
        answer = self.invoke("good", LogType="Tail", ClientContext=context, Qualifier="$LATEST")
        self.assertEqual((answer["StatusCode"], answer["ExecutedVersion"]), (200, "$LATEST"))
        self.assertNotIn("FunctionError", answer)
        payload = json.load(answer["Payload"])
        self.assertEqual((payload["word"], payload["custom"]), ("good", {"a": "b"}))
        self.assertTrue(payload["arn"].endswith(":function:plain:$LATEST"))
        log = base64.b64decode(answer["LogResult"]).decode()
        request = answer["ResponseMetadata"]["RequestId"]
        for line in [f"START RequestId: {request} Version: $LATEST\n", "\tseen good\n", f"REPORT RequestId: {request}\t"]:
            self.assertIn(line, log)

    def test_a_failure_is_an_answer_with_an_error(self):
        answer = self.invoke("bad")
        self.assertEqual((answer["StatusCode"], answer["FunctionError"]), (200, "Unhandled"))
        error = json.load(answer["Payload"])
        self.assertEqual((error["errorType"], error["errorMessage"]), ("TypeError", "bad word"))

    def test_events_and_dry_runs_have_their_statuses(self):
        self.assertEqual(self.invoke("later", InvocationType="Event")["StatusCode"], 202)
        self.assertEqual(self.invoke("never", InvocationType="DryRun")["StatusCode"], 204)

    def test_refusals_are_the_exceptions_of_the_model(self):
        missing = self.assert_refused("ResourceNotFoundException", 404, FunctionName="nobody")
        self.assertIn("Function not found: arn:aws:lambda:us-east-1:", missing["Error"]["Message"])
        self.assertEqual(missing["Type"], "User")
        self.assert_refused("ResourceNotFoundException", 404, FunctionName="plain", Qualifier="live")
        self.assert_refused("InvalidRequestContentException", 400, FunctionName="plain", Payload=b"not JSON")
        self.assert_refused("RequestTooLargeException", 413, FunctionName="plain", Payload=json.dumps("x" * 6_300_000))
        throttled = self.assert_refused("TooManyRequestsException", 429, FunctionName="off")
        self.assertEqual(throttled["Reason"], "ReservedFunctionConcurrentInvocationLimitExceeded")
        with self.assertRaises(self.functions.exceptions.TooManyRequestsException):
            self.functions.invoke(FunctionName="off")

    def test_the_aws_cli_invokes(self):
        with tempfile.TemporaryDirectory() as home:
            output = pathlib.Path(home, "output.json")
            environment = {
                "PATH": os.environ["PATH"], "HOME": home, "AWS_ACCESS_KEY_ID": "any",
                "AWS_SECRET_ACCESS_KEY": "any", "AWS_DEFAULT_REGION": "us-east-1",
            }
            command = [
                REPOSITORY / ".venv" / "bin" / "aws", "lambda", "invoke", "--endpoint-url", self.endpoint,
                "--function-name", "plain", "--log-type", "Tail", "--payload", '{"word":"cli"}', output,
            ]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stderr)
            answer = json.loads(done.stdout)
            self.assertEqual((answer["StatusCode"], answer["ExecutedVersion"]), (200, "$LATEST"))
            self.assertIn("\tseen cli\n", base64.b64decode(answer["LogResult"]).decode())
            self.assertEqual(json.loads(output.read_text())["word"], "cli")


if __name__ == "__main__":
    unittest.main()
