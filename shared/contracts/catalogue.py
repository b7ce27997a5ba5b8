"""Every fact there is, by the subject it travels on."""

from shared.contracts import aftercare, insurance, intake
from shared.contracts.fact import Fact

FACTS: dict[str, type[Fact]] = {
    fact.subject: fact for fact in (*intake.SAID, *insurance.SAID, *aftercare.SAID)
}
