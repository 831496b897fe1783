"""Real servers for the tests: they are started by the test session itself and leave nothing behind."""
