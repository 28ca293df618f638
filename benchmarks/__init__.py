"""Benchmarks: each module measures one room beside its peers, in one run."""
