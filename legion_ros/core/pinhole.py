"""What a camera without distortion is."""

from dataclasses import dataclass

__all__ = ["Pinhole"]


@dataclass(frozen=True)
class Pinhole:
    """A camera without distortion; pixel (column, row) 0, 0 is the upper left one."""

    width: int
    height: int
    focal: tuple[float, float]  # pixels: along columns and rows
    centre: tuple[float, float]  # pixels, pixel corners counted: the middle of a picture is (w / 2, h / 2)
