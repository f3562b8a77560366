"""The pages, one module a job of finance's day; each has a `router`."""
