"""Starts the emulator alone on a template, as somebody with another project does."""

import json
import pathlib
import subprocess
import tempfile

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


class Emulator:
    """A running emulator; use it in a `with` statement."""

    def __init__(self, template, *options):
        self.template = REPOSITORY / template
        self.options = options

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        command = [
            REPOSITORY / "target" / "debug" / "emulator", "run", "--template", self.template,
            "--port", "0", "--state", self.folder.name, *self.options,
        ]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        printed = []
        for line in self.process.stdout:
            printed.append(line)
            if line.startswith("ready "):
                break
        else:
            raise RuntimeError("the emulator ended: " + "".join(printed))
        self.endpoints = json.loads(pathlib.Path(self.folder.name, "endpoints.json").read_text())
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.stdout.close()
        self.process.wait(timeout=30)
        self.folder.cleanup()
