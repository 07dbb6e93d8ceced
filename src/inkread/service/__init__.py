"""HTTP service and web page. `server.serve` starts it; nothing here imports torch."""
