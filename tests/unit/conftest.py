from hypothesis import HealthCheck, settings

# Time is for benchmarks: a busy machine must not fail a law. No database: no files left behind.
settings.register_profile(
    "unit", deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("unit")
