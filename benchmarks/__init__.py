"""Benchmarks: each module compares one component with its peers in one run."""
