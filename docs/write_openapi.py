"""Writes docs/openapi/<service>.json from the running code: `python docs/write_openapi.py [folder]`."""

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from services.aftercare.main import build as build_aftercare
from services.aftercare.settings import Settings as AftercareSettings
from services.insurance.main import build as build_insurance
from services.insurance.settings import Settings as InsuranceSettings
from services.intake.main import build as build_intake
from services.intake.settings import Settings as IntakeSettings
from shared.local.keys import make_keys


def documents() -> Iterator[tuple[str, dict[str, Any]]]:
    """(service, OpenAPI 3.1 document) of every service with an API. Nothing is started or connected."""
    with tempfile.TemporaryDirectory() as folder:
        keys = Path(folder) / "keys"
        make_keys(keys)
        url = f"sqlite+aiosqlite:///{folder}/unused.db"
        yield "intake", build_intake(IntakeSettings(keys_dir=keys, database_url=url)).openapi()
        yield "insurance", build_insurance(InsuranceSettings(keys_dir=keys, database_url=url)).openapi()
        yield "aftercare", build_aftercare(AftercareSettings(keys_dir=keys, database_url=url)).openapi()


def as_text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/openapi")
    target.mkdir(parents=True, exist_ok=True)
    for service, document in documents():
        (target / f"{service}.json").write_text(as_text(document))
