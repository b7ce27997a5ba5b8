"""Rules of the structure that import-linter cannot see."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SOURCES = sorted([*ROOT.glob("services/**/*.py"), *ROOT.glob("shared/**/*.py")])
REFUSED_NAMES = {"utils", "helpers", "common", "manager", "base", "core", "misc"}


def _names(tree: ast.AST) -> set[str]:
    """Every dotted name the code uses, by its last two parts and its last part."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found |= {f"{node.value.id}.{node.attr}", node.attr}
        elif isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.alias):
            found.add(node.name)
    return found


def _users(*names: str) -> set[str]:
    return {
        str(path.relative_to(ROOT))
        for path in SOURCES
        if _names(ast.parse(path.read_text())).intersection(names)
    }


def test_the_environment_has_one_door() -> None:
    users = _users("os.environ", "os.getenv", "environ", "getenv", "BaseSettings")
    assert {path for path in users if not path.endswith("settings.py")} == set()


def test_the_broker_is_built_in_one_place() -> None:
    built = {
        str(path.relative_to(ROOT))
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "NatsBroker"
    }
    assert built == {"shared/messaging/broker.py"}


def test_commits_happen_in_one_place() -> None:
    committing = {
        str(path.relative_to(ROOT))
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    }
    # Setting up a database is not a use case: it runs alone, before anything else does.
    assert committing <= {"shared/migrating.py", "shared/local/postgres_roles.py"}


def test_a_subject_is_typed_only_on_its_fact() -> None:
    typed = {
        str(path.relative_to(ROOT))
        for path in SOURCES
        if "contracts" not in path.parts
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.startswith(("events.intake.", "events.insurance.", "events.aftercare."))
    }
    assert typed == set()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_has_a_name_that_says_nothing(path: Path) -> None:
    assert path.stem not in REFUSED_NAMES
