"""The built-in clearinghouse: real X12 over HTTP, invented members, outages on demand, never live data."""
