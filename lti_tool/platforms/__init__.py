"""What differs between platform products: pure data, without imports from the rest of the service."""
