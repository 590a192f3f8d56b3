"""What make runs: the environment, the tests and the audit."""
