"""The demo shop: a small believable catalogue, its pictures drawn by code, and people to sign in as."""
