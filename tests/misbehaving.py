"""Work that workers are given in the place of reading: it does what a policy may make of its reader."""

import os
import signal
import time
from pathlib import Path

from graph.quads import Said
from policygraph.building import Job, Outcome


def act(job: Job) -> Outcome:
    """Do what the source of a job says, and return its bytes if it ends well."""
    match Path(job.source).name.split("-")[0]:
        case "hang":
            time.sleep(600)
        case "eat":
            assert bytearray(1 << 40)
        case "die":
            os.kill(os.getpid(), signal.SIGKILL)
        case "stumble" if not Path(job.source).exists():
            Path(job.source).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        case "slay":
            import psutil  # noqa: PLC0415  comes with what a cluster needs

            _, _, worker = psutil.Process().parents()[:3]  # of the server of forks, and of the host
            worker.kill()
            time.sleep(600)
        case "slow":
            time.sleep(0.3)
    return Outcome(job, said=Said(f"urn:{job.source}", job.raw or b"").packed)
