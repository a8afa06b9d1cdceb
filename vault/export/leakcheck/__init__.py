"""The verifier: reads finished files as a stranger would and looks for what must not be in them.

It runs as a process of its own (`python -I`), gets everything by pipe and answers by pipe. It imports nothing of the
writer and nothing else of this program: only the forbidden forms, the approved text and the font folder are shared.
Its readers are pdfium and its own walk over pypdf's objects; the writer is typst.
"""
