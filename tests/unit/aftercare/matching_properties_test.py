"""Whatever the meetings: the chosen week is the best there is, and nothing accepted is dropped for it."""

from dataclasses import replace
from itertools import combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from services.aftercare.matching.fitness import Rejected, Suitable, judge
from services.aftercare.matching.rebalancing import WORTH_A_SWAP, refill
from services.aftercare.matching.sets import Match, MeetingSet, Scored, as_set, match, preference
from services.aftercare.matching.wishes import Client, Device, Pathway, Surroundings, Window
from services.aftercare.meetings.normal_form import Listing, Modality

from .worked_example import DAYS, LA, NY, PHOENIX, A, listing

NEAR, FAR = (34.0760, -118.3540), (34.1808, -118.3090)
HOURS = [f"{hour:02}:{minute}" for hour in (11, 17, 18, 19, 21) for minute in ("00", "30")]


@st.composite
def meetings(draw: st.DrawFn, most: int = 7) -> list[Listing]:
    drawn = []
    for number in range(1, draw(st.integers(0, most)) + 1):
        online = draw(st.booleans())
        drawn.append(
            listing(
                number,
                draw(st.sampled_from(["S", "AA", "AA", "F&F"])),
                f"{draw(st.sampled_from(DAYS))} {draw(st.sampled_from(HOURS))}",
                draw(st.sampled_from([LA, LA, NY, PHOENIX])),
                draw(st.sampled_from([60, 90])),
                draw(st.sampled_from([NEAR, FAR])) if not online or draw(st.booleans()) else None,
                draw(st.sampled_from([10, 40, 90, 300])),
                online=online,
                language=draw(st.sampled_from(["en", "en", "en", "es"])),
                audience=draw(st.sampled_from(["", "", "lgbtq"])),
                proof=draw(st.sampled_from(["none", "fac", "inst"])),
                unseen=draw(st.sampled_from([0, 0, 0, 20])),
            )
        )
    return drawn


clients = st.builds(
    lambda **wishes: replace(A, **wishes),
    pathway=st.sampled_from(Pathway),
    target=st.integers(1, 7),
    modalities=st.sampled_from(
        [
            (Modality.IN_PERSON, Modality.ONLINE),
            (Modality.ONLINE, Modality.IN_PERSON),
            (Modality.ONLINE,),
        ]
    ),
    device=st.sampled_from(Device),
    verification_needed=st.booleans(),
    languages=st.sampled_from([("en",), ("es", "en")]),
    windows=st.just(tuple(Window(day, 9 * 60, 23 * 60) for day in range(7))),
    busy=st.sampled_from([(), (Window(1, 17 * 60, 19 * 60),)]),
)


def on_different_days(chosen: tuple[Scored, ...]) -> bool:
    return len({one.weekday for one in chosen}) == len(chosen)


def by_brute_force(client: Client, feasible: tuple[Scored, ...]) -> MeetingSet | None:
    """Every subset there is, the largest size that has any, the first in the order of preference."""
    for size in range(min(client.target, len(feasible)), 0, -1):
        found = [
            as_set(client, chosen)
            for chosen in combinations(feasible, size)
            if on_different_days(chosen)
            and (
                client.pathway is not Pathway.SMART_FIRST
                or 2 * sum(one.is_smart for one in chosen) >= len(chosen)
            )
        ]
        if found:
            return min(found, key=preference)
    return None


def shape(found: Match) -> tuple[object, ...]:
    return (
        [(one.id, one.score) for one in found.feasible],
        [(one.ids, one.score, one.late, one.short) for one in found.sets],
        found.fall_back and found.fall_back.id,
    )


@given(clients, meetings())
def test_no_set_of_meetings_beats_the_chosen_one(client: Client, listings: list[Listing]) -> None:
    found = match(client, listings)
    best = by_brute_force(client, found.feasible)
    assert (best.ids if best else ()) == (found.sets[0].ids if found.sets else ())


@given(clients, meetings())
def test_no_meeting_is_both_refused_and_chosen_and_each_gets_one_verdict(
    client: Client, listings: list[Listing]
) -> None:
    found = match(client, listings)
    refused = {one.listing.id for one in found.rejected}
    fits = {one.id for one in found.feasible}
    assert refused.isdisjoint(fits)
    assert refused | fits == {one.id for one in listings}
    assert all(set(one.ids) <= fits for one in found.sets)
    assert all(on_different_days(one.meetings) for one in found.sets)
    assert found.fall_back is None or found.fall_back.id in fits - set(
        found.sets[0].ids if found.sets else ()
    )


