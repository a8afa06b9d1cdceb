"""What is drawn of signs: the strip of days, the timeline of a case, the bars of the log, the weeks.

Pure functions of values and width to rows of pieces (text, token). No widget, no app, no clock, no colour: one widget,
`tui/widgets/drawn_parts.py`, paints them. The text is the same in every look; ASCII takes the place of signs last.
"""
