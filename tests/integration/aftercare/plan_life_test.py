"""A plan's life told by an independent reading of the specification: whatever is told twice, late or in any
order, the plan ends where the orderly telling ends, and no date or enrolment takes a way it may not."""

import asyncio
from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from services.aftercare.tables import (
    Enrolment,
    EnrolmentState,
    Message,
    MessageState,
    Occurrence,
    Plan,
    PlanState,
    Purpose,
)
from shared import clock
from shared.contracts.intake import DischargeType
from tests.templates import Templates

from .plan_life_events import Events
from .plan_life_oracle import ENROLMENT_WAYS, ON_CALENDAR, OPEN, OUT_THERE, WAYS, OrderlyTelling


class PlanLife(Events):
    """What must hold after every step, whatever was heard so far."""

    def __init__(self) -> None:
        super().__init__()
        self.dates: dict[UUID, str] = {}
        self.enrolments: dict[UUID, str] = {}
        self.superseded: set[UUID] = set()

    @rule()
    def jobs_run(self) -> None:
        """When all that is due is done, somebody who left and agreed has been offered or has meetings."""
        self.do(self.aftercare.run_jobs())
        told = OrderlyTelling(self.heard)
        for plan in self.rows(Plan):
            may_be = told.plan_of(plan.stay_id, self.now)
            if plan.state is PlanState.SUPERSEDED or PlanState.ACTIVE not in may_be or told.agreed is False:
                continue
            mine = [one for one in self.rows(Enrolment) if one.plan_id == plan.id and not one.fall_back]
            suggested = [one for one in mine if one.state is EnrolmentState.SUGGESTED]
            assert plan.state is not PlanState.DRAFT
            _, kind = told.left[plan.stay_id]
            if plan.consent_id is not None and kind is not DischargeType.UNKNOWN:
                assert plan.state in OUT_THERE or not suggested

    @invariant()
    def a_stay_has_one_plan(self) -> None:
        assert set(Counter(plan.stay_id for plan in self.rows(Plan)).values()) <= {1}
        assert {plan.stay_id for plan in self.rows(Plan)} <= {self.first, self.second}

    @invariant()
    def dates_and_enrolments_took_allowed_ways(self) -> None:
        for row in self.rows(Occurrence):
            before, state = self.dates.get(row.id), row.state.value
            assert before in (None, state) or state in WAYS.get(before, set()), (before, state)
            self.dates[row.id] = state
        for one in self.rows(Enrolment):
            before, state = self.enrolments.get(one.id), one.state.value
            assert before in (None, state) or state in ENROLMENT_WAYS[before], (before, state)
            self.enrolments[one.id] = state

    @invariant()
    def the_plans_are_where_the_orderly_telling_leaves_them(self) -> None:
        told = OrderlyTelling(self.heard)
        for plan in self.rows(Plan):
            # A later stay's plan that took over is not undone by taking that stay's discharge back.
            if plan.state is PlanState.SUPERSEDED:
                self.superseded.add(plan.id)
            if plan.id in self.superseded:
                assert plan.state in (PlanState.SUPERSEDED, PlanState.CLOSED)
                continue
            assert plan.state in told.plan_of(plan.stay_id, self.now), plan.state

    @invariant()
    def what_lies_ahead_is_a_date_of_a_meeting_the_client_goes_to_now(self) -> None:
        running = {plan.id for plan in self.rows(Plan) if plan.state in OUT_THERE}
        going = {one.id for one in self.rows(Enrolment) if one.state.value in ON_CALENDAR}
        now = clock.now()
        for row in self.rows(Occurrence):
            if row.state.value in WAYS and row.starts_at > now:
                assert row.plan_id in running
                assert row.enrolment_id in going
        assert len(running) <= 1

    @invariant()
    def after_a_death_nothing_waits_to_be_written(self) -> None:
        plans = self.rows(Plan)
        if plans and all(plan.state is PlanState.CLOSED for plan in plans):
            waiting = [one for one in self.rows(Message) if one.state is MessageState.WAITING]
            assert {one.purpose for one in waiting} <= {Purpose.PAGE_STAFF}

    @invariant()
    def after_a_no_nothing_is_suggested_or_on_the_calendar(self) -> None:
        if OrderlyTelling(self.heard).agreed is False:
            assert not {one.state.value for one in self.rows(Enrolment)} & (ON_CALENDAR | OPEN)


@pytest.mark.long
@pytest.mark.timeout(240)  # some four hundred steps, each with commits that wait for the disk
def test_whatever_is_told_twice_late_or_out_of_order_ends_where_the_orderly_telling_ends(
    templates: Templates,
) -> None:
    with asyncio.Runner() as runner:
        machine = type("PlanLifeHere", (PlanLife,), {"templates": templates, "runner": runner})
        try:
            run_state_machine_as_test(
                machine,
                settings=settings(
                    max_examples=16,
                    stateful_step_count=25,
                    deadline=None,
                    phases=[Phase.explicit, Phase.generate],
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            clock.shift(timedelta())
