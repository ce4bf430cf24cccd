"""Where arithmetic happens, and how much room there is."""

import os
import platform
from pathlib import Path

import torch


def choose_device() -> torch.device:
    """The accelerator if there is one, else the processor. ``SKILLET_DEVICE=cpu`` keeps a job off the
    accelerator."""
    wanted = os.environ.get("SKILLET_DEVICE", "")
    if wanted:
        return torch.device(wanted)
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def free_memory(device: torch.device) -> int:
    """Bytes that may still be taken on this device."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    meminfo = Path("/proc/meminfo")
    if meminfo.exists():
        for line in meminfo.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_AVPHYS_PAGES"))


def describe_device(device: torch.device) -> str:
    """A name of the machine's arithmetic, the same on every machine of its kind: key of remembered
    measurements."""
    if device.type == "cuda":
        return str(torch.cuda.get_device_name(device))
    cpuinfo = Path("/proc/cpuinfo")
    found = platform.processor() or platform.machine()
    if cpuinfo.exists():
        fields = dict(
            line.split(":", 1) for line in cpuinfo.read_text().split("\n\n")[0].splitlines() if ":" in line
        )
        named = {key.strip(): value.strip() for key, value in fields.items()}
        found = f"{named.get('model name', found)} {named.get('cpu family', '')}.{named.get('model', '')}"
    return f"{found} {torch.backends.cpu.get_cpu_capability()}"
