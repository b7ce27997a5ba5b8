"""The embedded default: NATS and PostgreSQL from wheels, a supervisor, the command line, demo and tour."""
