"""What runs inside the environments of the others; nothing of ours is imported there."""
