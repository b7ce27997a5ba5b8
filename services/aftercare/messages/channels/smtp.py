"""E-mail by SMTP submission (RFC 6409): TLS always, one connection a message, each step's failure told apart.

Until the end of DATA nothing has been taken; a connection that breaks there leaves it uncertain.
"""

import logging
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, formataddr, parseaddr

import aiosmtplib

from services.aftercare.messages.channels.outcome import TAKEN, Fate, Outcome
from services.aftercare.messages.writing import Letter
from shared import clock

log = logging.getLogger(__name__)

TIMEOUT = 20.0  # seconds, each step


@dataclass(frozen=True)
class Smtp:
    """`security`: "starttls", "tls", or "none" (loopback only, checked when it is opened)."""

    host: str
    port: int
    security: str
    sender: str
    user: str = ""
    password: str = ""
    tls: ssl.SSLContext | None = None
    repeatable: bool = False

    def __repr__(self) -> str:
        return f"Smtp({self.host}:{self.port})"

    async def send(self, address: str, letter: Letter) -> Outcome:
        message = mail(self.sender, address, letter)
        client = aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            use_tls=self.security == "tls",
            start_tls=self.security == "starttls",
            tls_context=self.tls,
            timeout=TIMEOUT,
        )
        try:
            outcome = await self._hand_over(client, address, message.as_bytes(policy=SMTP_POLICY))
        finally:
            client.close()
        return outcome

    async def _hand_over(self, client: aiosmtplib.SMTP, address: str, content: bytes) -> Outcome:
        try:
            await client.connect()
            if self.user:
                await client.login(self.user, self.password)
            await client.mail(parseaddr(self.sender)[1], encoding="ascii")
        except (aiosmtplib.SMTPAuthenticationError, aiosmtplib.SMTPSenderRefused, ssl.SSLError) as error:
            # Ours to mend, and no reason to lose a message.
            log.error("the mail server does not accept us", extra={"code": type(error).__name__})
            return Outcome(Fate.LATER, "mail_server_refuses_us")
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            log.warning("the mail server cannot be used now", extra={"code": type(error).__name__})
            return Outcome(Fate.LATER, "mail_server_away")
        try:
            await client.rcpt(address, encoding="ascii")
        except aiosmtplib.SMTPResponseException as error:
            return _refused(error.code, bad_address=True)
        except (aiosmtplib.SMTPException, OSError):
            return Outcome(Fate.LATER, "mail_server_away")
        except ValueError:  # an address that cannot be written in ASCII
            return Outcome(Fate.REFUSED, "address_refused", bad_address=True)
        try:
            await client.data(content)
        except aiosmtplib.SMTPResponseException as error:
            return _refused(error.code, bad_address=False)
        except (aiosmtplib.SMTPException, OSError):
            return Outcome(Fate.UNCERTAIN, "mail_server_broke_off")
        return TAKEN


def _refused(code: int, *, bad_address: bool) -> Outcome:
    """RFC 5321 4.2.1: 4xx may work later, 5xx will not. 552 on RCPT is an old word for a full mailbox."""
    if 400 <= code < 500 or (bad_address and code == 552):
        return Outcome(Fate.LATER, "mail_put_off")
    if 500 <= code < 600:
        why = "address_refused" if bad_address else "mail_refused"
        return Outcome(Fate.REFUSED, why, bad_address=bad_address)
    return Outcome(Fate.LATER, "mail_server_away")  # not SMTP at all, -1 for garbage


def mail(sender: str, address: str, letter: Letter) -> EmailMessage:
    """The message as it leaves. Plain text; an invitation is an alternative of it (RFC 6047 2.4)."""
    name, own = parseaddr(sender)
    message = EmailMessage(policy=SMTP_POLICY)
    message["From"] = formataddr((name, own))
    message["To"] = address
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(clock.now())
    # The same however often it is handed over, and without anything about whom it is for.
    message["Message-ID"] = f"<{letter.id}@{own.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    message["Content-Language"] = letter.language
    if letter.stop:
        message["List-Unsubscribe"] = f"<{letter.stop}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    message.set_content(letter.body, cte="quoted-printable")
    if letter.attached:
        message.add_alternative(
            letter.attached.content,
            maintype="text",
            subtype="calendar",
            cte="base64",
            params={"method": letter.attached.method.value, "charset": "utf-8", "component": "VEVENT"},
        )
    return message
