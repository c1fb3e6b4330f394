"""SQLite and PostgreSQL: the queue of deliveries, the store, migrations, leases and the leader."""
