"""How AsyncHandler fares in http-tests/cache-tests, the public test suite for HTTP caches."""
