"""Holds a process to a limit of memory."""

from pathlib import Path

_HELD = Path("/proc/self/statm")


def limit_memory(size: int) -> None:
    """Let this process take `size` bytes more than it has, where the system can see to that."""
    try:
        import resource  # noqa: PLC0415  there is none on Windows
    except ImportError:
        return
    held = int(_HELD.read_text().split()[0]) * resource.getpagesize() if _HELD.exists() else 0
    most = held + size
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
