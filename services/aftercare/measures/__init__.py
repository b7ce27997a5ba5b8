"""What the centre may count of its aftercare, small numbers hidden."""
