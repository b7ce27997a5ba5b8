"""The sentences of the client summary, in English and Spanish (insurance.md 8.9). Pure.

For a reader in sixth grade: short sentences, no codes, no diagnosis, no promise, never a dead end. Names in
braces are filled in; `{care}` is a phrase of `plain_words.CARE`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from services.insurance.rules.levels_of_care import OpenQuestion
from services.insurance.rules.plan_readings import Caveat
from services.insurance.rules.statements import LimitUnit, Per
from services.insurance.words.plain_words import Language
from shared.contracts.insurance import CorrectableField, DeclinedReason, UnclearReason

SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Words:
    covered_title: str
    care_title: str
    cost_title: str
    ask_title: str
    next_title: str
    know_title: str
    # Are you covered: reasons are the values of DeclinedReason and UnclearReason
    active: str
    expired: tuple[str, ...]
    inactive: Mapping[str, str]
    correction: str
    correction_next: tuple[str, ...]
    fields: Mapping[CorrectableField, str]
    unavailable: str
    ask_again: str
    ask_again_at: str
    nothing_to_do: str
    unclear: Mapping[str, str]
    unclear_otherwise: str
    unclear_next: tuple[str, ...]
    closed: Mapping[str, str]
    closed_otherwise: str
    closed_next: tuple[str, ...]
    asking: tuple[str, ...]
    ways_to_pay: tuple[str, ...]
    # The care you asked about
    care_covered: str
    care_alike: str
    care_unknown: str
    care_refused: str
    care_refused_next: str
    approval: str
    limit: str
    limit_left: str
    out_of_network: str
    network_unknown: str
    care_not_named: str
    # What you may pay
    deductible: Mapping[str, str]
    cap: Mapping[str, str]
    total: str
    total_unknown: str
    left: str
    left_unknown: str
    no_deductible_told: str
    copay: str
    coinsurance: str
    coinsurance_after: str
    for_care: str
    per: Mapping[Per, str]
    per_unknown: str
    disagreeing: str
    all_paid: str
    about: str
    between: str
    likely: str
    balance: str
    changes: Mapping[Caveat, str]
    # What we still need to ask
    will_ask: str
    will_ask_by: str
    questions: Mapping[OpenQuestion, str]
    ask_deductible: str
    # Please know
    no_promise: str
    units: Mapping[LimitUnit, str]


ENGLISH = Words(
    covered_title="Are you covered?",
    care_title="The care you asked about",
    cost_title="What you may pay",
    ask_title="What we still need to ask",
    next_title="What you can do now",
    know_title="Please know",
    active="Your plan is active.",
    expired=(
        "Your plan was active when we last asked it.",
        "That was some time ago, so we will ask it again.",
        "You do not have to do anything.",
    ),
    inactive={
        DeclinedReason.INACTIVE: "Your plan told us that it was not active on this day.",
        DeclinedReason.NO_MEDICAL_COVERAGE: (
            "Your plan told us about some benefits, but not about medical care."
        ),
        DeclinedReason.CONSENT_WITHDRAWN: (
            "You asked us not to talk to your insurance plan, so we did not ask it."
        ),
    },
    correction="Your plan could not find you with the details we have.",
    correction_next=(
        "You can send us a photo of your card.",
        "You can also call us, and we will look at it with you.",
    ),
    fields={
        CorrectableField.MEMBER_ID: "Please check the member number on the card.",
        CorrectableField.NAME: "Please check the name, as it stands on the card.",
        CorrectableField.BIRTH_DATE: "Please check the date of birth.",
        CorrectableField.PAYER: "Please check the name of the plan.",
        CorrectableField.SERVICE_DATE: "Please check the day you want care to start.",
        CorrectableField.FACILITY: "We will check our own details.",
    },
    unavailable="We could not reach your plan.",
    ask_again="We will ask again.",
    ask_again_at="We will ask again at {time}.",
    nothing_to_do="You do not have to do anything.",
    unclear={
        UnclearReason.PAYER_REFUSED: "Your plan did not answer our question. We will call it.",
        UnclearReason.NOT_READABLE: "We could not read what your plan sent us. We will call it.",
        UnclearReason.IDENTITY_NOT_ECHOED: (
            "Your plan's answer did not match the name we asked about. We will call it."
        ),
        UnclearReason.STATUS_PENDING: "Your plan is still checking your coverage. We will call it.",
        UnclearReason.STATUS_NOT_STATED: (
            "Your plan did not say if you are covered on this day. We will call it."
        ),
        UnclearReason.TRIED_TOO_OFTEN: (
            "We asked your plan several times without a clear answer. We will call it."
        ),
        UnclearReason.UNKNOWN_PAYER: "We do not know this plan yet. We will look at your card with you.",
    },
    unclear_otherwise="We need to look at your plan's answer and will call it.",
    unclear_next=("You do not have to do anything now.", "We will tell you what we learn."),
    closed={
        DeclinedReason.CONSENT_WITHDRAWN: (
            "You asked us not to talk to your insurance plan, so we did not ask it."
        ),
        SUPERSEDED: "We asked your plan again with newer details. See the newer answer.",
    },
    closed_otherwise="We stopped asking your plan.",
    closed_next=("If you want us to ask your plan, tell us.", "We can also talk about other ways to pay."),
    asking=("We are asking your plan.", "This often takes less than a minute."),
    ways_to_pay=(
        "There are still ways to get care.",
        "You may have a newer card.",
        "You may be able to get Medicaid.",
        "We can talk about payment plans and scholarships.",
    ),
    care_covered="Your plan told us that it pays for {care}.",
    care_alike="Your plan pays for care like this. It did not name {care}.",
    care_unknown="Your plan did not tell us if it pays for {care}.",
    care_refused="Your plan told us that it does not pay for {care}.",
    care_refused_next="We can talk about other kinds of care and other ways to pay.",
    approval="Your plan must say yes before you start {care}. We will ask it for you.",
    limit="Your plan pays for up to {total} {unit} of {care}.",
    limit_left="You have {left} {unit} of {care} left with your plan.",
    out_of_network="We do not have a contract with your plan. You may pay more for this reason.",
    network_unknown="We will check if we have a contract with your plan.",
    care_not_named="Tell us what kind of care you want. We will then ask what your plan pays for it.",
    deductible={
        "IND": "Your deductible for you{figure}",
        "FAM": "Your deductible for your family{figure}",
        "": "Your deductible{figure}",
    },
    cap={
        "IND": "The most you pay in a year for you{figure}",
        "FAM": "The most you pay in a year for your family{figure}",
        "": "The most you pay in a year{figure}",
    },
    total=" is {amount}.",
    total_unknown=" is not known to us.",
    left="You have {amount} of it left to pay.",
    left_unknown="We do not know how much of it you have paid.",
    no_deductible_told="Your plan did not tell us your deductible.",
    copay="You may pay {amount} {per}{care}.",
    coinsurance="You may pay {part} of the bill{care}.",
    coinsurance_after="You may pay {part} of the bill{care}, after the deductible.",
    for_care=" for {care}",
    per={Per.VISIT: "for each visit", Per.DAY: "for each day", Per.ADMISSION: "for each stay"},
    per_unknown="each time",
    disagreeing="Your plan gave us more than one number for the same thing. We took the higher one.",
    all_paid="Your plan may pay up to 100% of the bill.",
    about="We think that you may pay {amount} in all.",
    between="We think that you may pay from {low} to {high} in all.",
    likely="The most likely sum is {amount}.",
    balance="Up to {amount} of this is what we charge above what your plan allows.",
    changes={
        Caveat.COVERAGE_UNKNOWN: "You pay more if your plan does not pay for this care.",
        Caveat.COVERAGE_INHERITED: "You pay more if your plan does not pay for this care.",
        Caveat.NETWORK_UNKNOWN: "You pay more if we have no contract with your plan.",
        Caveat.AUTHORIZATION_NEEDED: "You pay more if your plan does not say yes first.",
        Caveat.DEDUCTIBLE_UNKNOWN: "It depends on your deductible, which we do not know yet.",
        Caveat.DEDUCTIBLE_USE_UNKNOWN: "You pay less if you have paid some of your deductible.",
        Caveat.CAP_UNKNOWN: "Your plan did not tell us the most you can pay in a year.",
        Caveat.COST_SHARE_UNKNOWN: "Your plan did not tell us your part of the bill.",
        Caveat.LIMIT_USE_UNKNOWN: "You pay more if your plan has paid for such care this year.",
        Caveat.LIMIT_REACHED: "Your plan stops paying after some days. You pay for the days after that.",
        Caveat.PLAN_YEAR_RENEWS: "A new plan year starts during your care. Your deductible then starts anew.",
        Caveat.RATE_ASSUMED: "We do not know yet what your plan allows us to bill.",
    },
    will_ask="We will call your plan to ask:",
    will_ask_by="We will call your plan by {day} to ask:",
    questions={
        OpenQuestion.COVERED: "Does it pay for {care}?",
        OpenQuestion.COST_SHARE: "What part of the bill do you pay for {care}?",
        OpenQuestion.DEDUCTIBLE_APPLIES: "Do you pay the deductible first for {care}?",
        OpenQuestion.AUTHORIZATION: "Does it have to say yes first for {care}?",
        OpenQuestion.LIMIT: "How long does it pay for {care}?",
        OpenQuestion.LIMIT_USED: "How much of {care} have you used this year?",
    },
    ask_deductible="What is your deductible?",
    no_promise="This is what your plan told us. It is not a promise that the plan will pay.",
    units={LimitUnit.DAYS: "days", LimitUnit.VISITS: "visits"},
)

SPANISH = Words(
    covered_title="¿Tiene cobertura?",
    care_title="La atención que pidió",
    cost_title="Lo que usted puede pagar",
    ask_title="Lo que aún vamos a preguntar",
    next_title="Lo que puede hacer ahora",
    know_title="Tenga en cuenta",
    active="Su plan está activo.",
    expired=(
        "Su plan estaba activo cuando le preguntamos.",
        "Eso fue hace un tiempo, así que le vamos a preguntar otra vez.",
        "Usted no tiene que hacer nada.",
    ),
    inactive={
        DeclinedReason.INACTIVE: "Su plan nos dijo que no estaba activo ese día.",
        DeclinedReason.NO_MEDICAL_COVERAGE: (
            "Su plan nos habló de otras ayudas, pero no de atención médica."
        ),
        DeclinedReason.CONSENT_WITHDRAWN: (
            "Usted nos pidió no hablar con su plan de seguro, así que no le preguntamos."
        ),
    },
    correction="Su plan no lo encontró con los datos que tenemos.",
    correction_next=(
        "Puede mandarnos una foto de su tarjeta.",
        "También puede llamarnos y la vemos juntos.",
    ),
    fields={
        CorrectableField.MEMBER_ID: "Por favor revise el número de miembro de la tarjeta.",
        CorrectableField.NAME: "Por favor revise el nombre, tal como está en la tarjeta.",
        CorrectableField.BIRTH_DATE: "Por favor revise la fecha de nacimiento.",
        CorrectableField.PAYER: "Por favor revise el nombre del plan.",
        CorrectableField.SERVICE_DATE: "Por favor revise el día en que quiere empezar.",
        CorrectableField.FACILITY: "Vamos a revisar nuestros propios datos.",
    },
    unavailable="No pudimos hablar con su plan.",
    ask_again="Vamos a preguntar otra vez.",
    ask_again_at="Vamos a preguntar otra vez a las {time}.",
    nothing_to_do="Usted no tiene que hacer nada.",
    unclear={
        UnclearReason.PAYER_REFUSED: "Su plan no contestó la pregunta. Lo vamos a llamar.",
        UnclearReason.NOT_READABLE: "No pudimos leer lo que mandó su plan. Lo vamos a llamar.",
        UnclearReason.IDENTITY_NOT_ECHOED: (
            "Lo que dijo su plan no era para el nombre que dimos. Lo vamos a llamar."
        ),
        UnclearReason.STATUS_PENDING: "Su plan aún revisa su cobertura. Lo vamos a llamar.",
        UnclearReason.STATUS_NOT_STATED: (
            "Su plan no dijo si usted tiene cobertura ese día. Lo vamos a llamar."
        ),
        UnclearReason.TRIED_TOO_OFTEN: (
            "Le preguntamos varias veces a su plan y no fue claro. Lo vamos a llamar."
        ),
        UnclearReason.UNKNOWN_PAYER: "Aún no conocemos este plan. Vamos a ver su tarjeta con usted.",
    },
    unclear_otherwise="Tenemos que ver lo que dijo su plan y lo vamos a llamar.",
    unclear_next=("Usted no tiene que hacer nada por ahora.", "Le vamos a contar lo que nos digan."),
    closed={
        DeclinedReason.CONSENT_WITHDRAWN: (
            "Usted nos pidió no hablar con su plan de seguro, así que no le preguntamos."
        ),
        SUPERSEDED: "Le preguntamos otra vez a su plan con datos nuevos. Vea lo que dijo ahora.",
    },
    closed_otherwise="Ya no le preguntamos a su plan.",
    closed_next=(
        "Si quiere que le preguntemos a su plan, díganos.",
        "También podemos hablar de otras formas de pagar.",
    ),
    asking=("Le estamos preguntando a su plan.", "Suele tardar menos de un minuto."),
    ways_to_pay=(
        "Aún hay formas de recibir ayuda.",
        "Tal vez tenga una tarjeta más nueva.",
        "Tal vez pueda tener Medicaid.",
        "Podemos hablar de pagos por partes y de becas.",
    ),
    care_covered="Su plan nos dijo que paga {care}.",
    care_alike="Su plan paga atención de este tipo. No nombró {care}.",
    care_unknown="Su plan no nos dijo si paga {care}.",
    care_refused="Su plan nos dijo que no paga {care}.",
    care_refused_next="Podemos hablar de otra atención y de otras formas de pagar.",
    approval="Su plan tiene que decir que sí antes de empezar {care}. Lo vamos a pedir por usted.",
    limit="Su plan paga hasta {total} {unit} de {care}.",
    limit_left="Le quedan {left} {unit} de {care} con su plan.",
    out_of_network="No tenemos contrato con su plan. Por eso puede pagar más.",
    network_unknown="Vamos a ver si tenemos contrato con su plan.",
    care_not_named="Díganos qué atención quiere. Luego le preguntamos a su plan cuánto paga.",
    deductible={
        "IND": "Su deducible para usted{figure}",
        "FAM": "Su deducible para su familia{figure}",
        "": "Su deducible{figure}",
    },
    cap={
        "IND": "Lo más que usted paga en un año{figure}",
        "FAM": "Lo más que su familia paga en un año{figure}",
        "": "Lo más que se paga en un año{figure}",
    },
    total=" es {amount}.",
    total_unknown=" no lo sabemos.",
    left="Le quedan por pagar {amount}.",
    left_unknown="No sabemos cuánto de eso ya pagó.",
    no_deductible_told="Su plan no nos dijo cuál es su deducible.",
    copay="Usted puede pagar {amount} {per}{care}.",
    coinsurance="Usted puede pagar el {part} de la cuenta{care}.",
    coinsurance_after="Usted puede pagar el {part} de la cuenta{care}, después del deducible.",
    for_care=" por {care}",
    per={Per.VISIT: "por cada visita", Per.DAY: "por cada día", Per.ADMISSION: "por cada estancia"},
    per_unknown="cada vez",
    disagreeing="Su plan nos dio más de un número para lo mismo. Tomamos el más alto.",
    all_paid="Su plan puede pagar hasta el 100% de la cuenta.",
    about="Creemos que puede pagar {amount} en total.",
    between="Creemos que puede pagar de {low} a {high} en total.",
    likely="Lo más probable es {amount}.",
    balance="Hasta {amount} de esto es lo que cobramos por encima de lo que su plan acepta.",
    changes={
        Caveat.COVERAGE_UNKNOWN: "Paga más si su plan no paga esta atención.",
        Caveat.COVERAGE_INHERITED: "Paga más si su plan no paga esta atención.",
        Caveat.NETWORK_UNKNOWN: "Paga más si no tenemos contrato con su plan.",
        Caveat.AUTHORIZATION_NEEDED: "Paga más si su plan no dice que sí antes.",
        Caveat.DEDUCTIBLE_UNKNOWN: "Depende de su deducible, que aún no sabemos.",
        Caveat.DEDUCTIBLE_USE_UNKNOWN: "Paga menos si ya pagó parte de su deducible.",
        Caveat.CAP_UNKNOWN: "Su plan no nos dijo lo más que puede pagar en un año.",
        Caveat.COST_SHARE_UNKNOWN: "Su plan no nos dijo qué parte de la cuenta le toca.",
        Caveat.LIMIT_USE_UNKNOWN: "Paga más si su plan ya pagó esa atención este año.",
        Caveat.LIMIT_REACHED: "Su plan deja de pagar después de unos días. Los demás días los paga usted.",
        Caveat.PLAN_YEAR_RENEWS: (
            "Un nuevo año del plan empieza en esos días. Su deducible empieza de nuevo."
        ),
        Caveat.RATE_ASSUMED: "Aún no sabemos cuánto nos deja cobrar su plan.",
    },
    will_ask="Vamos a llamar a su plan para preguntar:",
    will_ask_by="Vamos a llamar a su plan antes del {day} para preguntar:",
    questions={
        OpenQuestion.COVERED: "¿Paga {care}?",
        OpenQuestion.COST_SHARE: "¿Qué parte de la cuenta le toca por {care}?",
        OpenQuestion.DEDUCTIBLE_APPLIES: "¿Paga usted primero el deducible por {care}?",
        OpenQuestion.AUTHORIZATION: "¿Tiene que decir que sí antes de {care}?",
        OpenQuestion.LIMIT: "¿Hasta cuándo paga {care}?",
        OpenQuestion.LIMIT_USED: "¿Cuánto de {care} ya usó este año?",
    },
    ask_deductible="¿Cuál es su deducible?",
    no_promise="Esto es lo que nos dijo su plan. No es una promesa de que el plan va a pagar.",
    units={LimitUnit.DAYS: "días", LimitUnit.VISITS: "visitas"},
)
WORDS: Mapping[Language, Words] = {Language.ENGLISH: ENGLISH, Language.SPANISH: SPANISH}
