"""The API documents say what the services answer."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def writer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("write_openapi", ROOT / "docs" / "write_openapi.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_documents_are_in_step_with_the_code(writer: ModuleType) -> None:
    for service, document in writer.documents():
        stored = (ROOT / "docs" / "openapi" / f"{service}.json").read_text()
        assert stored == writer.as_text(document), f"{service}: run `make docs`"


def test_every_operation_for_staff_asks_for_a_token(writer: ModuleType) -> None:
    open_to_all = {
        (service, path)
        for service, document in writer.documents()
        for path, operations in document["paths"].items()
        for operation in operations.values()
        if "security" not in operation
    }
    assert open_to_all == {
        ("intake", "/api/v1/inquiries"),
        ("insurance", "/api/v1/payers"),
        ("insurance", "/fhir/R4B/metadata"),  # what the FHIR face can do, as FHIR clients expect
    }
