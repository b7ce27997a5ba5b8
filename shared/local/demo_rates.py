"""Invented rates for the demo: charged, asked of people who pay alone, promised by plans."""

from typing import Any

SINCE = "2026-01-01"
# Level of care, billing code, unit, then dollars: charged, self-pay, allowed by a plan with a contract.
LEVELS = (
    ("withdrawal", "0126", "day", "2100", "1300", "1200"),
    ("residential", "1002", "day", "1500", "850", "850"),
    ("partial", "0912", "day", "900", "480", "450"),
    ("intensive", "0906", "visit", "450", "240", "220"),
    ("outpatient", "90837", "visit", "220", "140", "130"),
)
CONTRACTS = ("northstar", "blue-cedar", "summit-view", "unity-first", "golden-valley")


def demo_rates() -> list[dict[str, Any]]:
    """Bodies for PUT /api/v1/rates of insurance: the centre's own, then one a payer."""
    own = [
        {**_rate(level, code, unit), "kind": kind, "amount": amount}
        for level, code, unit, charged, alone, _ in LEVELS
        for kind, amount in (("charge", charged), ("self_pay", alone))
    ]
    agreed = [
        {**_rate(level, code, unit), "kind": "in", "amount": allowed}
        for level, code, unit, _, _, allowed in LEVELS
    ]
    return [
        {"payer": None, "rates": own},
        *({"payer": payer, "rates": agreed} for payer in CONTRACTS),
    ]


def _rate(level: str, code: str, unit: str) -> dict[str, Any]:
    return {"level": level, "unit": unit, "billing_code": code, "valid_from": SINCE}
