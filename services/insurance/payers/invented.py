"""The payers of the built-in clearinghouse. All of them are invented: no plan of these names exists."""

from collections.abc import Mapping
from types import MappingProxyType

from services.insurance.payers.payer import Payer, PayerId

ADAPTERS = ("edi_http", "core_soap", "core_mime", "stedi")


def _everywhere(id: str) -> Mapping[str, tuple[PayerId, ...]]:  # noqa: A002 - X12's own word
    """The built-in clearinghouse answers on each of its faces, and knows a payer by one id on all of them."""
    return MappingProxyType({adapter: (PayerId(id),) for adapter in ADAPTERS})


INVENTED: tuple[Payer, ...] = (
    Payer(
        code="northstar",
        name="Northstar Health Plan",
        aliases=("Northstar", "Northstar PPO", "Northstar PPO Gold", "North Star"),
        phone="(555) 010-0121",
        behavioural_phone="(555) 010-0131",
        ids=_everywhere("NSTAR01"),
        multi_stc=True,
        terms={"filing_limit_days": 180},
        invented=True,
    ),
    Payer(
        code="blue-cedar",
        name="Blue Cedar Insurance",
        aliases=("Blue Cedar", "Blue Cedar PPO", "Blue Cedar HDHP", "BCI"),
        phone="(555) 010-0122",
        ids=_everywhere("BCEDAR1"),
        terms={"filing_limit_days": 365},
        invented=True,
    ),
    Payer(
        code="summit-view",
        name="Summit View HMO",
        aliases=("Summit View", "Summitview Health", "SVH"),
        phone="(555) 010-0123",
        behavioural_phone="(555) 010-0126",
        ids=_everywhere("SUMVW01"),
        carve_out_to="calm-harbor-behavioral",
        terms={"filing_limit_days": 90},
        invented=True,
    ),
    Payer(
        code="unity-first",
        name="Unity First Mutual",
        aliases=("Unity First", "Unity Mutual", "UFM"),
        phone="(555) 010-0124",
        ids=_everywhere("UNITY01"),
        multi_stc=True,
        terms={"filing_limit_days": 180},
        invented=True,
    ),
    Payer(
        code="golden-valley",
        name="Golden Valley State Plan",
        aliases=("Golden Valley", "Golden Valley Medicaid"),
        phone="(555) 010-0125",
        ids=_everywhere("GVSP001"),
        medicaid=True,
        terms={"filing_limit_days": 365},
        invented=True,
    ),
    Payer(
        code="calm-harbor-behavioral",
        name="Calm Harbor Behavioral",
        aliases=("Calm Harbor", "Calm Harbor Behavioral Health", "CHB"),
        phone="(555) 010-0126",
        behavioural_phone="(555) 010-0126",
        ids=_everywhere("CHBHV01"),
        multi_stc=True,
        terms={"filing_limit_days": 180},
        invented=True,
    ),
)
