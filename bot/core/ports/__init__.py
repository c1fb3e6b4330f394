"""What the core's shell needs from the outside, in the domain's words; each method says what it promises."""

from bot.core.ports.clock import Clock
from bot.core.ports.forge import Forge, Forges
from bot.core.ports.jobs import JobRecord, JobState, Leader, LeasedJob, NewJob, Queue
from bot.core.ports.store import Store

__all__ = ["Clock", "Forge", "Forges", "JobRecord", "JobState", "Leader", "LeasedJob", "NewJob", "Queue", "Store"]
