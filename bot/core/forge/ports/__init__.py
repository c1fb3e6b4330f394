"""The interfaces between the App and its adapters; each method documents its contract."""

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
