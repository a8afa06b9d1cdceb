"""The command line: one small file per noun; each verb parses, calls one service and prints."""
