"""Ways of saying it that are said again in the plain way, by what they do: ask, state, tell the order, name things."""
