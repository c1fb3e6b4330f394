"""What the core's shell needs from the outside, in the domain's words; each method says what it promises."""

from bot.core.forge.ports.clock import Clock
from bot.core.forge.ports.forge import Forge, ForgeReader, Forges
from bot.core.forge.ports.jobs import JobRecord, JobState, Leader, LeasedJob, NewJob, Queue
from bot.core.forge.ports.store import Store

__all__ = [
    "Clock",
    "Forge",
    "ForgeReader",
    "Forges",
    "JobRecord",
    "JobState",
    "Leader",
    "LeasedJob",
    "NewJob",
    "Queue",
    "Store",
]
