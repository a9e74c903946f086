"""The `legion` command: one module per subcommand, see main.py."""
