"""The web process: the webhook endpoint before Flask, and the pages in Flask. Loads no GitHub client."""
