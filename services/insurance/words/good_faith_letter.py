"""The Good Faith Estimate as a letter, in plain English or Spanish. Pure.

Every content 45 CFR 149.610(c)(1) asks for stands in it, the disclaimers of (c)(1)(vii) to (x) in our own
words.
"""

from dataclasses import dataclass

from services.insurance.rules.good_faith import (
    DISPUTE_ABOVE,
    DISPUTE_WITHIN_DAYS,
    ExpectedService,
    GoodFaithEstimate,
)
from services.insurance.rules.level_limits import usual_unit
from services.insurance.rules.statements import LimitUnit
from services.insurance.words.plain_words import CARE, Language, TitledPart, day, listed, money

WHERE = "www.cms.gov/nosurprises"
PHONE = "1-800-985-3059"


@dataclass(frozen=True, slots=True)
class Words:
    """The letter's sentences. Names in braces are filled in."""

    patient: str
    patient_lines: tuple[str, ...]
    scheduled: str
    unscheduled: str
    provider: str
    provider_lines: tuple[str, ...]
    services: str
    service: str
    one_day: str
    codes: str
    no_codes: str
    diagnosis: str
    total: str
    total_line: str
    separate: str
    separate_line: str
    more_care: str
    rights: str
    rights_lines: tuple[str, ...]
    units: dict[LimitUnit, str]


ENGLISH = Words(
    patient="Who this is for",
    patient_lines=("Name: {name}", "Date of birth: {born}", "Made on: {made}"),
    scheduled="Care is planned to start on {start}.",
    unscheduled="No start day is set yet.",
    provider="Who gives the care",
    provider_lines=("{name}", "{address}", "Phone: {phone}", "NPI: {npi}", "Tax ID: {tin}"),
    services="The care we expect, and what it costs",
    service="{care}, {when}: {units} {unit} at {rate} each. Cost: {charge}.",
    one_day="{first} to {last}",
    codes="Service code: {codes}.",
    no_codes="Service code: not set yet.",
    diagnosis="Diagnosis code: {codes}.",
    total="What you may pay in all",
    total_line="The full cost we expect is {total}.",
    separate="Care that may come later",
    separate_line="You may also need {care}. We do not count it here. You will get a new paper for it.",
    more_care="You may need still more care. It is set up on its own, and it is not counted here.",
    rights="Your rights",
    rights_lines=(
        "These are the costs we expect now. The real care or cost may not be the same.",
        "This is not a contract. You do not have to get this care from us.",
        "You can fight the bill if it is {above} or more above this amount.",
        "You have {days} days from the day on your first bill to start.",
        "To learn how, go to {where} or call {phone}.",
        "If you do this, it will not harm the care you get.",
        "Keep this paper. You may need it if your bill is higher.",
    ),
    units={LimitUnit.DAYS: "days", LimitUnit.VISITS: "visits"},
)
SPANISH = Words(
    patient="Para quién es",
    patient_lines=("Nombre: {name}", "Fecha de nacimiento: {born}", "Hecho el: {made}"),
    scheduled="La atención debe empezar el {start}.",
    unscheduled="Aún no hay fecha para empezar.",
    provider="Quién da la atención",
    provider_lines=("{name}", "{address}", "Teléfono: {phone}", "NPI: {npi}", "Número fiscal: {tin}"),
    services="La atención que esperamos y lo que cuesta",
    service="{care}, {when}: {units} {unit} a {rate} cada uno. Costo: {charge}.",
    one_day="{first} al {last}",
    codes="Código del servicio: {codes}.",
    no_codes="Código del servicio: aún no hay.",
    diagnosis="Código de diagnóstico: {codes}.",
    total="Lo que puede pagar en total",
    total_line="El costo total que esperamos es {total}.",
    separate="Atención que puede venir después",
    separate_line="Tal vez necesite también {care}. No la contamos aquí. Le daremos otra hoja.",
    more_care="Tal vez le haga falta más atención. Esa se pide aparte y no se cuenta aquí.",
    rights="Sus derechos",
    rights_lines=(
        "Estos son los costos que esperamos hoy. La atención o el costo real pueden ser otros.",
        "Esto no es un contrato. Usted no tiene que recibir esta atención con nosotros.",
        "Puede disputar la cuenta si pasa este costo por {above} o más.",
        "Tiene {days} días desde la fecha de su primera cuenta para empezar.",
        "Para saber cómo, vaya a {where} o llame al {phone}.",
        "Si lo hace, eso no afecta la atención que recibe.",
        "Guarde esta hoja. Puede hacerle falta si la cuenta es más alta.",
    ),
    units={LimitUnit.DAYS: "días", LimitUnit.VISITS: "visitas"},
)
WORDS = {Language.ENGLISH: ENGLISH, Language.SPANISH: SPANISH}


def document(one: GoodFaithEstimate, language: Language = Language.ENGLISH) -> tuple[TitledPart, ...]:
    """The titled parts of the letter; `plain_words.as_text` makes one text of them."""
    words = WORDS[language]
    start = one.scheduled_for
    scheduled = words.scheduled.format(start=day(start, language)) if start else words.unscheduled
    facts = {
        "name": one.patient_name,
        "born": day(one.birth_date, language),
        "made": day(one.prepared_on, language),
    }
    later = [CARE[language][level] for level in one.separately_scheduled]
    parts = [
        TitledPart(words.patient, (*(line.format(**facts) for line in words.patient_lines), scheduled)),
        TitledPart(words.provider, _provider(one, words)),
        TitledPart(words.services, _services(one, words, language)),
        TitledPart(words.total, (words.total_line.format(total=money(one.total)),)),
        TitledPart(
            words.separate,
            (
                *([words.separate_line.format(care=listed(later, language))] if later else []),
                words.more_care,
            ),
        ),
        TitledPart(
            words.rights,
            tuple(
                line.format(
                    above=f"${DISPUTE_ABOVE:,.0f}", days=DISPUTE_WITHIN_DAYS, where=WHERE, phone=PHONE
                )
                for line in words.rights_lines
            ),
        ),
    ]
    return tuple(parts)


def _provider(one: GoodFaithEstimate, words: Words) -> tuple[str, ...]:
    who = one.provider
    facts = {"name": who.name, "address": who.address, "phone": who.phone, "npi": who.npi, "tin": who.tin}
    return tuple(line.format(**facts) for line in words.provider_lines)


def _services(one: GoodFaithEstimate, words: Words, language: Language) -> tuple[str, ...]:
    lines = []
    for service in sorted(one.services, key=lambda service: service.starts_on):
        lines.append(_service(service, words, language))
        codes = ", ".join(service.codes)
        lines.append(words.codes.format(codes=codes) if codes else words.no_codes)
    if one.diagnosis_codes:
        lines.append(words.diagnosis.format(codes=", ".join(one.diagnosis_codes)))
    return tuple(lines)


def _service(service: ExpectedService, words: Words, language: Language) -> str:
    first, last = day(service.starts_on, language), day(service.ends_on, language)
    care = CARE[language][service.level]
    return words.service.format(
        care=care[0].upper() + care[1:],
        when=first if first == last else words.one_day.format(first=first, last=last),
        units=service.units,
        unit=words.units[usual_unit(service.level)],
        rate=money(service.rate),
        charge=money(service.charge),
    )
