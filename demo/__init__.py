"""A customer of the platform, invented: a small tea shop and the people who write to it."""
