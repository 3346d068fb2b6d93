"""The ways to tell people: one module a kind of channel, all behind `port.Channel`."""
