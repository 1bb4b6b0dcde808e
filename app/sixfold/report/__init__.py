"""What a run came to: its events as an account of who did what, as text, JSON and a page. Pure."""
