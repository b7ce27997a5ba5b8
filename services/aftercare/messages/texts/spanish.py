"""Every message in Spanish. Text messages do without á, í, ó and ú, which GSM 03.38 lacks."""

from services.aftercare.messages.purposes import Purpose
from services.aftercare.messages.texts.language import Kind, Language, Names, Text

_TEXTS = {
    Purpose.WELCOME: Text(
        "Su semana",
        "Hola:\n\nsu semana está lista. Las fechas, y qué hacer cuando una no le conviene, están en su "
        "propia "
        "página:\n{link}",
        "Hola. Su semana ya puede verse: {link}",
    ),
    Purpose.SUGGESTIONS: Text(
        "Algunas ideas para su semana",
        "Hola:\n\ntenemos algunas ideas para su semana. Nada queda fijo hasta que usted diga que sí. Puede "
        "responder aquí:\n{link}",
        "Tenemos ideas para su semana. ¿Le gusta alguna? {link}",
    ),
    Purpose.REMINDER_DAY: Text(
        "Pronto: {when}",
        "Hola:\n\nun recordatorio de {what}: {when}.\n\nLos detalles, y qué hacer si no puede ir:\n{link}",
        "Recordatorio: {what}, {when}. {link}",
    ),
    Purpose.REMINDER_HOUR: Text(
        "Hoy: {when}",
        "Hola:\n\nfalta poco para {what}: {when}.\n\nCómo llegar:\n{link}",
        "Falta poco: {what}, {when}. {link}",
    ),
    Purpose.REMINDER_JOIN: Text(
        "Empieza pronto",
        "Hola:\n\nempieza pronto {what}: {when}.\n\nPara entrar:\n{link}",
        "Empieza pronto: {what}, {when}. Para entrar: {link}",
    ),
    Purpose.UNCONFIRMED: Text(
        "Por favor, compruebe: {when}",
        "Hola:\n\nno pudimos confirmar {what}, {when}. Es posible que sí tenga lugar. Por si acaso, aquí hay "
        "otra opción para la misma semana:\n{link}",
        "No pudimos confirmar {what}, {when}. Otra idea: {link}",
    ),
    Purpose.IS_IT_HELD: Text(
        "Hay un feriado cerca: {when}",
        "Hola:\n\nhay un feriado cerca, y algunos grupos descansan. Por favor, compruebe que {what} tenga "
        "lugar: {when}.\n\nCómo comprobarlo, y otra opción:\n{link}",
        "Hay un feriado cerca. Compruebe {what}, {when}: {link}",
    ),
    Purpose.CHANGED: Text(
        "Nueva hora: {when}",
        "Hola:\n\ncambió la hora o el lugar de {what}. La próxima fecha: {when}.\n\nLo nuevo:\n{link}",
        "Nueva hora o lugar de {what}: {when}. {link}",
    ),
    Purpose.PROPOSAL: Text(
        "Algo que quizá le convenga más",
        "Hola:\n\nencontramos algo que quizá le convenga más. Nada cambia hasta que usted diga que "
        "sí:\n{link}",
        "Encontramos algo que puede convenirle. Responda cuando quiera: {link}",
    ),
    Purpose.SEAT_FREE: Text(
        "Hay un lugar para usted",
        "Hola:\n\nle guardamos un lugar hasta {answer_by}. ¿Lo quiere? Puede responder aquí:\n{link}",
        "Le guardamos un lugar hasta {answer_by}. ¿Lo quiere? {link}",
    ),
    Purpose.HOW_WAS_IT: Text(
        "¿Cómo le fue?",
        "Hola:\n\n¿cómo le fue, {when}? Basta un toque:\n{link}",
        "¿Qué tal, {when}? Basta un toque: {link}",
    ),
    Purpose.HOW_WAS_IT_AGAIN: Text(
        "¿Pudo ir?",
        "Hola:\n\n¿pudo ir, {when}? Basta un toque, y cualquier respuesta está bien:\n{link}",
        "¿Pudo ir, {when}? Basta un toque: {link}",
    ),
    Purpose.SORRY_NOT_HELD: Text(
        "Lo sentimos",
        "Hola:\n\nsentimos que no tuviera lugar, {when}. Esto es lo que sigue:\n{link}",
        "Sentimos que no tuviera lugar, {when}. Lo que sigue: {link}",
    ),
    Purpose.MISSED_YOU: Text(
        "La próxima vez",
        "Hola:\n\nno pasa nada por faltar una vez. La próxima fecha está en su página. ¿Es lo que le "
        "conviene? "
        "Si no, díganoslo y buscamos otra cosa:\n{link}",
        "No pasa nada por faltar una vez. ¿Es lo que le conviene? {link}",
    ),
    Purpose.PROOF_DUE: Text(
        "Su comprobante de {when}",
        "Hola:\n\nya puede pedir su comprobante de {when}, sin costo. Qué elegir:\n{link}",
        "Ya puede pedir su comprobante de {when}: {link}",
    ),
    Purpose.PROOF_LAST_CALL: Text(
        "Últimos días para su comprobante",
        "Hola:\n\nson los últimos días para pedir sin costo su comprobante de {when}. Qué elegir:\n{link}",
        "Queda poco tiempo para su comprobante de {when}: {link}",
    ),
    Purpose.CHECK_IN: Text(
        "¿Cómo va su semana?",
        "Hola:\n\n¿cómo va su semana? Unas preguntas cortas; deje en blanco lo que quiera:\n{link}",
        "¿Qué tal su semana? Unas preguntas cortas: {link}",
    ),
    Purpose.REVIEW: Text(
        "Es hora de ver su plan",
        "Hola:\n\nes hora de ver su plan juntos: ¿qué le conviene, qué debe cambiar?\n{link}",
        "Es hora de ver su plan juntos: {link}",
    ),
    Purpose.DOOR_OPEN: Text(
        "La puerta sigue abierta",
        "Hola:\n\nno tiene que hacer nada. La puerta sigue abierta, cuando usted quiera:\n{link}",
        "La puerta sigue abierta, cuando usted quiera: {link}",
    ),
    Purpose.NEW_LINK: Text(
        "Su nuevo enlace",
        "Hola:\n\naquí está su nuevo enlace. Abre una sola vez; pida otro cuando lo necesite:\n{link}",
        "Su nuevo enlace, abre una sola vez: {link}",
    ),
    Purpose.STOPPED: Text(
        "No habrá más mensajes",
        "Hola:\n\ncomo pidió, no recibirá nada más.",
        "De acuerdo, ya no le escribiremos. START para volver. En peligro: llame al 988 (oprima 2) o al 911.",
    ),
    Purpose.RESUMED: Text(
        "Mensajes de nuevo",
        "Hola:\n\ncomo pidió, volverá a recibir mensajes.",
        "De acuerdo, volveremos a escribirle. ALTO termina los mensajes. En peligro: 988 o 911.",
    ),
    Purpose.HELP: Text(
        "Sobre estos mensajes",
        "Hola:\n\nestos mensajes son sobre sus propias fechas. Para lo demás, llame al {phone}.",
        "Mensajes sobre sus propias fechas. Preguntas: {phone}. ALTO termina los mensajes. En peligro: "
        "988 o 911.",
    ),
    Purpose.ANSWERED: Text(
        "Gracias",
        "Hola:\n\ngracias por escribir. Aquí los mensajes no se leen enseguida; alguien le llamará. Si tiene "
        "prisa, llame al {phone}.",
        "Los mensajes no se leen enseguida. Le llamaremos, o llame al {phone}. En peligro: 988 o 911. ALTO "
        "termina "
        "los mensajes.",
    ),
    Purpose.CRISIS: Text(
        "Por favor, llame ahora al 988",
        "Usted importa. Por favor, llame ahora al 988 (oprima 2) o mande AYUDA al 988, o llame al 911. "
        "Alguien "
        "de nosotros también le llamará.",
        "Usted importa. Llame ahora al 988 (oprima 2) o mande AYUDA al 988, o llame al 911. Nosotros "
        "le llamaremos pronto.",
    ),
    Purpose.PAGE_STAFF: Text(
        "Alguien le necesita ahora",
        "Alguien le necesita ahora. Abra su escritorio y confirme:\n{desk}",
        "Alguien le necesita ahora. Abra su escritorio y confirme: {desk}",
    ),
}

