"""Values and rules, pure: nothing here reads a clock, a file, a socket or the environment.

A rule takes a check, an event and the moment, and returns the check as it is afterwards with what follows from it.
Times are aware datetimes in UTC; lengths of time are timedeltas.
"""
