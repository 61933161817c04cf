"""Build, check, export, publish and query the warehouse of one home."""
