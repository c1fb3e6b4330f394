"""What a plan is measured by: the constitution and the plan template."""
