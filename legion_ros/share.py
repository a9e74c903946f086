"""Where the files that are not Python lie: config/, launch/ and the knowledge that ships."""

from pathlib import Path

from legion_ros.core.errors import LegionError

__all__ = ["share"]


def share(*parts: str) -> Path:
    """The path of a file or folder that ships with the package, such as `share("config", "knowledge")`.

    In a source checkout (an editable install) that is the checkout itself, so that an edit counts at once;
    otherwise it is `share/legion_ros` of the prefix that pip or colcon installed the package into. Raises
    LegionError where there is no such file, naming the place looked in.
    """
    here = Path(__file__).parent
    if (here.parent / "package.xml").is_file():
        root = here.parent
    else:
        prefixes = [folder / "share" / here.name for folder in here.parents]
        root = next((folder for folder in prefixes if folder.is_dir()), None)
        if root is None:
            raise LegionError(f"{here.name} has no share folder above {here}: install it again")
    path = root.joinpath(*parts)
    if not path.exists():
        raise LegionError(f"no {'/'.join(parts)!r} in {root}")
    return path
