"""What is written to clients: one sending door a channel, neutral words, consent asked at the last moment."""
