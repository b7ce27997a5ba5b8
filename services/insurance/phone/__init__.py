"""Plans that are phoned: the permit, the tasks, the form, the calls and what they settle."""
