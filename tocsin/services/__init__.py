"""The use cases, one a module: the internal API. Pages, the ping URL, commands and ticks are equal callers.

They speak to ports: the repositories above the table, and the channel kinds. `now` is read once by the caller.
"""
