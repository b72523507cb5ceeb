"""What README.md shows works as it stands there."""

import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

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
        script = self.here(script).split("aws apigatewaymanagementapi")[0]
        tools = REPOSITORY / ".venv" / "bin"
        environment = {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}", "HOME": self.stack.folder.name}
        done = subprocess.run(["sh", "-c", script], env=environment, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Items", json.loads(done.stdout))


if __name__ == "__main__":
    unittest.main()
