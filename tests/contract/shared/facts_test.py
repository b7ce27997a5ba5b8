"""Facts carry ids, codes, counts and times: never words about a person."""

import json
import typing
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin
from uuid import UUID

import pytest
from pydantic import AwareDatetime

from shared.contracts.catalogue import FACTS
from shared.contracts.document import as_markdown
from shared.contracts.fact import Fact, new_id
from shared.messaging.streams import EVENTS

GOLDEN = Path(__file__).parent / "golden"
DOCUMENT = Path(__file__).parents[3] / "docs" / "events.md"
HARMLESS = (UUID, int, bool, datetime, AwareDatetime, date, Enum)


def _leaves(annotation: Any) -> list[Any]:
    origin = get_origin(annotation)
    if origin is typing.Annotated:
        return _leaves(get_args(annotation)[0])
    if origin in (tuple, list, typing.Union, UnionType):
        return [leaf for part in get_args(annotation) if part is not Ellipsis for leaf in _leaves(part)]
    return [] if annotation is type(None) else [annotation]


@pytest.mark.parametrize("fact", FACTS.values(), ids=lambda fact: fact.__name__)
def test_a_fact_has_no_field_that_could_hold_words(fact: type[Fact]) -> None:
    for name, field in fact.model_fields.items():
        for leaf in _leaves(field.annotation):
            assert isinstance(leaf, type), name
            assert issubclass(leaf, HARMLESS), f"{name} may hold any {leaf.__name__}"


@pytest.mark.parametrize("fact", FACTS.values(), ids=lambda fact: fact.__name__)
def test_the_subject_names_its_producer_its_event_and_its_version(fact: type[Fact]) -> None:
    producer = fact.__module__.rsplit(".", 1)[1]
    words = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in fact.__name__)
    assert fact.subject == f"events.{producer}.{words.lstrip('_')}.v1"
    assert EVENTS.max_msg_size


@pytest.mark.parametrize("sample", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_every_sample_ever_written_is_still_understood(sample: Path) -> None:
    stored = json.loads(sample.read_text())
    fact = FACTS[sample.stem].model_validate(stored)
    assert json.loads(fact.model_dump_json()) == stored


def test_there_is_a_sample_of_every_fact() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(FACTS)


def test_an_unknown_field_of_a_newer_producer_is_ignored() -> None:
    stored = json.loads((GOLDEN / "events.intake.client_reached.v1.json").read_text())
    fact = FACTS["events.intake.client_reached.v1"].model_validate(stored | {"new": 1})
    assert json.loads(fact.model_dump_json()) == stored


def test_the_page_about_events_says_what_the_code_says() -> None:
    assert DOCUMENT.read_text() == as_markdown(), "run `make docs`"


def test_ids_sort_by_the_time_they_were_made() -> None:
    ids = [new_id() for _ in range(1000)]
    milliseconds = [value.int >> 80 for value in ids]
    assert milliseconds == sorted(milliseconds)
    assert len(set(ids)) == 1000
    assert {value.version for value in ids} == {7}
