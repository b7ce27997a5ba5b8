"""docs/events.md and docs/asyncapi.json, written from the catalogue."""

import json
import sys
from pathlib import Path
from typing import Any

from shared.contracts.catalogue import FACTS
from shared.contracts.fact import Fact

ENVELOPE = tuple(Fact.model_fields)


def as_markdown() -> str:
    """The catalogue for people: each fact with its subject, its sentence and its own fields."""
    lines = [
        "# Facts",
        "",
        "Written from `shared/contracts/` by `make docs`; a test fails when it lags behind.",
        "",
        "Every fact carries " + ", ".join(f"`{name}`" for name in ENVELOPE) + ". Headers: `Nats-Msg-Id`,",
        "`traceparent` and the CloudEvents 1.0 attributes (`ce-id`, `ce-type`, `ce-source`, `ce-subject`,",
        "`ce-time`, `ce-specversion`). Ids, codes, counts and times only: whoever needs more asks the owner.",
    ]
    producer = ""
    for subject, fact in FACTS.items():
        if subject.split(".")[1] != producer:
            producer = subject.split(".")[1]
            lines += ["", f"## {producer.capitalize()}", "", "| fact | says | fields |", "|---|---|---|"]
        own = ", ".join(f"`{name}`" for name in fact.model_fields if name not in ENVELOPE)
        lines.append(f"| `{subject}` | {_sentence(fact)} | {own} |")
    return "\n".join(lines) + "\n"


def as_asyncapi() -> dict[str, Any]:
    """The catalogue for programs: AsyncAPI 3.0."""
    channels, operations, messages = {}, {}, {}
    for subject, fact in FACTS.items():
        name = fact.__name__
        schema = fact.model_json_schema(ref_template=f"#/components/messages/{name}/payload/$defs/{{model}}")
        messages[name] = {
            "name": name,
            "contentType": "application/json",
            "summary": _sentence(fact),
            "payload": schema,
        }
        channels[name] = {"address": subject, "messages": {name: {"$ref": f"#/components/messages/{name}"}}}
        operations[f"say{name}"] = {"action": "send", "channel": {"$ref": f"#/channels/{name}"}}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Throughcare facts", "version": "1"},
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages},
    }


def _sentence(fact: type[Fact]) -> str:
    text = (
        fact.__dict__.get("__doc__")
        or "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in fact.__name__)
        .strip()
        .capitalize()
        + "."
    )
    return " ".join(text.split())


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    (folder / "events.md").write_text(as_markdown())
    (folder / "asyncapi.json").write_text(json.dumps(as_asyncapi(), indent=1) + "\n")
