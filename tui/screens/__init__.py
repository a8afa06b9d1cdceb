"""One file per screen. A screen gets frozen values, asks the gateway through `ask`, and sends messages."""
