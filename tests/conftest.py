"""Hypothesis profiles: ``ci`` repeats the same examples on every run, so that a red build can be looked at again."""

import os

from hypothesis import HealthCheck, settings

# A model is drawn, written as TOML, parsed and scored within one example: slow draws are no fault of the test.
_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]

settings.register_profile("dev", max_examples=40, deadline=None, suppress_health_check=_SLOW)
settings.register_profile("ci", settings.get_profile("dev"), derandomize=True)
settings.register_profile("thorough", settings.get_profile("dev"), max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev"))
