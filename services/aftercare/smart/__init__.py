"""The 4-Point Program: thirteen tools as worksheets, and the points as a cycle with history."""
