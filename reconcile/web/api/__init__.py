"""The HTTP interface for other programs: bearer tokens with scopes, JSON, described by OpenAPI (docs/api.md)."""
