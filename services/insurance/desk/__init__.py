"""What staff, the public form and other systems ask insurance over HTTP: one file a subject."""

from fastapi import APIRouter

from services.insurance.desk import (
    answers,
    comparisons,
    estimates,
    fhir,
    payers,
    phone,
    queue,
    rates,
    summaries,
    verifications,
)

router = APIRouter()
for part in (verifications, answers, summaries, comparisons, queue, phone, estimates, payers, rates):
    router.include_router(part.router, prefix="/api/v1")
router.include_router(fhir.router, prefix="/fhir/R4B")
