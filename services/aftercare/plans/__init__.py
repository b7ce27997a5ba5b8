"""The aftercare plan from the discharge to its end: states, enrolments, dates, timers."""
