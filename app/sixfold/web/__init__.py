"""The dashboard in a browser: a server on loopback, for whoever has the token."""
