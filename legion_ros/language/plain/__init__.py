"""Ways of saying it that are said again in the plain way: asking, stating, telling the order, naming."""
