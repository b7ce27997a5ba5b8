"""The invented clients and meetings of the worked example (docs: matching), as plain values."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.aftercare.matching.wishes import Client, Device, Pathway, Window
from services.aftercare.meetings.normal_form import (
    Basis,
    Frequency,
    Join,
    Listing,
    Meeting,
    Modality,
    Programme,
    Recurrence,
    Venue,
    Verification,
)

LA, NY, PHOENIX = "America/Los_Angeles", "America/New_York", "America/Phoenix"
IN, ON = Modality.IN_PERSON, Modality.ONLINE
EVENINGS = tuple(Window(day, 17 * 60 + 30, 21 * 60 + 30) for day in range(1, 6)) + tuple(
    Window(day, 9 * 60, 20 * 60) for day in (6, 0)
)
DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")

A = Client(
    zone=LA,
    start=datetime(2026, 10, 23, 11, tzinfo=ZoneInfo(LA)),
    windows=EVENINGS,
    modalities=(IN, ON),
    home=(34.0699, -118.3492),
    max_miles=8,
    audiences=frozenset({"lgbtq"}),
    pathway=Pathway.SMART_FIRST,
    target=3,
)
B = Client(
    zone=PHOENIX,
    start=datetime(2026, 10, 20, 10, tzinfo=ZoneInfo(PHOENIX)),
    windows=tuple(Window(day, 16 * 60 + 30, 20 * 60) for day in range(1, 5)),
    modalities=(ON,),
    languages=("es", "en"),
    pathway=Pathway.SMART_ONLY,
    verification_needed=True,
    target=2,
)
C = Client(
    zone=LA,
    start=datetime(2026, 10, 23, 11, tzinfo=ZoneInfo(LA)),
    windows=EVENINGS,
    modalities=(IN,),
    home=(34.0600, -118.3000),
    max_miles=5,
    audiences=frozenset({"women"}),
    access=frozenset({"wheelchair"}),
    device=Device.NONE,
    pathway=Pathway.BOTH,
    target=2,
)

_TODAY = date(2026, 10, 20)
_PROGRAMMES = {"S": Programme.SMART, "F&F": Programme.FAMILY, "AA": Programme.AA}
_VERIFICATION = {"none": Verification.NONE, "fac": Verification.FACILITATOR, "inst": Verification.INSTANT}


def listing(
    number: int,
    programme: str,
    slot: str,
    zone: str,
    minutes: int,
    where: tuple[float, float] | None,
    unchanged: int,
    *,
    online: bool = False,
    language: str = "en",
    audience: str = "",
    only: bool = False,
    proof: str = "none",
    wheelchair: bool = False,
    unseen: int = 0,
) -> Listing:
    day, clock = slot.split()
    audiences = frozenset({audience} if audience else ())
    meeting = Meeting(
        source="example",
        source_id=f"M{number:02}",
        programme=_PROGRAMMES[programme],
        name=f"Meeting {number}",
        recurrence=Recurrence(
            Frequency.WEEKLY, 1, DAYS.index(day), (), time.fromisoformat(clock), zone, Basis.STATED
        ),
        duration=minutes,
        duration_basis=Basis.STATED,
        modalities=frozenset(({IN} if where else set()) | ({ON} if online else set())),
        venue=Venue("", *where, "point") if where else Venue(),
        join=Join("https://meet.example.org/room") if online else Join(),
        languages=(language,),
        audiences=audiences,
        exclusive_audiences=audiences if only else frozenset(),
        access=frozenset({"wheelchair"} if wheelchair else ()),
        verification=_VERIFICATION[proof],
    )
    return Listing(
        meeting.source_id, meeting, _TODAY - timedelta(days=unseen), _TODAY - timedelta(days=unchanged)
    )


MEETINGS = [
    listing(1, "S", "Mon 18:30", LA, 90, (34.0522, -118.2437), 40, proof="fac", wheelchair=True),
    listing(2, "S", "Wed 19:00", LA, 90, (34.0195, -118.4912), 90),
    listing(
        3, "S", "Sat 10:00", LA, 60, (34.0900, -118.3617), 200,
        online=True, audience="lgbtq", proof="fac", wheelchair=True,
    ),
    listing(4, "S", "Tue 19:00", NY, 90, None, 300, online=True, proof="inst"),
    listing(5, "S", "Thu 21:00", NY, 60, None, 10, online=True, proof="inst"),
    listing(6, "S", "Mon 17:00", LA, 90, None, 120, online=True, language="es", proof="inst"),
    listing(7, "F&F", "Sat 11:00", LA, 90, None, 60, online=True, audience="family", only=True),
    listing(8, "S", "Sat 14:00", LA, 90, None, 60, online=True, audience="women", only=True, proof="inst"),
    listing(9, "AA", "Fri 19:30", LA, 60, (34.0760, -118.3540), 800, wheelchair=True),
    listing(10, "S", "Sun 17:00", LA, 90, None, 35, online=True, proof="inst"),
    listing(11, "S", "Wed 18:00", PHOENIX, 60, None, 75, online=True, proof="fac"),
    listing(12, "S", "Thu 18:00", LA, 90, (34.1808, -118.3090), 50, unseen=20),
]  # fmt: skip


def without(*ids: str) -> list[Listing]:
    return [one for one in MEETINGS if one.id not in ids]