_INVITATIONS = {
    Kind.SERIES: Text(
        "Para su calendario",
        "Hola:\n\nesto pone sus fechas en su calendario, desde {when}. Los detalles:\n{link}",
    ),
    Kind.SERIES_ENDS: Text(
        "Para su calendario: un final",
        "Hola:\n\nesto quita de su calendario fechas que ya no necesita. Lo que hay ahora:\n{link}",
    ),
    Kind.DATE: Text(
        "Para su calendario: {when}",
        "Hola:\n\nuna fecha de su calendario es distinta: {when}. Los detalles:\n{link}",
    ),
    Kind.DATE_OFF: Text(
        "Para su calendario: una fecha menos",
        "Hola:\n\nuna fecha no tendrá lugar: {when}. Las demás siguen. Otra opción:\n{link}",
    ),
}

_INSTEAD = Text(
    "Otro en su lugar: {when}",
    "Hola:\n\nuno de los grupos de su semana ya no está. Hay uno nuevo en su lugar, desde {when}.\n\nLos "
    "detalles, y qué hacer si no le conviene:\n{link}",
    "Ya no hay uno de sus grupos. Uno nuevo ocupa su lugar: {when}. {link}",
)

SPANISH = Language(
    code="es",
    texts=_TEXTS,
    invitations=_INVITATIONS,
    instead=_INSTEAD,
    names=Names(
        days=("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
        months=(
            "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
            "octubre", "noviembre", "diciembre",
        ),
        short_days=("lun", "mar", "mié", "jue", "vie", "sab", "dom"),
        short_months=(
            "ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic",
        ),
        long_form="{day} {number} de {month}, {clock}",
        short_form="{day} {number} {month} {clock}",
        half_days=False,
    ),
    group="su grupo",
    see_page="vea su semana",
    crisis=(
        "¿Está en peligro o piensa en hacerse daño? Llame al 988 a cualquier hora (oprima 2) o mande AYUDA "
        "al "
        "988, o llame al 911."
    ),
    crisis_short="En peligro: 988 o 911.",
    stop_short="ALTO termina los mensajes.",
    questions="¿Preguntas? Llame al {phone}.",
    next_chance="La próxima oportunidad: {next_chance}.",
    fall_back="Otra opción, en línea: {fall_back}.",
    stop="No recibir más correos como este: {stop}",
)  # fmt: skip
