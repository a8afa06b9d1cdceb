"""One file per subject of the gateway: the answers that hold still."""
