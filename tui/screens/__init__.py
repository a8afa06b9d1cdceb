"""One file per screen. A screen gets frozen values, has the gateway work for it (`ask`), and sends messages."""
