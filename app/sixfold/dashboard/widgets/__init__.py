"""Small widgets that panes are made of."""
