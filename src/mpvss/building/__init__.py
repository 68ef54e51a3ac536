"""A composed configuration or a checkpoint enters, the parts of a run leave, weights included."""
