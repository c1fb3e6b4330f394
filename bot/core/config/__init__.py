"""The configuration: its model, its schema and the layers of `app.yml` files."""
