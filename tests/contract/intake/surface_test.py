"""What others build on: the addresses, the shapes, and what a column may hold."""

from pathlib import Path

from services.intake.handlers import HEARD
from services.intake.main import build
from services.intake.settings import Settings
from services.intake.staff_views import VISIBLE
from services.intake.tables import Table
from shared.contracts import insurance
from shared.identity import Role

ADDRESSES = {
    "POST /api/v1/inquiries",
    "GET /api/v1/cases",
    "GET /api/v1/cases/{case_id}",
    "POST /api/v1/cases/{case_id}/claim",
    "POST /api/v1/cases/{case_id}/release",
    "POST /api/v1/cases/{case_id}/contacts",
    "POST /api/v1/cases/{case_id}/consents",
    "POST /api/v1/cases/{case_id}/disclosures",
    "PUT /api/v1/cases/{case_id}/coverage_details",
    "GET /api/v1/consents/{item}/wording",
    "POST /api/v1/cases/{case_id}/actions/request_verification",
    "POST /api/v1/cases/{case_id}/actions/choose_self_pay",
    "POST /api/v1/cases/{case_id}/actions/admit",
    "POST /api/v1/cases/{case_id}/actions/discharge",
    "POST /api/v1/hl7",
    "GET /api/v1/trays/unmatched",
}


def test_the_addresses_others_call_are_there_and_the_public_pages_are_not_in_the_description(
    keys_dir: Path,
) -> None:
    paths = build(Settings(keys_dir=keys_dir)).openapi()["paths"]
    described = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    assert described >= ADDRESSES
    assert not any(path.startswith("/en/") for path in paths)


def test_every_column_says_what_it_may_hold_and_sealed_ones_load_only_on_request() -> None:
    for mapper in Table.registry.mappers:
        for attribute in mapper.column_attrs:
            privacy = attribute.columns[0].info["privacy"]
            assert privacy in {"public", "pseudonymous", "sealed"}
            assert attribute.deferred == (privacy == "sealed"), attribute


def test_unique_constraints_sit_on_nothing_sealed() -> None:
    for table in Table.metadata.tables.values():
        for column in table.columns:
            indexed = any(column in index.columns.values() for index in table.indexes)
            assert not (column.info["privacy"] == "sealed" and (column.unique or indexed))


def test_intake_hears_everything_insurance_says_about_coverage_and_nothing_about_prices() -> None:
    assert set(HEARD) == set(insurance.SAID) - {insurance.EstimatePrepared}


def test_neither_auditor_nor_services_nor_the_ehr_read_cases() -> None:
    assert set(Role) - set(VISIBLE) == {Role.AUDITOR, Role.EHR, Role.SERVICE}
