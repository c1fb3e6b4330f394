"""Registration of the App, and the diagnosis that `plangate doctor` prints."""
