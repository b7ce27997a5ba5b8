"""What an answer means, what it costs, what to ask next: pure, from plain values to plain values."""
