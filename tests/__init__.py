"""The tests mirror the packages that they test; `journeys` are whole business sentences."""
