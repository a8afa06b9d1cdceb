"""Widgets that get frozen values, send messages, and know no service."""
