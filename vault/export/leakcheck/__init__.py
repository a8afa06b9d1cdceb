"""The verifier: reads finished files as a stranger would and looks for what must not be in them.

It runs as a process of its own (`python -I`), gets everything by pipe and answers by pipe. It imports nothing of the
writer and nothing else of this program: shared are only the forbidden forms, the approved text, the font folder and
the reading of a font's table of letters. Whoever starts it closes the process to its neighbours first.
Its readers are pdfium and its own walk over pypdf's objects, the writer is typst; of the Word document its own lists
over zipfile and expat, the writer is python-docx.
"""
