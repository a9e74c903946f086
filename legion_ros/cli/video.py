"""Pictures with times, written as an mp4 that browsers play (H.264, yuv420p)."""

from pathlib import Path
from types import TracebackType

import imageio_ffmpeg
import numpy as np

__all__ = ["Video"]

LONGEST_GAP = 5.0  # s: a longer one is cut short, in film as in life


class Video:
    """A video in the pictures' own time: each is shown until the time of the next.

    Args:
        path: of the mp4.
        rate: pictures in a second.
    """

    def __init__(self, path: Path, rate: int = 20) -> None:
        self.path, self.rate = path, rate
        self.first: np.ndarray | None = None  # (height, width, 3) uint8
        self.newest: np.ndarray | None = None
        self.frames = 0  # written so far
        self._origin = 0.0  # s, in the pictures' time: what the video's time 0 is
        self._stamp = 0.0  # s, of the newest
        self._writer = None

    @property
    def duration(self) -> float:
        """Length in s."""
        return self.frames / self.rate

    def add(self, stamp: float, pixels: np.ndarray) -> None:
        """Show `pixels: (height, width, 3) uint8` from `stamp` s on; one that is not newer is left out."""
        if self._writer is None:
            self._open(pixels)
            self.first, self._origin = pixels.copy(), stamp
        elif stamp <= self._stamp:
            return
        else:
            self._origin += max(stamp - self._stamp - LONGEST_GAP, 0.0)
            self._write(round((stamp - self._origin) * self.rate) - self.frames)
        self.newest, self._stamp = pixels.copy(), stamp

    def _open(self, pixels: np.ndarray) -> None:
        height, width = pixels.shape[:2]
        self._writer = imageio_ffmpeg.write_frames(
            str(self.path),
            (width, height),
            fps=self.rate,
            codec="libx264",
            pix_fmt_in="rgb24",
            pix_fmt_out="yuv420p",
            quality=6,
            macro_block_size=2,
            ffmpeg_log_level="error",
            output_params=["-preset", "veryfast", "-threads", "1", "-movflags", "+faststart"],
        )
        self._writer.send(None)

    def _write(self, times: int) -> None:
        data = np.ascontiguousarray(self.newest).tobytes()
        for _ in range(times):
            self._writer.send(data)
        self.frames += times

    def __enter__(self) -> "Video":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writer is not None:
            self._write(1)
            self._writer.close()
            self._writer = None
