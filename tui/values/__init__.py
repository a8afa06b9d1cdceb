"""What goes between the gateway and the screens: frozen values in plain types.

May import nothing else of the app.
Begin at `cases_shown.py`.
"""
