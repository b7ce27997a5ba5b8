"""The client's own calendar (RFC 5545): one series a meeting, in words that are safe on any screen."""
