"""Run the steps of the Dockerfile without Docker, in copies of a Debian root, and start the result (Linux, as root).

    debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates bookworm /var/tmp/base
    python -m tools.image /var/tmp/base

For machines that can pull no base image. The wheels of both locks are fetched beforehand, so the steps run without a
network. The result runs as Docker would run it with `--read-only --tmpfs /tmp`: with the image's user, variables and
command. It has to pass its own health check, to write nowhere but in its volume, and to end at SIGTERM.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCKERFILE = ROOT / "Dockerfile"
_STEP = re.compile(r"^([A-Z]+)\s+(.*)$", re.DOTALL)

_START = """
set -eu
mount --bind {root} {root}
mount --rbind /dev {root}/dev
mount -t proc proc {root}/proc
mount --bind {root}{volume} {root}{volume}
mount -o remount,bind,ro {root}
mount -t tmpfs tmpfs {root}/tmp
ip link set lo up
as_user() {{ chroot --userspec={user} {root} env -i {variables} "$@"; }}
as_user {command} &
for attempt in $(seq 60); do
  sleep 1
  if as_user {health}; then healthy=yes; break; fi
done 2>/dev/null
test "${{healthy:-}}" = yes
echo "the health check passes"
as_user python -c 'import urllib.request as request
print("/readyz:", request.urlopen("http://127.0.0.1:8080/readyz", timeout=30).read().decode().strip())'
for folder in / /opt/plangate /etc; do
  if as_user touch $folder/probe 2>/dev/null; then echo "$folder can be written to"; exit 1; fi
done
echo "the root is read-only, and the user is $(as_user id -u)"
server=$(pgrep -o -U {uid} -f 'plangate serve')
kill -TERM "$server"
status=0; wait %1 || status=$?
echo "SIGTERM: exit code $status"
exit $status
"""


@dataclass(slots=True)
class Image:
    """A root directory, and what the Dockerfile says of the process in it."""

    root: Path
    folder: str = "/"
    variables: dict[str, str] = field(default_factory=dict)
    user: str = "0:0"
    volume: str = ""
    health: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)


def steps(text: str) -> list[tuple[str, str]]:
    """The instructions of a Dockerfile with their arguments, in order, lines joined."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines)).splitlines()
    matches = [_STEP.match(line) for line in joined]
    return [(match[1], match[2]) for match in matches if match is not None]


def build(base: Path, scratch: Path, wheels: Path) -> Image:
    """Run every step, and return the last stage."""
    stages: dict[str, Image] = {}
    image = Image(scratch)
    for instruction, arguments in steps(DOCKERFILE.read_text(encoding="utf-8")):
        print(f"{instruction} {arguments[:100]}")
        if instruction == "FROM":
            name = arguments.split(" AS ")[1] if " AS " in arguments else ""
            image = stages[name] = Image(_copied(base, scratch / (name or "image")))
            shutil.copytree(wheels, image.root / "wheels", dirs_exist_ok=True)
        else:
            _take(image, instruction, arguments, stages)
    shutil.rmtree(image.root / "wheels")
    return image


def _copied(base: Path, root: Path) -> Path:
    subprocess.run(["cp", "--archive", str(base), str(root)], check=True)
    python = root / "usr/local/bin/python"  # Debian has `python3` only, the base image both
    if not python.exists():
        python.symlink_to("/usr/bin/python3")
    return root


def _take(image: Image, instruction: str, arguments: str, stages: dict[str, Image]) -> None:
    match instruction:
        case "RUN":
            path = image.variables.get("PATH", os.defpath + ":/usr/local/bin:/usr/sbin")
            offline = {"PATH": path, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "/wheels", "HOME": "/tmp"}  # noqa: S108  in the root
            script = f"cd {shlex.quote(image.folder)} && {arguments}"
            subprocess.run(["chroot", str(image.root), "/bin/sh", "-ec", script], check=True, env=offline)
        case "COPY":
            _copy(image, arguments, stages)
        case "ENV":
            image.variables |= dict(pair.split("=", 1) for pair in shlex.split(arguments))
        case "WORKDIR":
            image.folder = arguments
            (image.root / arguments.lstrip("/")).mkdir(parents=True, exist_ok=True)
        case "USER":
            image.user = arguments
        case "VOLUME":
            image.volume = arguments
        case "HEALTHCHECK":
            image.health = json.loads(arguments.partition(" CMD ")[2])
        case "ENTRYPOINT" | "CMD":
            image.command += json.loads(arguments)
        case "EXPOSE":
            pass
        case _:
            raise ValueError(f"Unknown instruction {instruction}.")


def _copy(image: Image, arguments: str, stages: dict[str, Image]) -> None:
    *sources, target = (word for word in arguments.split() if not word.startswith("--from="))
    stage = re.match(r"--from=(\S+)", arguments)
    folder = image.root / os.path.join(image.folder, target).lstrip("/")  # noqa: PTH118  as Docker joins them
    if stage is not None:
        shutil.copytree(stages[stage[1]].root / sources[0].lstrip("/"), folder, symlinks=True, dirs_exist_ok=True)
        return
    for source in sources:
        # As .dockerignore does: only what is named there.
        for name in context() if source == "." else [source]:
            destination = folder / name
            destination.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / name).is_dir():
                shutil.copytree(
                    ROOT / name, destination, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True
                )
            else:
                shutil.copy2(ROOT / name, destination)


def context() -> list[str]:
    """The files and folders that .dockerignore lets into the build."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    return [line[1:] for line in lines if line.startswith("!")]


def fetch(wheels: Path) -> None:
    """Download the wheels of both locks."""
    download = [sys.executable, "-m", "pip", "download", "--quiet", "--require-hashes", "--only-binary", ":all:"]
    for lock in ("requirements.txt", "requirements-build.txt"):
        subprocess.run([*download, "--dest", str(wheels), "--requirement", str(ROOT / lock)], check=True)


def start(image: Image) -> int:
    """Start the image in namespaces of its own, and return the exit code of the checks."""
    (image.root / image.volume.lstrip("/")).mkdir(parents=True, exist_ok=True)
    script = _START.format(
        root=image.root,
        volume=image.volume,
        user=image.user,
        uid=image.user.partition(":")[0],
        variables=shlex.join(
            f"{name}={text}" for name, text in {**image.variables, "PLANGATE_WEBHOOK_SECRET": "s"}.items()
        ),
        command=shlex.join(image.command),
        health=shlex.join(image.health),
    )
    namespaces = ["unshare", "--mount", "--net", "--pid", "--mount-proc", "--fork", "--kill-child"]
    return subprocess.run([*namespaces, "bash", "-c", script], check=False).returncode


def main() -> int:
    """Fetch, build and start."""
    with tempfile.TemporaryDirectory(prefix="plangate-image-") as folder:
        scratch = Path(folder)
        wheels = scratch / "wheels"
        fetch(wheels)
        image = build(Path(sys.argv[1]), scratch, wheels)
        size = subprocess.run(
            ["du", "-sm", str(image.root / "opt/plangate")], capture_output=True, text=True, check=True
        )
        print(f"/opt/plangate: {size.stdout.split()[0]} MB")
        return start(image)


if __name__ == "__main__":
    sys.exit(main())
