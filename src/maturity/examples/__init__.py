"""The shipped example: a batch of invented enterprises, ``enterprises.xlsx``, as an office would send it."""
