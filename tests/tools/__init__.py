"""What make calls beside the tests."""
