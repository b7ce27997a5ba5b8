"""Aftercare's settings; the only file of this service that reads the environment."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr

from services.aftercare.matching.wishes import COURTESY_CAP
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    port: int = 8030
    # Public groups are small; more of a centre's clients than this are not sent to one meeting.
    courtesy_cap: int = Field(default=COURTESY_CAP, ge=1)

    # Lists of meetings that are looked at by themselves: hosts that may be asked, the folder files lie in.
    feed_hosts: str = ""  # comma-separated names; an address on the own network only as itself, with its port
    feed_folder: Path | None = None
    feed_authority: Path | None = None  # a PEM file, for a list on a server with a certificate of the house
    # A sentence that says who allowed it and when, such as "Granted by e-mail on 2 March 2027". Without one
    # SMART's finder is not read: there is no public interface, and their permission is theirs to give.
    smart_finder_permission: str = ""

    # E-mail. Without a host nothing is sent by e-mail, and plans say so.
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"  # "none" is refused off loopback
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_authority: Path | None = None  # a PEM file, for a mail server with a certificate of the house
    # A sender without the word "rehab" in it: it shows on lock screens.
    mail_from: str = ""

    # Text messages, over any gateway that takes a JSON POST.
    text_url: str = ""
    text_token: SecretStr = SecretStr("")
    text_from: str = ""
    # Signs what the gateway sends us: replies, STOP, delivery failures.
    text_webhook_secret: SecretStr = SecretStr("")

    # Keep messages for the demonstration's tray instead of sending them.
    tray: bool = False
    # Who is paged, in order: mailto: and tel: addresses of staff, comma-separated.
    on_call: str = ""
