"""Scripted experts: they record demonstrations and label what a learner does. No robot runs them."""
