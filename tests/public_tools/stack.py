"""Starts the product as a user does, `npm start`, and knows where everything is."""

import json
import os
import pathlib
import signal
import subprocess
import tempfile

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


class Stack:
    """A running stack; use it in a `with` statement."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        command = ["npm", "start", "--silent", "--", "--no-web", "--state", self.folder.name]
        environment = {**os.environ, "PORT": "0"}
        self.process = subprocess.Popen(
            command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        self.printed = []
        for line in self.process.stdout:
            self.printed.append(line)
            if line.startswith("ready "):
                break
        else:
            raise RuntimeError("npm start ended: " + "".join(self.printed))
        self.endpoints = json.loads(pathlib.Path(self.folder.name, "endpoints.json").read_text())
        return self

    def __exit__(self, *_):
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.stdout.close()
        self.process.wait(timeout=30)
        self.folder.cleanup()

    def password(self, username):
        return next(user["password"] for user in self.endpoints["users"] if user["username"] == username)

    def aws(self, service, endpoint, *arguments):
        """Runs the AWS CLI with any credentials, as a stranger's machine would; gives its parsed output."""
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": self.folder.name,
            "AWS_ACCESS_KEY_ID": "any",
            "AWS_SECRET_ACCESS_KEY": "any",
            "AWS_DEFAULT_REGION": self.endpoints["region"],
        }
        program = REPOSITORY / ".venv" / "bin" / "aws"
        command = [program, service, "--endpoint-url", endpoint, "--output", "json", *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise CliError(done.stderr)
        return json.loads(done.stdout) if done.stdout.strip() else None


class CliError(Exception):
    """What the AWS CLI printed before it failed."""
