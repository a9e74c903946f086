"""The fifty tasks of Meta-World v3 (Yu et al. 2020, arXiv:1910.10897), by the names used here."""

__all__ = ["TASKS", "simulator_name"]

TASKS = (
    *("assembly", "basketball", "bin-picking", "box-close", "button-press", "button-press-topdown"),
    *("button-press-topdown-wall", "button-press-wall", "coffee-button", "coffee-pull", "coffee-push"),
    *("dial-turn", "disassemble", "door-close", "door-lock", "door-open", "door-unlock", "drawer-close"),
    *("drawer-open", "faucet-close", "faucet-open", "hammer", "hand-insert", "handle-press"),
    *("handle-press-side", "handle-pull", "handle-pull-side", "lever-pull", "peg-insert-side"),
    *("peg-unplug-side", "pick-out-of-hole", "pick-place", "pick-place-wall", "plate-slide"),
    *("plate-slide-back", "plate-slide-back-side", "plate-slide-side", "push", "push-back", "push-wall"),
    *("reach", "reach-wall", "shelf-place", "soccer", "stick-pull", "stick-push", "sweep", "sweep-into"),
    *("window-close", "window-open"),
)


def simulator_name(task: str) -> str:
    """EnvPool's name of a task: "pick-place" is "MetaWorld/PickPlace-v3"."""
    return f"MetaWorld/{''.join(part.capitalize() for part in task.split('-'))}-v3"
