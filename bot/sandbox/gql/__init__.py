"""The GraphQL side: records as objects of the official schema."""
