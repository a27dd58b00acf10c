"""Measurements that are run by hand, each against a rival in the same run. Nothing of the service imports them."""
