"""Which points belong together: close to each other and of one colour."""

import numpy as np

from legion_ros.perception.foreground import Cloud

__all__ = ["clusters", "parted", "thinned"]

APART = 10.0  # m between colours while clusters are looked for


def clusters(cloud: Cloud, voxel: float, reach: float, fewest: int) -> list[Cloud]:
    """The cloud's clusters, largest first.

    Args:
        cloud: its points keep their density in the clusters.
        voxel: m: what lies in one cube of this edge counts as one point while they are looked for.
        reach: m: how near two points of a cluster are (DBSCAN, Ester et al. 1996).
        fewest: voxels that make a cluster.
    """
    import open3d as o3d

    cells, colors, inverse = _cells(cloud, voxel)
    if len(cells) < fewest:
        return []
    # one call for all colours: what differs in colour is moved apart
    apart = cells + np.outer(colors, (0.0, 0.0, APART))
    points = o3d.geometry.PointCloud(o3d.utility.Vector3dVector(apart))
    labels = np.asarray(points.cluster_dbscan(eps=reach, min_points=4))
    sizes = np.bincount(labels[labels >= 0], minlength=1)
    return [cloud[labels[inverse] == i] for i in np.argsort(-sizes) if sizes[i] >= fewest]


def thinned(points: np.ndarray, most: int) -> np.ndarray:
    """At most about `most` of the points (n, 3), spread evenly over their order."""
    return points[:: max(-(-len(points) // most), 1)]


def _cells(cloud: Cloud, voxel: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Voxels that hold points of a colour: middles (m, 3) m, colours (m,), and which one each point is in."""
    keys = np.floor(cloud.points / voxel).astype(np.int64) + 2**17
    flat = (cloud.colors.astype(np.int64) << 54) | (keys[:, 0] << 36) | (keys[:, 1] << 18) | keys[:, 2]
    _, first, inverse, counts = np.unique(flat, return_index=True, return_inverse=True, return_counts=True)
    sums = np.column_stack([np.bincount(inverse, cloud.points[:, axis], len(first)) for axis in range(3)])
    return sums / counts[:, None], cloud.colors[first], inverse


def parted(points: np.ndarray) -> list[np.ndarray]:
    """Two halves of a cluster (n, 3): 2-means seen from above, begun with halves of its longer side."""
    flat = points[:, :2]
    middle = flat.mean(axis=0)
    _, _, axes = np.linalg.svd(flat[:: max(len(flat) // 500, 1)] - middle, full_matrices=False)
    along = (flat - middle) @ axes[0]
    second = along > 0.5 * (along.min() + along.max())
    for _ in range(8):
        if second.all() or not second.any():
            return [points]
        ends = np.array([flat[~second].mean(axis=0), flat[second].mean(axis=0)])
        second = np.linalg.norm(flat - ends[1], axis=1) < np.linalg.norm(flat - ends[0], axis=1)
    return [points[~second], points[second]]
