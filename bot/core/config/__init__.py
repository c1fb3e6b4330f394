"""The configuration: its model and schema, and `app.yml` files merged in layers."""
