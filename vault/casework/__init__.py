"""The caseworker's words as frozen values: no keys, no tables, no screen. Content never appears in a `repr`."""
