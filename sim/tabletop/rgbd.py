"""Colour and depth of one camera from a single pass of the renderer."""

import mujoco
import numpy as np

__all__ = ["DepthCamera"]


class DepthCamera:
    """Draws both pictures at once: half the work of drawing them one after the other.

    The time goes into the arm's meshes, not into pixels: 640 x 480 costs hardly more than 320 x 240.

    Args:
        model: with cameras; its offscreen buffer is at least as large as the pictures.
        width: pixels.
        height: pixels.
    """

    def __init__(self, model: mujoco.MjModel, width: int, height: int) -> None:
        self._model = model
        self._rectangle = mujoco.MjrRect(0, 0, width, height)
        self._gl = mujoco.GLContext(width, height)
        self._gl.make_current()
        self._scene = mujoco.MjvScene(model, maxgeom=2000)
        self._scene.flags[mujoco.mjtRndFlag.mjRND_SHADOW] = 0
        self._scene.flags[mujoco.mjtRndFlag.mjRND_REFLECTION] = 0
        self._option, self._camera = mujoco.MjvOption(), mujoco.MjvCamera()
        self._context = mujoco.MjrContext(model, mujoco.mjtFontScale.mjFONTSCALE_150)
        mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN, self._context)
        self._context.readDepthMap = mujoco.mjtDepthMap.mjDEPTH_ZEROFAR
        self._color = np.empty((height, width, 3), np.uint8)
        self._buffer = np.empty((height, width), np.float32)

    def take(self, data: mujoco.MjData, camera: str) -> tuple[np.ndarray, np.ndarray]:
        """Colour (height, width, 3) uint8 and depth along the camera's axis (height, width) float32 m."""
        self._camera.type = mujoco.mjtCamera.mjCAMERA_FIXED
        self._camera.fixedcamid = self._model.camera(camera).id
        self._gl.make_current()
        everything = mujoco.mjtCatBit.mjCAT_ALL.value
        mujoco.mjv_updateScene(self._model, data, self._option, None, self._camera, everything, self._scene)
        mujoco.mjr_render(self._rectangle, self._scene, self._context)
        mujoco.mjr_readPixels(self._color, self._buffer, self._rectangle, self._context)
        return self._color[::-1].copy(), self._metres(self._buffer[::-1])

    def _metres(self, buffer: np.ndarray) -> np.ndarray:
        """Depth in m from OpenGL's buffer, which has 1 at the near plane and 0 at the far one."""
        extent, planes = self._model.stat.extent, self._model.vis.map
        near, far = planes.znear * extent, planes.zfar * extent
        # window depth of a reversed projection: b = near (far - z) / (z (far - near))
        return (near * far / (buffer * (far - near) + near)).astype(np.float32)

    def close(self) -> None:
        """Release OpenGL; safe to call twice."""
        if self._context is not None:
            self._gl.make_current()
            self._context.free()
            self._gl.free()
            self._context = None
