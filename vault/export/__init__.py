"""From a redacted dossier to a package for one recipient, and the recipient's way back.

Nothing here decides what may leave: `redaction` did that, and made the only type that can be rendered. This room
renders new files, has them read again by a process that knows nothing of the writer, and seals what passed.
"""
