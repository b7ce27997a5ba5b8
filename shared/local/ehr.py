"""The hospital's side of the tour: an HL7 v2 ADT message over MLLP, and the answer read back."""

import asyncio
from datetime import date, datetime

START, END = b"\x0b", b"\x1c\r"


def discharge_message(patient_id: str, first: str, last: str, born: date, at: datetime) -> bytes:
    """An ADT A03 in ER7. `at` is aware; the control id is the time, so two messages are two."""
    now = at.strftime("%Y%m%d%H%M%S%z")
    segments = (
        f"MSH|^~\\&|EHR|HARBOUR|THROUGHCARE|INTAKE|{now}||ADT^A03^ADT_A03|TOUR{at:%H%M%S%f}|P|2.5.1",
        f"EVN|A03|{now}",
        f"PID|1||{patient_id}^^^HARBOUR^MR||{last.upper()}^{first.upper()}||{born:%Y%m%d}",
        # PV1-36 is the discharge disposition (01: home), PV1-45 the time of discharge.
        "PV1|1|I" + "|" * 34 + "01" + "|" * 9 + now,
    )
    return "\r".join(segments).encode() + b"\r"


async def send(address: str, message: bytes) -> str:
    """Send one message and return the acknowledgement's code (AA, AE or AR) and text. Raises OSError."""
    host, _, port = address.rpartition(":")
    reader, writer = await asyncio.wait_for(asyncio.open_connection(host, int(port)), 5)
    try:
        writer.write(START + message + END)
        await writer.drain()
        answer = (await asyncio.wait_for(reader.readuntil(END), 15))[len(START) : -len(END)].decode()
    finally:
        writer.close()
    acknowledged = next((line for line in answer.split("\r") if line.startswith("MSA|")), "no MSA segment")
    return acknowledged.removeprefix("MSA|")
