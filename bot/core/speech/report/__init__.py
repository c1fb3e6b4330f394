"""The JSON report: its model, how a report is written, and how two reports are compared."""
