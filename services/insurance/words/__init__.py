"""What is told to clients and staff in plain words, English and Spanish: pure."""
