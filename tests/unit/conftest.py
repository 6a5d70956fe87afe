from hypothesis import settings

# Time is for benchmarks: a busy machine must not fail a law. No database: no files left behind.
settings.register_profile("unit", deadline=None, database=None)
settings.load_profile("unit")
