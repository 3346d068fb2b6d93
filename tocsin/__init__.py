"""The house itself: rules, use cases, stores and channels. Knows neither HTTP nor AWS's events."""
