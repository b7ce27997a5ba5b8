"""Addresses in one form, so that equal ones meet: E.164 for telephones, lower case for e-mail."""

from email.utils import parseaddr

import phonenumbers
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.aftercare import MessageChannel
from shared.sealing import keyring

_PLACE = "messages.address"
_COUNTRY = "US"  # for numbers written without one


class AddressUnusable(Exception):
    """What is on file can be no address of this kind."""


def normal(channel: MessageChannel, address: str) -> str:
    """The one form of an address; raises AddressUnusable, without the address in it."""
    return _telephone(address) if channel is MessageChannel.TEXT else _mailbox(address)


def index_of(session: AsyncSession, channel: MessageChannel, normalised: str) -> bytes:
    """The keyed hash a STOP is found by. 32 bytes."""
    return keyring(session).blind_index(_PLACE, f"{channel.value}:{normalised}")


def bare(sender: str) -> str:
    """ "Harbour <hello@example.org>" -> "hello@example.org"; "" when there is none."""
    return parseaddr(sender)[1]


def _telephone(text: str) -> str:
    try:
        number = phonenumbers.parse(text, _COUNTRY)
    except phonenumbers.NumberParseException:
        raise AddressUnusable from None
    if not phonenumbers.is_possible_number(number):
        raise AddressUnusable
    number.extension = None  # nobody texts an extension
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _mailbox(text: str) -> str:
    """Only what decides whether two are the same mailbox: no look-up, no opinion about the domain."""
    name, at, host = text.strip().rpartition("@")
    if not (name and at and host) or any(c.isspace() or c in '<>,;"' for c in text.strip()):
        raise AddressUnusable
    if not text.isprintable():
        raise AddressUnusable
    try:
        return f"{name.lower()}@{host.lower().encode('idna').decode('ascii')}"
    except UnicodeError:
        raise AddressUnusable from None
