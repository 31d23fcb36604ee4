"""The channels: one seam, one adapter a provider, and the simulated phones. May import errors, values and ports."""
