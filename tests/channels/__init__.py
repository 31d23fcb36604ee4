"""The channels, each against its provider's fake, by one table of cases."""
