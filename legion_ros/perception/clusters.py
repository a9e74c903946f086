"""Which points belong together: close to each other and of one colour."""

import numpy as np

from legion_ros.perception.foreground import Cloud

__all__ = ["clusters", "parted", "thinned"]


def clusters(cloud: Cloud, voxel: float, reach: float, fewest: int) -> list[Cloud]:
    """The cloud's clusters, largest first.

    Args:
        cloud: its points keep their density in the clusters.
        voxel: m: what lies in one cube of this edge counts as one point while they are looked for.
        reach: m: how near two points of a cluster are (DBSCAN, Ester et al. 1996).
        fewest: voxels that make a cluster.
    """
    import open3d as o3d

    found = []
    for color in np.unique(cloud.colors):
        part = cloud[cloud.colors == color]
        cells, inverse = _cells(part.points, voxel)
        if len(cells) < fewest:
            continue
        points = o3d.geometry.PointCloud(o3d.utility.Vector3dVector(cells))
        labels = np.asarray(points.cluster_dbscan(eps=reach, min_points=4))
        sizes = np.bincount(labels[labels >= 0]) if (labels >= 0).any() else ()
        found += [(size, part[labels[inverse] == i]) for i, size in enumerate(sizes) if size >= fewest]
    return [part for _, part in sorted(found, key=lambda pair: -pair[0])]


def thinned(points: np.ndarray, most: int) -> np.ndarray:
    """At most about `most` of the points (n, 3), spread evenly over their order."""
    return points[:: max(-(-len(points) // most), 1)]


def _cells(points: np.ndarray, voxel: float) -> tuple[np.ndarray, np.ndarray]:
    """Mean points of the voxels that hold any: (m, 3) m, and the voxel of each point (n,)."""
    keys = np.floor(points / voxel).astype(np.int64) + 2**20
    flat = (keys[:, 0] << 42) | (keys[:, 1] << 21) | keys[:, 2]
    _, inverse, counts = np.unique(flat, return_inverse=True, return_counts=True)
    sums = np.column_stack([np.bincount(inverse, points[:, axis]) for axis in range(3)])
    return sums / counts[:, None], inverse


def parted(points: np.ndarray) -> list[np.ndarray]:
    """Two halves of a cluster (n, 3): 2-means seen from above, begun at the ends of its longer side."""
    flat = points[:, :2]
    middle = flat.mean(axis=0)
    _, _, axes = np.linalg.svd(flat[:: max(len(flat) // 500, 1)] - middle, full_matrices=False)
    along = (flat - middle) @ axes[0]
    ends = flat[[int(np.argmin(along)), int(np.argmax(along))]]
    for _ in range(8):
        second = np.linalg.norm(flat - ends[1], axis=1) < np.linalg.norm(flat - ends[0], axis=1)
        if second.all() or not second.any():
            return [points]
        ends = np.array([flat[~second].mean(axis=0), flat[second].mean(axis=0)])
    return [points[~second], points[second]]
