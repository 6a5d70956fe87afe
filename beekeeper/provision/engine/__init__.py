"""The engine: finds resources, decides what to change, and changes it, step by step."""
