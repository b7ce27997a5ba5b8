"""Did it happen, how are they, who calls: attendance, the ladder, check-ins, concerns, clinical visits."""
