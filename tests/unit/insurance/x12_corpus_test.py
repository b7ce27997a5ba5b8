"""Every quirk of the corpus is read as the specification says."""

from typing import Any

import pytest

from services.insurance import x12
from services.insurance.rules.eligibility import decide
from services.insurance.x12.envelopes import interchanges
from services.insurance.x12.segments import stretches, written
from services.insurance.x12_shown import as_json, in_words
from tests.unit.insurance.corpus import Sample, samples

CORPUS = samples()
every_sample = pytest.mark.parametrize("sample", CORPUS, ids=str)


def shown(sample: Sample) -> list[dict[str, Any]]:
    transactions: list[dict[str, Any]] = as_json(x12.read(sample.raw))["transactions"]
    return transactions


@every_sample
def test_a_file_of_the_corpus_reads_as_it_should(sample: Sample) -> None:
    transactions = shown(sample)
    assert [one["outcome"] for one in transactions] == sample.outcomes
    if not transactions:
        return
    first = transactions[0]
    if sample.plan:
        assert first["plan"] == sample.plan
    if sample.benefits is not None:
        assert len(first["benefits"]) == sample.benefits
    if sample.rejections:
        assert first["rejections"] == sample.rejections
    for wanted in sample.shows:
        assert any(wanted.items() <= benefit.items() for benefit in first["benefits"]), wanted


@every_sample
def test_a_file_of_the_corpus_is_decided_as_it_should(sample: Sample) -> None:
    assert type(decide(x12.read(sample.raw), sample.asked)).__name__ == sample.decision


@every_sample
def test_a_file_of_the_corpus_warns_of_what_is_odd_and_of_nothing_else(sample: Sample) -> None:
    reading = x12.read(sample.raw)
    warnings = [*reading.warnings, *(w for r in reading.responses for w in r.warnings)]
    for wanted in sample.warnings:
        assert any(wanted in warning for warning in warnings), wanted
    assert bool(warnings) is bool(sample.warnings)


@every_sample
def test_nothing_is_lost_between_reading_and_writing(sample: Sample) -> None:
    for stretch, interchange in zip(stretches(sample.raw), interchanges(sample.raw), strict=True):
        (again,) = stretches(written(interchange.segments, interchange.delimiters))
        assert again.segments == stretch.segments
        assert again.delimiters == stretch.delimiters


@every_sample
def test_every_file_of_the_corpus_can_be_shown_in_words(sample: Sample) -> None:
    assert list(in_words(x12.read(sample.raw)))


def test_the_administrator_of_a_carve_out_can_be_called() -> None:
    (sample,) = (one for one in CORPUS if one.name == "carved_out")
    (answer,) = x12.read(sample.raw).responses[0].answers
    (administrator,) = answer.benefits[1].entities
    assert administrator.name == "QUIET HARBOUR BEHAVIOURAL"
    assert administrator.id == ""
    assert administrator.telephone == "5550100001"
    assert administrator.numbers == (("TE", "5550100001"), ("TE", "5550100002"), ("UR", "EXAMPLE.ORG"))
    assert administrator.address is not None
    assert administrator.address.lines == ("12 FICTION STREET", "FLOOR 2")
    assert (administrator.address.city, administrator.address.state) == ("SPRINGTON", "OH")
    assert administrator.speciality == "251S00000X"
