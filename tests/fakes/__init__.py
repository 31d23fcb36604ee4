"""Fakes of the providers: real HTTP servers on loopback that behave as documented and keep the ground truth."""
