"""From facts about an event to a list of effects."""
