"""Scripted experts: they record demonstrations and label what a learner does in training. No robot runs them."""
