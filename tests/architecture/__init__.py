"""Tests of the wiring: what may know what, what stands behind every door, what every page and every table must have."""
