"""The rules' refusals as answers: what went wrong in plain words, and what opens the way (spec 7.2)."""

from collections.abc import Generator
from contextlib import contextmanager

from services.intake.admissions import ImplausibleTime
from services.intake.answers import InvalidInquiry
from services.intake.case import AlreadyClaimed, Gate, GateClosed, NotHolder
from services.intake.discharge import ImplausiblePlan
from services.intake.disclosures import ConsentMissing, RequestIdTaken
from services.intake.inquiries import OtherAnswers
from services.intake.reaching import NoAddress, NotTheClientsOwn
from services.intake.records import CaseNotFound, StaleVersion
from services.intake.wordings import NoWording
from shared.problems import Problem

_ADMITTED_AT = {
    "pointer": "/admitted_at",
    "code": "implausible",
    "message": "An admission is at most a year ago and not more than a day ahead.",
}
_PLANNED_FOR = {
    "pointer": "/planned_for",
    "code": "implausible",
    "message": "A planned discharge lies ahead, at most a year.",
}
_COUNTS = ("Nothing is", "One thing is", "Two things are", "Three things are", "Four things are")


def gate_json(gate: Gate) -> dict[str, object]:
    return {
        "gate": gate.gate,
        "message": gate.message,
        "fix": {"action": gate.fix.action, "label": gate.fix.label},
    }


def not_found() -> Problem:
    """The same for a case that is not there and one the caller may not know of."""
    return Problem(404, "not_found", "Not found", "There is no such case, or you may not see it.")


@contextmanager
def answered() -> Generator[None]:
    """Around a use case: its refusals leave as problems."""
    try:
        yield
    except CaseNotFound:
        raise not_found() from None
    except StaleVersion as stale:
        problem = Problem(
            409,
            "stale_version",
            "Somebody changed this case",
            "Load the case again, look at what changed, then decide.",
            current_version=stale.current,
        )
        problem.headers = {"etag": f'"{stale.current}"'}
        raise problem from None
    except AlreadyClaimed as held:
        raise Problem(
            409,
            "already_claimed",
            "A colleague has this case",
            "It comes back to the queue by itself when nobody acts on it.",
            by=str(held.by),
            until=held.until.isoformat(),
        ) from None
    except NotHolder:
        raise Problem(409, "not_holder", "A colleague has this case", "Only they can let it go.") from None
    except GateClosed as closed:
        count = len(closed.missing)
        said = _COUNTS[count] if count < len(_COUNTS) else f"{count} things are"
        raise Problem(
            409,
            "gate_closed",
            "This is not possible yet",
            f"{said} missing.",
            missing=[gate_json(gate) for gate in closed.missing],
        ) from None
    except ImplausibleTime:
        raise Problem(
            422,
            "invalid_input",
            "Check what you entered",
            _ADMITTED_AT["message"],
            errors=[_ADMITTED_AT],
        ) from None
    except InvalidInquiry as invalid:
        raise Problem(
            422,
            "invalid_input",
            "Check what you entered",
            "Some of what was sent cannot be accepted.",
            errors=[error.as_json() for error in invalid.errors],
        ) from None
    except OtherAnswers:
        raise Problem(
            409,
            "idempotency_conflict",
            "This key was used before",
            "The same Idempotency-Key came with other answers. Use a new key for a new request.",
        ) from None
    except NoWording:
        raise Problem(
            404, "no_wording", "Not in this language", "This consent has no text in that language yet."
        ) from None
    except ConsentMissing:
        raise Problem(
            403,
            "consent_missing",
            "No consent",
            "No consent of this person allows this disclosure now.",
        ) from None
    except NotTheClientsOwn:
        raise Problem(
            409,
            "not_the_clients_own",
            "Somebody else's address",
            "What is on file belongs to whoever asked for the client. Ask the client for their own.",
        ) from None
    except NoAddress:
        raise Problem(
            409, "no_address", "No address", "The client gave no address of this kind. Ask for one."
        ) from None
    except ImplausiblePlan:
        raise Problem(
            422,
            "invalid_input",
            "Check what you entered",
            _PLANNED_FOR["message"],
            errors=[_PLANNED_FOR],
        ) from None
    except RequestIdTaken:
        raise Problem(
            409,
            "idempotency_conflict",
            "This request id was used before",
            "It belongs to another case or another purpose.",
        ) from None
