"""What the note editor is made of."""
