#!/usr/bin/env python3
"""Asks Python's Jinja2 what the templates of test/fixtures/jinja give.

    python3 scripts/jinjaCorpus.py            writes expected.jsonl beside the cases
    python3 scripts/jinjaCorpus.py --print    writes it to standard output

Needs Jinja2 3.1 (Debian: python3-jinja2). A case is one line of cases.jsonl: {"name", "template", "context"}, where
"context" is JSON text (so that integers and floats stay apart) and may be missing. An expectation is one line, in the
same order: {"name", "output"} or {"name", "error"}, the error being the name of Python's exception.
"""

import json
import sys
from pathlib import Path

import jinja2

FOLDER = Path(__file__).resolve().parent.parent / "test" / "fixtures" / "jinja"


def expectation(case):
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
    try:
        context = json.loads(case.get("context", "{}"))
        return {"output": environment.from_string(case["template"]).render(context)}
    except Exception as error:
        return {"error": type(error).__name__}


def main():
    lines = []
    for line in (FOLDER / "cases.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        lines.append(json.dumps({"name": case["name"], **expectation(case)}, ensure_ascii=True))
    text = "\n".join(lines) + "\n"
    if "--print" in sys.argv[1:]:
        sys.stdout.write(text)
    else:
        (FOLDER / "expected.jsonl").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
