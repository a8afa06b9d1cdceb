"""How the app looks: the signs, and what stands for them in ASCII.

May import nothing else of the app.
"""
