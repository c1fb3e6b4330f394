"""Registration of the App, and the diagnosis of an installation."""
