"""What must be true whatever dies: the same night, killed at random moments and run again, leaves the same books."""
