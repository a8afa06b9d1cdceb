"""What the product does: each function reads like its sentence. After unlock the only door for faces."""
