"""How fast inkread is on this machine: measured, kept as CSV, and compared with a reference."""
