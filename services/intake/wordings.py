"""The exact words people agree to, by item, language and version.

A published wording is never edited: a change is a new version beside the old one, so that the hash kept
with a consent can always be matched with the text that was on the screen. The insurer text carries the
elements of 42 CFR 2.31(a); the comments name them. Counsel reads it before a real centre uses it.
"""

import hashlib
from dataclasses import dataclass
from typing import Literal

from shared.contracts.intake import ConsentItem

Language = Literal["en", "es"]


class NoWording(KeyError):
    """This consent has no text in that language."""


@dataclass(frozen=True)
class Wording:
    """What was on the screen: the sentence beside the box and the paragraphs under it."""

    item: ConsentItem
    language: str
    version: int
    label: str
    paragraphs: tuple[str, ...] = ()

    def said_by(self, centre: str) -> "Wording":
        """The wording as shown by one centre: its name is part of what is agreed to."""
        return Wording(
            self.item,
            self.language,
            self.version,
            self.label.format(centre=centre),
            tuple(paragraph.format(centre=centre) for paragraph in self.paragraphs),
        )

    @property
    def sha256(self) -> bytes:
        """Hash of the exact text, 32 bytes."""
        return hashlib.sha256("\n".join((self.label, *self.paragraphs)).encode()).digest()


_PUBLISHED = (
    Wording(
        ConsentItem.CONTACT,
        "en",
        1,
        "Yes, {centre} may call or write to me about my request.",
    ),
    Wording(
        ConsentItem.INSURER,
        "en",
        1,
        "Yes, {centre} may ask my insurer what my plan pays for.",
        (
            # (1) the patient, (2) who discloses, (4) the recipient
            "I am the person named on this form. I allow {centre} to contact the health plan I name here,"
            " and the companies that answer benefits questions for it.",
            # (3) how much and what kind of information
            "It may tell them my name, birth date and member ID, and that I am asking about treatment for"
            " substance use. Nothing else.",
            # (5) the purpose
            "The reason: to find out what my plan pays for treatment.",
            # (6) the right to revoke, how, and the reliance exception
            "I can take this back at any time. I can do so in writing or by telling any staff member."
            " What was already asked cannot be unasked.",
            # (7) the expiry
            "If I do nothing, this ends by itself one year from today.",
            # 2.31(a)(4)(iii): redisclosure, and the bar on use in proceedings
            "My plan may share what it learns as privacy law (HIPAA) allows."
            " It may not be used against me in court unless I agree or a judge orders it.",
            # the consequences of refusal
            "If I say no, I can still get help here. I may then not know what treatment will cost me.",
            # (8) signature and (9) date
            "Ticking this box and sending the form is my signature, with today's date.",
        ),
    ),
    # Version 2 names the whole card and, where it is somebody else's, the policy holder.
    Wording(
        ConsentItem.INSURER,
        "en",
        2,
        "Yes, {centre} may ask my insurer what my plan pays for.",
        (
            # (1) the patient, (2) who discloses, (4) the recipient
            "I am the person named on this form. I allow {centre} to contact the health plan I name here,"
            " and the companies that answer benefits questions for it.",
            # (3) how much and what kind of information
            "It may tell them my name, my birth date, the numbers on my card, and that I am asking about"
            " treatment for substance use. If the plan is in someone else's name, it may also tell them that"
            " person's name and birth date, and how we are related. Nothing else.",
            # (5) the purpose
            "The reason: to find out what my plan pays for treatment.",
            # (6) the right to revoke, how, and the reliance exception
            "I can take this back at any time. I can do so in writing or by telling any staff member."
            " What was already asked cannot be unasked.",
            # (7) the expiry
            "If I do nothing, this ends by itself one year from today.",
            # 2.31(a)(4)(iii): redisclosure, and the bar on use in proceedings
            "My plan may share what it learns as privacy law (HIPAA) allows."
            " It may not be used against me in court unless I agree or a judge orders it.",
            # the consequences of refusal
            "If I say no, I can still get help here. I may then not know what treatment will cost me.",
            # (8) signature and (9) date
            "Ticking this box and sending the form, or signing it on paper, is my signature, with today's"
            " date.",
        ),
    ),
    Wording(
        ConsentItem.INSURER,
        "es",
        2,
        "Sí, {centre} puede preguntar a mi seguro qué paga mi plan.",
        (
            "Soy la persona nombrada en este formulario. Permito que {centre} se comunique con el plan de"
            " salud que nombro aquí y con las empresas que responden por él sobre sus beneficios.",
            "Puede decirles mi nombre, mi fecha de nacimiento, los números de mi tarjeta y que pregunto"
            " por un tratamiento por consumo de sustancias. Si el plan está a nombre de otra persona,"
            " también puede decirles el nombre y la fecha de nacimiento de esa persona y qué relación"
            " tenemos. Nada más.",
            "El motivo: saber qué paga mi plan por el tratamiento.",
            "Puedo retirar este permiso en cualquier momento, por escrito o diciéndoselo a cualquier"
            " empleado. Lo que ya se preguntó no se puede deshacer.",
            "Si no hago nada, este permiso termina solo en un año a partir de hoy.",
            "Mi plan puede compartir lo que sepa según lo permita la ley de privacidad (HIPAA). No se"
            " puede usar en mi contra en un tribunal, a menos que yo lo acepte o un juez lo ordene.",
            "Si digo que no, aquí me pueden ayudar igual. Quizá entonces no sepa cuánto me costará el"
            " tratamiento.",
            "Marcar esta casilla y enviar el formulario, o firmarlo en papel, es mi firma, con la fecha"
            " de hoy.",
        ),
    ),
    Wording(
        ConsentItem.AFTERCARE,
        "en",
        1,
        "Yes, {centre} may plan support meetings for me after treatment and remind me of them.",
        (
            "Reminders come only to the phone or email above. They never name us or the group.",
            "I can stop them at any time, with one word. Saying no changes nothing about my treatment.",
        ),
    ),
    Wording(
        ConsentItem.AFTERCARE,
        "es",
        1,
        "Sí, {centre} puede planear reuniones de apoyo para mí después del tratamiento y recordármelas.",
        (
            "Los recordatorios llegan solo al teléfono o correo de arriba. Nunca dicen quiénes somos ni qué"
            " grupo es.",
            "Puedo detenerlos en cualquier momento, con una palabra. Decir que no no cambia nada de mi"
            " tratamiento.",
        ),
    ),
    Wording(
        ConsentItem.INTRODUCTION,
        "en",
        1,
        "Yes, {centre} may tell the one person I name below that I am coming to their group.",
        (
            # (1) the patient, (2) who discloses, (4) the recipient by name
            "I am the person named on this form. I allow {centre} to speak with the one person whose name I"
            " write beside my signature.",
            # (3) how much and what kind of information
            "It may tell them the name I go by and which day I come first. They will understand that I was a"
            " client here. Nothing from my records. Nothing else.",
            # (5) the purpose
            "The reason: so that somebody expects me and I do not walk in alone.",
            # (6) the right to revoke, how, and the reliance exception
            "I can take this back at any time. I can do so in writing or by telling any staff member."
            " What was already said cannot be unsaid.",
            # (7) the expiry
            "If I do nothing, this ends by itself one year from today.",
            # 2.31(a)(4): redisclosure
            "That person is asked to keep it to themselves. The law forbids passing it on, but I know I rely"
            " on them.",
            # the consequences of refusal
            "If I say no, I can go to every meeting all the same, and nobody is told.",
            # (8) signature and (9) date
            "I sign this on paper or on a screen. That is my signature, with today's date.",
        ),
    ),
    Wording(
        ConsentItem.INTRODUCTION,
        "es",
        1,
        "Sí, {centre} puede decirle a la única persona que nombro abajo que voy a ir a su grupo.",
        (
            "Soy la persona nombrada en este formulario. Permito que {centre} hable con la única persona cuyo"
            " nombre escribo junto a mi firma.",
            "Puede decirle el nombre que uso y qué día voy por primera vez. Esa persona entenderá que fui"
            " cliente aquí. Nada de mi expediente. Nada más.",
            "El motivo: que alguien me espere y no llegue sin conocer a nadie.",
            "Puedo retirar este permiso en cualquier momento, por escrito o diciéndoselo a cualquier"
            " empleado. Lo que ya se dijo no se puede deshacer.",
            "Si no hago nada, este permiso termina solo en un año a partir de hoy.",
            "A esa persona se le pide que no lo cuente. La ley prohíbe contarlo, pero sé que confío en ella.",
            "Si digo que no, puedo ir igual a todas las reuniones, y no se le dice a nadie.",
            "Firmo esto en papel o en una pantalla. Esa es mi firma, con la fecha de hoy.",
        ),
    ),
    Wording(
        ConsentItem.TREATMENT,
        "en",
        1,
        "I agree to be treated at {centre}.",
        ("Staff have explained the treatment, its risks and the other choices. I can stop at any time.",),
    ),
    Wording(
        ConsentItem.TEXTS,
        "en",
        1,
        "Yes, {centre} may send me text messages. Treatment does not depend on this.",
    ),
    Wording(
        ConsentItem.SUD_BENEFITS,
        "en",
        1,
        "Yes, {centre} may ask my plan about benefits for substance use treatment by name.",
        ("The rules of my consent to ask my insurer hold for this too.",),
    ),
    # Version 2 stands on its own: every element of 2.31(a) is in it, and it is signed at the desk.
    Wording(
        ConsentItem.SUD_BENEFITS,
        "en",
        2,
        "Yes, {centre} may ask my plan about addiction treatment benefits by name.",
        (
            # (1) the patient, (2) who discloses, (4) the recipient
            "I am the person named on this form. I allow {centre} to ask my health plan, and the companies"
            " that answer benefits questions for it, about addiction treatment by name.",
            # (3) how much and what kind of information
            "It may tell them what my consent to ask my insurer allows, and which kinds of care I ask about,"
            " such as detox, residential or outpatient care. Nothing from my records. Nothing else.",
            # (5) the purpose
            "The reason: a plan often answers for this care only when it is asked by name. I want to know"
            " what it pays.",
            # (6) the right to revoke, how, and the reliance exception
            "I can take this back at any time. I can do so in writing or by telling any staff member. It also"
            " ends when I take back my consent to ask my insurer. What was already asked cannot be unasked.",
            # (7) the expiry
            "If I do nothing, this ends by itself one year from today.",
            # 2.31(a)(4)(iii): redisclosure, and the bar on use in proceedings
            "My plan may share what it learns as privacy law (HIPAA) allows."
            " It may not be used against me in court unless I agree or a judge orders it.",
            # the consequences of refusal
            "If I say no, I can still get help here. {centre} may then know less about what I will have"
            " to pay.",
            # (8) signature and (9) date
            "I sign this on paper or on a screen. That is my signature, with today's date.",
        ),
    ),
    Wording(
        ConsentItem.SUD_BENEFITS,
        "es",
        2,
        "Sí, {centre} puede preguntar a mi plan por los beneficios para tratar la adicción,"
        " llamándolos por su nombre.",
        (
            "Soy la persona nombrada en este formulario. Permito que {centre} pregunte a mi plan de"
            " salud, y a las empresas que responden por él sobre sus beneficios, por el tratamiento de la"
            " adicción.",
            "Puede decirles lo que permite mi consentimiento para preguntar a mi seguro y por qué tipos de"
            " atención pregunto, como desintoxicación, atención residencial o ambulatoria. Nada de mi"
            " expediente. Nada más.",
            "El motivo: muchas veces un plan solo responde sobre esta atención si se le pregunta por su"
            " nombre. Quiero saber qué paga.",
            "Puedo retirar este permiso en cualquier momento, por escrito o diciéndoselo a cualquier"
            " empleado. También termina si retiro mi consentimiento para preguntar a mi seguro. Lo que ya"
            " se preguntó no se puede deshacer.",
            "Si no hago nada, este permiso termina solo en un año a partir de hoy.",
            "Mi plan puede compartir lo que sepa según lo permita la ley de privacidad (HIPAA). No se"
            " puede usar en mi contra en un tribunal, a menos que yo lo acepte o un juez lo ordene.",
            "Si digo que no, aquí me pueden ayudar igual. Quizá {centre} sepa entonces menos sobre lo que"
            " tendré que pagar.",
            "Firmo esto en papel o en una pantalla. Esa es mi firma, con la fecha de hoy.",
        ),
    ),
)


def current(item: ConsentItem, language: str, centre: str) -> Wording:
    """The newest published wording, in the centre's name. Raises NoWording."""
    texts = [w for w in _PUBLISHED if w.item is item and w.language == language]
    if not texts:
        raise NoWording
    return max(texts, key=lambda wording: wording.version).said_by(centre)
