"""Python packages that the checks beside this file read with."""

import importlib
import importlib.util
import subprocess
import sys


def modules(wanted, folder):
    """The modules of packages (by module), those that are missing installed into a folder by the user's own pip."""
    missing = [package for name, package in wanted.items() if not importlib.util.find_spec(name)]
    if missing:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder), *missing]
        subprocess.run(command, check=True)
        sys.path.append(str(folder))
        importlib.invalidate_caches()
    return [importlib.import_module(name) for name in wanted]
