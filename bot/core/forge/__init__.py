"""What Plangate knows about a forge: events, facts, effects, roles, errors and ports."""
