"""What the App does with a job: gather facts, decide, apply the effects, remember."""
