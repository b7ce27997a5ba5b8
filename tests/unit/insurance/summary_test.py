"""One row of an answer in words."""

from services.insurance import x12
from services.insurance.words.rows import in_words
from tests.unit.insurance.payer_answers import ACTIVE, answer

BENEFITS = x12.read(answer(*ACTIVE)).responses[0].answers[0].benefits


def test_a_benefit_row_is_readable_and_an_unknown_code_is_shown_as_such() -> None:
    assert (
        in_words(BENEFITS[1])
        == "Deductible, one person, in network, a calendar year: $2,000.00 (the whole plan)"
    )
    (odd,) = x12.read(answer(["EB", "Q9", "", "A0"])).responses[0].answers[0].benefits
    assert in_words(odd) == "Code q9 (code A0)"
