"""`plangate demo`: a GitHub and a Plangate on this machine, with real processes and real git, without an account."""
