"""Benchmarks that anyone can run: `make bench`. Every figure is a ratio against the bare stack,
measured in the same run on the same machine, so that it says something elsewhere too."""
