"""A process of Plangate and what it needs: settings, storage, serving, setup, doctor."""
