"""The WebSocket protocol's public cases, Autobahn's 1 to 10, against a stage that sends every text back.

`RENEW=1 .venv/bin/python -m unittest discover -s tests/public_tools -k suite` writes the results anew.
"""

import collections
import json
import os
import pathlib
import subprocess
import tempfile
import unittest
import urllib.parse

from emulator import REPOSITORY, Emulator
from suite_proxy import SuiteProxy

RESULTS = pathlib.Path(__file__).with_name("websocket_suite.md")
KOSOKU = REPOSITORY / ".venv" / "bin" / "kosoku"
PATIENCE_SECONDS = 300
PARALLEL = 2
# Autobahn's words for a case that went as the RFC demands, or as it allows.
PASSES = {"OK", "NON-STRICT", "INFORMATIONAL"}
# What API Gateway has not, in its own documentation; the suite's remaining sections, 12 and 13, are about compression.
OUTSIDE = {
    "a text over 32 KB in one frame": ["1.1.6", "1.1.7", "1.1.8", "9.1.*"],
    "binary messages (closed with 1003)": ["1.2.*", "9.2.*", "9.4.*", "9.6.*", "9.8.*"],
    "a message over 128 KB": ["9.3.*", "9.5.*"],
    "compression": ["12.*", "13.*"],
}


def run_cases(port, folder):
    excluded = [option for patterns in OUTSIDE.values() for pattern in patterns for option in ("-x", pattern)]
    command = [KOSOKU, f"127.0.0.1:{port}", "-m", "fuzzingclient", "-p", str(PARALLEL), "-o", folder, *excluded]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS)
    (cases,) = json.loads(pathlib.Path(folder, "index.json").read_text()).values()
    return cases, done.stdout


def table(cases):
    """One line a section: how many cases, and that all have passed."""
    sections = collections.Counter(case.split(".")[0] for case in cases)
    lines = [
        "# The WebSocket protocol's public cases",
        "",
        "Autobahn's cases, run by kosoku 0.1.0 against `tests/templates/echo`: a two-way route whose function sends every text back.",
        "Written by `RENEW=1 .venv/bin/python -m unittest discover -s tests/public_tools -k suite`.",
        "",
        "| section | cases | passed |",
        "| --- | --- | --- |",
        *(f"| {section} | {count} | {count} |" for section, count in sorted(sections.items(), key=lambda item: int(item[0]))),
        f"| all | {len(cases)} | {len(cases)} |",
        "",
        "Left out, since API Gateway has none of it:",
        "",
        *(f"- {what}: {', '.join(patterns)}" for what, patterns in OUTSIDE.items()),
    ]
    return "\n".join(lines) + "\n"


class WebSocketSuite(unittest.TestCase):
    def test_every_case_within_the_limits_passes(self):
        with Emulator("tests/templates/echo/template.json") as emulator, tempfile.TemporaryDirectory() as folder:
            stage = urllib.parse.urlsplit(emulator.endpoints["websocket"])
            with SuiteProxy(stage.port, stage.path) as proxy:
                cases, printed = run_cases(proxy.port, folder)
        failed = {case: result for case, result in cases.items() if result["behavior"] not in PASSES}
        self.assertEqual(failed, {}, printed)
        results = table(cases)
        if os.environ.get("RENEW"):
            RESULTS.write_text(results)
        self.assertEqual(RESULTS.read_text(), results, "run again with RENEW=1")


if __name__ == "__main__":
    unittest.main()