@given(clients, meetings(), meetings(4))
def test_a_meeting_that_does_not_fit_changes_nothing(
    client: Client, listings: list[Listing], more: list[Listing]
) -> None:
    unfit = [
        replace(one, id=f"more-{one.id}")
        for one in more
        if isinstance(judge(client, one, Surroundings()), Rejected)
    ]
    assert shape(match(client, listings)) == shape(match(client, [*unfit, *listings]))


@given(clients, meetings(), st.randoms())
def test_the_order_of_the_list_is_no_matter(client: Client, listings: list[Listing], random: object) -> None:
    shuffled = list(listings)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert shape(match(client, listings)) == shape(match(client, shuffled))


@given(clients, meetings(9), st.data())
@settings(max_examples=150)
def test_rebalancing_never_drops_an_accepted_meeting_that_can_be_gone_to(
    client: Client, listings: list[Listing], data: st.DataObject
) -> None:
    ids = [one.id for one in listings]
    accepted = set(data.draw(st.lists(st.sampled_from(ids), max_size=3))) if ids else set()
    found = refill(client, listings, accepted)
    judged = [judge(client, one, Surroundings(), accepted=True) for one in listings if one.id in accepted]
    possible = {one.listing.id for one in judged if isinstance(one, Suitable)}
    kept = {one.id for one in found.kept}
    assert kept == possible
    assert {one.listing.id for one in found.lost} == accepted - possible
    assert accepted.isdisjoint(one.id for one in found.added)
    if found.found.sets:
        assert kept <= set(found.found.sets[0].ids)
    else:
        assert not kept
    free_days = {one.weekday for one in found.found.feasible} - {one.weekday for one in found.kept}
    assert len(found.added) <= max(client.target - len(kept), 0)
    if client.pathway is not Pathway.SMART_FIRST:
        assert len(found.added) == min(max(client.target - len(kept), 0), len(free_days))


@given(clients, meetings(8), st.data())
def test_no_filling_of_the_hole_beats_the_one_taken(
    client: Client, listings: list[Listing], data: st.DataObject
) -> None:
    ids = [one.id for one in listings]
    accepted = set(data.draw(st.lists(st.sampled_from(ids), max_size=2))) if ids else set()
    anything = replace(client, pathway=Pathway.BOTH)
    found = refill(anything, listings, accepted)
    taken = {one.weekday for one in found.kept}
    free = [one for one in found.found.feasible if one.weekday not in taken]
    if not found.found.sets:
        return
    fillings = [
        as_set(anything, found.kept + chosen)
        for chosen in combinations(free, len(found.added))
        if on_different_days(chosen)
    ]
    assert min(map(preference, fillings)) == preference(found.found.sets[0])


@given(clients, meetings(8), st.data())
def test_a_swap_is_proposed_exactly_when_one_is_worth_fifteen_points(
    client: Client, listings: list[Listing], data: st.DataObject
) -> None:
    anything = replace(client, pathway=Pathway.BOTH)
    fits = match(anything, listings).feasible
    ids = [one.id for one in fits]
    accepted = set(data.draw(st.lists(st.sampled_from(ids), max_size=3))) if ids else set()
    found = refill(replace(anything, target=max(len(accepted), 1)), listings, accepted)
    if found.added or not found.kept:
        return
    now = as_set(anything, found.kept).score
    gains = [
        as_set(anything, (*others, entering)).score - now
        for leaving, entering in product(found.kept, found.found.feasible)
        if (others := tuple(one for one in found.kept if one is not leaving)) is not None
        and entering.weekday not in {one.weekday for one in others}
    ]
    best = max(gains, default=0)
    proposed = [swap.gain for swap in found.swaps]
    assert proposed == ([best] if best >= WORTH_A_SWAP else []) or (
        # Being in time goes before points: then the best swap by points may not be the preferred one.
        len(proposed) == 1 and proposed[0] is not None and WORTH_A_SWAP <= proposed[0] <= best
    )
