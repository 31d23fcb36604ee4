"""The core: alarms, crisis replies, the audit trail, races between units, and what a hostile reader found."""
