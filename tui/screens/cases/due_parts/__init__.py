"""Parts of home and of the week."""
