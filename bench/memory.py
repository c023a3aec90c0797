"""How much memory a process has held."""

import resource
import sys
from pathlib import Path

_MEGABYTE = 1 << (20 if sys.platform == "darwin" else 10)  # ru_maxrss counts bytes there, kilobytes elsewhere


def peak() -> float:
    """Return the most memory that this process has held, in MB.

    On Linux the figure of getrusage is handed down by the process that started this one.
    """
    status = Path("/proc/self/status")
    for line in status.read_text().splitlines() if status.exists() else ():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MEGABYTE
