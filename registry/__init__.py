"""The registry: who tries what, what they sent, what was decided and what is listed."""
