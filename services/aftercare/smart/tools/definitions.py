"""The fourteen tools of aftercare.md 1.5 as data, in handbook order. Their words lie in smart/words.

The tools and the names in `smart_name` are SMART Recovery's; how we ask is our own.
"""

from services.aftercare.smart.tools.kinds import (
    Choice,
    Column,
    Day,
    Definition,
    Earlier,
    Field,
    Long,
    Moment,
    Ranked,
    Rows,
    Scale,
    Short,
)
from shared.contracts.aftercare import Tool

# Prochaska and DiClemente's stages; relapse is no stage of its own: one goes on from where one is.
STAGES = ("precontemplation", "contemplation", "preparation", "action", "maintenance")
LIFE_AREAS = ("health", "rest", "family", "friends", "work", "money", "fun", "meaning")

_LASTING = Rows((Column("what", Short()), Column("lasts", Choice(("short", "long")))))

_IN_ORDER = (
    Definition(
        Tool.SOC,
        (1,),
        "Stages of Change",
        (
            Field("about", Short()),
            Field("stage", Choice(STAGES), needed=True),
            Field("on", Day(today=True), needed=True),
            Field("next", Long()),
        ),
    ),
    Definition(
        Tool.HOV,
        (1, 4),
        "Hierarchy of Values",
        (Field("values", Ranked(), needed=True), Field("fits", Long()), Field("more_room", Long())),
    ),
    Definition(
        Tool.CBA,
        (1,),
        "Cost-Benefit Analysis",
        (
            Field("about", Short()),
            Field("using_good", _LASTING),
            Field("using_bad", _LASTING),
            Field("stopping_good", _LASTING),
            Field("stopping_bad", _LASTING),
            Field("seen", Long()),
        ),
        at_least_one=("using_good", "using_bad", "stopping_good", "stopping_bad"),
    ),
    Definition(
        Tool.CPW,
        (1,),
        "Change Plan Worksheet",
        (
            Field("changes", Long(), needed=True),
            Field("reasons", Long()),
            Field("steps", Rows((Column("what", Short()), Column("by", Day())))),
            Field("helpers", Rows((Column("who", Short()), Column("how", Short())))),
            Field("signs", Long()),
            Field("obstacles", Rows((Column("what", Short()), Column("then", Short())))),
        ),
    ),
    Definition(
        Tool.GOL,
        (1, 4),
        "Goal Setting",
        (
            Field("goal", Short(), needed=True),
            Field("measure", Short(), needed=True),
            Field("by", Day(), needed=True),
            Field("why", Long()),
            Field("first_step", Short()),
        ),
    ),
    Definition(
        Tool.URG,
        (2,),
        "Urge Log",
        (
            Field("at", Moment(), needed=True),
            Field("strength", Scale(), needed=True),
            Field("trigger", Long()),
            Field("response", Long()),
            Field("outcome", Long()),
        ),
    ),
    Definition(
        Tool.DEADS,
        (2,),
        "DEADS",
        (
            Field("urge", Earlier(Tool.URG)),
            Field("delay", Short()),
            Field("escape", Short()),
            Field("avoid", Short()),
            Field("distract", Short()),
            Field("substitute", Short()),
        ),
        at_least_one=("delay", "escape", "avoid", "distract", "substitute"),
    ),
    Definition(
        Tool.DISARM,
        (2,),
        "DISARM",
        (
            Field("voice", Long(), needed=True),
            Field("name", Short()),
            Field("untrue", Long()),
            Field("refusal", Long(), needed=True),
        ),
    ),
    Definition(
        Tool.ANT,
        (2, 4),
        "Anticipating Scenarios",
        (
            Field("situation", Long(), needed=True),
            Field("on", Day()),
            Field("likelihood", Scale(), needed=True),
            Field("plan", Long(), needed=True),
            Field("helper", Short()),
        ),
    ),
    Definition(
        Tool.REH,
        (2, 4),
        "Role-play and rehearsing",
        (
            Field("scenario", Earlier(Tool.ANT)),
            Field("situation", Short()),
            Field("before", Scale(), needed=True),
            Field("words", Long(), needed=True),
            Field("after", Scale(), needed=True),
            Field("learned", Long()),
        ),
    ),
    Definition(
        Tool.ABC,
        (2, 3),
        "ABC",
        (
            Field("about", Choice(("urge", "upset"))),
            Field("event", Long(), needed=True),
            Field("belief", Long(), needed=True),
            Field("consequence", Long(), needed=True),
            Field("dispute", Long()),
            Field("effect", Long()),
        ),
    ),
    Definition(
        Tool.USA,
        (3,),
        "Unconditional Self-Acceptance",
        (
            Field("harsh", Long()),
            Field("statement", Long(), needed=True),
            Field("rating", Scale(), needed=True),
        ),
    ),
    Definition(
        Tool.LBP,
        (4,),
        "Lifestyle Balance Pie",
        (
            *(Field(area, Scale(), needed=True) for area in LIFE_AREAS),
            Field("more_of", Choice(LIFE_AREAS)),
            Field("step", Short()),
        ),
    ),
    Definition(
        Tool.VACI,
        (4,),
        "Vital Absorbing Creative Interest",
        (
            Field("activity", Short(), needed=True),
            Field("why", Long()),
            Field("needs", Short()),
            Field("next_on", Day(), needed=True),
        ),
    ),
)

TOOLS: dict[Tool, Definition] = {definition.tool: definition for definition in _IN_ORDER}


def tools_of(point: int) -> list[Tool]:
    """The tools that serve a point, in handbook order."""
    return [definition.tool for definition in _IN_ORDER if point in definition.points]
