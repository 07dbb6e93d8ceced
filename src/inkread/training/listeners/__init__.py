"""Those who listen to the loop: the log, the progress on a terminal, the curves, TensorBoard."""
