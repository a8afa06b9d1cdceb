from __future__ import annotations

import os
import re
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.tables import each
from vault.errors import RefusedError
from vault.platform import Answer, disks, landlock_version, private_files, processes
from vault.platform.disks import Mount, mount_of, parse_mac_mounts, read_mounts
from vault.platform.locked import LockedMemory

HOME = Path("/home/amal")


@each(
    {
        "Linux": ({}, "linux", HOME / ".local/state/casevault"),
        "Linux, XDG": ({"XDG_STATE_HOME": "/var/amal"}, "linux", Path("/var/amal/casevault")),
        "Linux, relative XDG": ({"XDG_STATE_HOME": "here"}, "linux", HOME / ".local/state/casevault"),
        "Linux, empty XDG": ({"XDG_STATE_HOME": ""}, "linux", HOME / ".local/state/casevault"),
        "macOS": ({}, "darwin", HOME / "Library/Application Support/CaseVault"),
        "Windows": ({"LOCALAPPDATA": "/tmp/evil"}, "win32", HOME / "AppData/Local/CaseVault"),
    }
)
def test_the_state_folder_follows_the_custom_of_its_system(
    environ: dict[str, str], system: str, expected: Path
) -> None:
    assert private_files.state_dir(environ, system=system, home=HOME) == expected


def test_a_relative_home_is_refused_and_not_taken_for_a_place_in_the_current_folder() -> None:
    with pytest.raises(RefusedError, match="no absolute path"):
        private_files.state_dir({"XDG_STATE_HOME": "state"}, system="linux", home=Path("home"))


def test_the_machine_id_of_the_system_comes_first(tmp_path: Path) -> None:
    source = tmp_path / "machine-id"
    source.write_text("0123456789abcdef0123456789abcdef\n")
    assert private_files.machine_id(tmp_path / "state", (source,)) == b"0123456789abcdef0123456789abcdef"
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("content", [None, "", "uninitialized\n"], ids=["absent", "empty", "an image of many machines"])
def test_without_one_a_random_machine_id_is_made_once(tmp_path: Path, content: str | None) -> None:
    source, state = tmp_path / "machine-id", tmp_path / "deep" / "state"
    if content is not None:
        source.write_text(content)
    first = private_files.machine_id(state, (source,))
    assert len(bytes.fromhex(first.decode())) == 16
    assert private_files.machine_id(state, (source,)) == first
    assert private_files.machine_id(tmp_path / "other", (source,)) != first
    assert stat.S_IMODE((state / "machine-id").stat().st_mode) == 0o600


def test_private_folders_are_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o000)
    try:
        private_files.make_private_folder(tmp_path / "one" / "two")
        private_files.make_private_folder(tmp_path / "one" / "two")
    finally:
        os.umask(before)
    for folder in (tmp_path / "one", tmp_path / "one" / "two"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_is_flushed_through_its_own_descriptor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: flushed.append(os.fstat(descriptor).st_ino))
    private_files.fsync_folder(tmp_path)
    assert flushed == [tmp_path.stat().st_ino]


def test_a_folder_that_is_not_there_cannot_be_flushed(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="missing"):
        private_files.fsync_folder(tmp_path / "missing")


def test_only_macos_needs_the_full_fsync_of_sqlite() -> None:
    assert [private_files.needs_full_fsync(system) for system in ("linux", "darwin", "win32")] == [False, True, False]


ROOT_MOUNT = Mount(Path("/"), "ext4", "/dev/vda1", "254:1")


def device(sysfs: Path, name: str, number: str, *, uuid: str | None = None, slaves: tuple[str, ...] = ()) -> None:
    """Describe a block device as sysfs would."""
    folder = sysfs / "class" / "block" / name
    (folder / "slaves").mkdir(parents=True)
    if uuid is not None:
        (folder / "dm").mkdir()
        (folder / "dm" / "uuid").write_text(uuid + "\n")
    for slave in slaves:
        (folder / "slaves" / slave).symlink_to(sysfs / "class" / "block" / slave)
    numbers = sysfs / "dev" / "block"
    numbers.mkdir(parents=True, exist_ok=True)
    (numbers / number).symlink_to(folder)


@pytest.fixture
def sysfs(tmp_path: Path) -> Path:
    root = tmp_path / "sys"
    device(root, "sda2", "8:2")
    device(root, "sdb1", "8:17")
    device(root, "dm-0", "253:0", uuid="CRYPT-LUKS2-0123-luks", slaves=("sda2",))
    device(root, "dm-1", "253:1", uuid="LVM-abc", slaves=("dm-0",))
    device(root, "dm-2", "253:2", uuid="LVM-def", slaves=("dm-0", "sdb1"))
    device(root, "dm-3", "253:3", uuid="LVM-ghi", slaves=("dm-3", "sdb1"))  # one part leads nowhere
    return root


@each(
    {
        "dm-crypt": ("253:0", "/dev/mapper/luks", Answer.YES),
        "a volume on dm-crypt": ("253:1", "/dev/mapper/root", Answer.YES),
        "a plain partition": ("8:17", "/dev/sdb1", Answer.NO),
        "half of it plain": ("253:2", "/dev/mapper/both", Answer.NO),
        "half of it plain, half unknown": ("253:3", "/dev/mapper/odd", Answer.NO),
        "btrfs, known by its source": ("0:31", "/dev/dm-1", Answer.YES),
        "a container": ("0:32", "overlay", Answer.UNKNOWN),
        "a device that sysfs does not know": ("9:9", "/dev/nowhere", Answer.UNKNOWN),
    }
)
def test_encryption_is_found_through_the_layers_of_a_disk(
    number: str, source: str, expected: Answer, sysfs: Path
) -> None:
    mount = Mount(Path("/"), "ext4", source, number)
    assert disks.disk_encrypted(Path("/home"), [mount], sysfs=sysfs) is expected


def test_encryption_is_unknown_where_no_mount_is_known(sysfs: Path) -> None:
    assert disks.disk_encrypted(Path("/home"), [], sysfs=sysfs) is Answer.UNKNOWN


def test_a_device_that_is_made_of_itself_ends_the_search(tmp_path: Path) -> None:
    device(tmp_path, "dm-7", "253:7", uuid="LVM-loop", slaves=("dm-7",))
    mount = Mount(Path("/"), "ext4", "/dev/dm-7", "253:7")
    assert disks.disk_encrypted(Path("/"), [mount], sysfs=tmp_path) is Answer.UNKNOWN


SWAPS = "Filename\t\t\tType\t\tSize\tUsed\tPriority\n"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param("", "none", id="no swap"),
        pytest.param("/dev/zram0 partition 8 0 100\n", "memory", id="compressed memory"),
        pytest.param("/dev/dm-1 partition 8 0 -2\n", "encrypted", id="an encrypted volume"),
        pytest.param("/dev/sdb1 partition 8 0 -2\n", "plain", id="a plain partition"),
        pytest.param("/dev/zram0 partition 8 0 1\n/dev/sdb1 partition 8 0 -2\n", "plain", id="the worst counts"),
        pytest.param("/swap\\040file file 8 0 -2\n", "plain", id="a file on a plain disk"),
        pytest.param("/dev/sdz1 partition 8 0 -2\n", "unknown", id="a device that sysfs does not know"),
    ],
)
def test_swap_is_told_apart(sysfs: Path, tmp_path: Path, lines: str, expected: str) -> None:
    (tmp_path / "swaps").write_text(SWAPS + lines)
    mounts = [Mount(Path("/"), "ext4", "/dev/sdb1", "8:17")]
    assert disks.swap_state(proc=tmp_path, sysfs=sysfs, mounts=mounts) == expected


def test_swap_is_unknown_where_the_system_is_silent(tmp_path: Path) -> None:
    assert disks.swap_state(proc=tmp_path, sysfs=tmp_path) == "unknown"


@pytest.mark.parametrize(
    ("kernel", "swap", "expected"),
    [
        pytest.param(
            ("freeze mem disk\n", "[platform] shutdown\n"), "/dev/sdb1 partition 8 0 -2\n", Answer.YES, id="able"
        ),
        pytest.param(("freeze mem\n", None), "/dev/sdb1 partition 8 0 -2\n", Answer.NO, id="the kernel cannot"),
        pytest.param(("disk\n", "[disabled]\n"), "/dev/sdb1 partition 8 0 -2\n", Answer.NO, id="locked down"),
        pytest.param(("disk\n", "[platform]\n"), "", Answer.NO, id="nowhere to write it"),
        pytest.param(("disk\n", "[platform]\n"), "/dev/zram0 partition 8 0 1\n", Answer.NO, id="swap in memory only"),
        pytest.param((None, None), "", Answer.UNKNOWN, id="silent"),
    ],
)
def test_hibernation_needs_a_kernel_that_can_and_a_place(
    sysfs: Path, tmp_path: Path, kernel: tuple[str | None, str | None], swap: str, expected: Answer
) -> None:
    state, disk = kernel
    (sysfs / "power").mkdir()
    for name, text in (("state", state), ("disk", disk)):
        if text is not None:
            (sysfs / "power" / name).write_text(text)
    (tmp_path / "swaps").write_text(SWAPS + swap)
    assert disks.hibernation_possible(proc=tmp_path, sysfs=sysfs) is expected


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs", "9p", "SMBFS"])
def test_a_network_file_system_is_no_place_for_a_vault(tmp_path: Path, kind: str) -> None:
    reason = disks.is_network_or_synced(tmp_path / "a.vault", [Mount(Path("/"), kind, "server:/x", "0:50")])
    assert reason is not None
    assert kind.lower() in str(reason)


@pytest.mark.parametrize(
    "folder", ["Dropbox", "OneDrive - Example Org", "Mobile Documents", "CloudStorage", "Nextcloud", "Yandex.Disk"]
)
def test_a_folder_named_like_that_of_a_sync_program_is_refused(tmp_path: Path, folder: str) -> None:
    reason = disks.is_network_or_synced(tmp_path / folder / "work" / "a.vault", [ROOT_MOUNT])
    assert reason is not None
    assert folder in str(reason)


@pytest.mark.parametrize("mark", [".stfolder", ".dropbox.cache", ".nextcloudsync.log"])
def test_a_folder_that_a_sync_program_marked_is_refused(tmp_path: Path, mark: str) -> None:
    (tmp_path / mark).touch()
    reason = disks.is_network_or_synced(tmp_path / "quiet name" / "a.vault", [ROOT_MOUNT])
    assert reason is not None
    assert mark in str(reason)


def test_an_ordinary_folder_is_a_place_for_a_vault(tmp_path: Path) -> None:
    assert disks.is_network_or_synced(tmp_path / "a.vault", [ROOT_MOUNT]) is None
    assert disks.filesystem_kind(tmp_path, [ROOT_MOUNT]) == "ext4"
    assert disks.filesystem_kind(tmp_path, []) == "unknown"


def test_room_is_told_for_a_path_that_is_still_to_be_made(tmp_path: Path) -> None:
    room = disks.free_bytes(tmp_path / "one" / "two" / "a.vault")
    assert room is not None
    assert room > 0


def test_only_yes_is_true() -> None:
    assert [bool(answer) for answer in Answer] == [True, False, False]


TABLE = r"""
22 1 253:1 / / rw,relatime shared:1 - ext4 /dev/mapper/root rw
23 22 8:17 / /media/amal/USB\040stick rw,nosuid shared:5 master:2 - vfat /dev/sdb1 rw
24 22 0:50 / /home/amal/office rw - nfs4 server:/export rw
25 24 0:51 / /home/amal/office rw - tmpfs tmpfs rw
broken line
"""


@pytest.fixture
def mounts(tmp_path: Path) -> list[Mount]:
    table = tmp_path / "mountinfo"
    table.write_text(TABLE)
    return read_mounts(table)


def test_the_table_of_linux_is_read_with_its_escapes(mounts: list[Mount]) -> None:
    assert mounts[1] == Mount(Path("/media/amal/USB stick"), "vfat", "/dev/sdb1", "8:17")
    assert len(mounts) == 4


@each(
    [
        ("/home/amal/casework.vault", "ext4"),
        ("/media/amal/USB stick/kit.vault", "vfat"),
        ("/media/amal/USB stick and more", "ext4"),
        ("/home/amal/office/a.vault", "tmpfs"),  # the last of two mounted on one place
    ]
)
def test_the_deepest_mount_holds_a_path(path: str, kind: str, mounts: list[Mount]) -> None:
    found = mount_of(Path(path), mounts)
    assert found is not None
    assert found.kind == kind


def test_without_a_table_no_mount_is_known(tmp_path: Path) -> None:
    assert read_mounts(tmp_path / "missing") == []
    assert mount_of(tmp_path, []) is None


def test_the_list_of_macos_is_read() -> None:
    text = (
        "/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)\n"
        "//amal@nas/share on /Volumes/Office (1) (smbfs, nodev, nosuid, mounted by amal)\n"
        "nonsense\n"
    )
    assert parse_mac_mounts(text) == [
        Mount(Path("/"), "apfs", "/dev/disk3s1s1", ""),
        Mount(Path("/Volumes/Office (1)"), "smbfs", "//amal@nas/share", ""),
    ]


LINUX = pytest.mark.skipif(sys.platform != "linux", reason="a service of Linux")


def run(code: str) -> str:
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)
    return shown.stdout.strip()


@LINUX
def test_a_hardened_process_leaves_no_core_and_cannot_be_read_by_neighbours() -> None:
    answer = run(
        "import ctypes, resource; from vault.platform import harden_process; print(harden_process(), "
        "resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"
    )
    assert answer == "() (0, 0) 0"


def test_what_could_not_be_hardened_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise ValueError

    monkeypatch.setattr("resource.setrlimit", refuse)
    monkeypatch.setattr(processes, "_prctl", lambda *_: False)
    assert str(processes.harden_process()[0]) == "core dumps stay possible"
    assert len(processes.harden_process()) == (2 if sys.platform == "linux" else 1)


@LINUX
def test_the_end_of_the_parent_reaches_the_child() -> None:
    child = (
        "import os, signal, sys, time\n"
        "from vault.platform import set_parent_death_signal\n"
        "signal.signal(signal.SIGTERM, lambda *_: (os.write(1, b'parent ended'), os._exit(0)))\n"
        "assert set_parent_death_signal(signal.SIGTERM, parent=int(sys.argv[1]))\n"
        "os.write(1, b'ready ')\n"
        "os.write(int(sys.argv[2]), b'.')\n"
        "time.sleep(20)\n"
    )
    parent = (
        "import os, subprocess, sys\n"
        "readable, writable = os.pipe()\n"
        f"command = [sys.executable, '-c', {child!r}, str(os.getpid()), str(writable)]\n"
        "subprocess.Popen(command, pass_fds=(writable,))\n"
        "os.read(readable, 1)\n"
        "os._exit(0)\n"
    )
    assert run(parent) == "ready parent ended"


@LINUX
def test_a_parent_that_is_gone_already_is_noticed() -> None:
    code = "import signal; from vault.platform import set_parent_death_signal as s; s(signal.SIGTERM, parent=1 << 22)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=30).returncode == -signal.SIGTERM


def test_where_the_system_cannot_tell_of_a_parent_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_prctl", lambda *_: False)
    assert processes.set_parent_death_signal(signal.SIGTERM, parent=os.getppid()) is False


def stat_line(proc: Path, pid: int, *, state: str = "S", start: int = 4711) -> None:
    (proc / str(pid)).mkdir()
    rest = " ".join([state, *(str(number) for number in range(18)), str(start), "0"])
    (proc / str(pid) / "stat").write_text(f"{pid} (a name) with) brackets) {rest}")


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    (tmp_path / "self").mkdir()
    return tmp_path


@LINUX
@pytest.mark.parametrize(
    ("state", "start", "expected"),
    [
        pytest.param("S", 4711, Answer.YES, id="the same"),
        pytest.param("S", 4712, Answer.NO, id="another with its id"),
        pytest.param("Z", 4711, Answer.NO, id="a zombie"),
    ],
)
def test_a_process_is_known_by_id_and_start(proc: Path, state: str, start: int, expected: Answer) -> None:
    stat_line(proc, 77, state=state, start=start)
    assert processes.process_alive(77, 4711, proc=proc) is expected


@LINUX
def test_a_process_that_has_ended_is_not_alive(proc: Path) -> None:
    assert processes.process_alive(77, 4711, proc=proc) is Answer.NO
    assert processes.process_alive(0, 4711, proc=proc) is Answer.NO
    assert processes.process_alive(-1, 4711, proc=proc) is Answer.NO


@LINUX
def test_without_a_process_table_nothing_is_claimed(tmp_path: Path) -> None:
    assert processes.process_alive(77, 4711, proc=tmp_path / "missing") is Answer.UNKNOWN


def test_this_process_is_alive_and_its_start_is_told() -> None:
    start = processes.process_start_time(os.getpid())
    assert start is not None
    assert processes.process_alive(os.getpid(), start) is Answer.YES
    assert processes.process_alive(os.getpid(), start + 1) is Answer.NO


def test_when_a_process_began_is_told_by_the_clock_of_now() -> None:
    began = processes.process_started_ms(os.getpid())
    assert began is not None
    assert 0 <= time.time() * 1000 - began < 6 * 3_600_000


@LINUX
def test_a_process_gets_no_more_memory_than_its_limit() -> None:
    take = "from vault.platform import limit_memory; assert limit_memory(200 << 20); bytearray(%d << 20)"
    ends = [subprocess.run([sys.executable, "-c", take % size], capture_output=True, check=False) for size in (50, 300)]
    assert ends[0].returncode == 0
    assert b"MemoryError" in ends[1].stderr


@LINUX
def test_the_memory_of_the_machine_is_what_its_system_says() -> None:
    total = next(line for line in Path("/proc/meminfo").read_text("ascii").splitlines() if line.startswith("MemTotal"))
    assert processes.memory_bytes() == int(total.split()[1]) * 1024


def test_a_system_that_names_no_memory_is_not_guessed_at(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(name: str) -> int:
        raise ValueError(name)

    monkeypatch.setattr(os, "sysconf", unknown)
    assert processes.memory_bytes() is None


_CODE = """
import sys
from vault.platform import confinement
confinement.landlock_version = lambda: int(sys.argv[1])
print(confinement.open_only(read=[sys.argv[2], "/no/such/place"]))
print(open(sys.argv[2]).read())
for mode in ("r", "r+", "w"):
    try:
        open(sys.argv[3], mode)
    except PermissionError:
        print("refused")
"""


@pytest.mark.skipif(not landlock_version(), reason="not run: this kernel has no Landlock")
def test_each_version_of_the_kernel_refuses_what_is_not_given(tmp_path: Path) -> None:
    given, other = tmp_path / "given", tmp_path / "other"
    for path in (given, other):
        path.write_text("words")
    for version in range(1, landlock_version() + 1):
        done = subprocess.run(
            [sys.executable, "-c", _CODE, str(version), str(given), str(other)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (done.stdout.split(), done.stderr) == (["True", "words", *["refused"] * 3], ""), version
        assert other.read_text() == "words"


# The piece of memory that keeps keys: where it lies, what a dump and a fork see of it, and that it is wiped.
KEY = bytes(range(1, 33))


def flags_of_mapping_with(marker: bytes) -> set[str]:
    """Return the kernel's flags of the one private mapping of this process that begins with these bytes."""
    found = []
    with Path("/proc/self/mem").open("rb", 0) as memory:
        for block in re.split(r"\n(?=[0-9a-f]+-[0-9a-f]+ )", Path("/proc/self/smaps").read_text()):
            start = int(block.split("-")[0], 16)
            try:
                memory.seek(start)
                if memory.read(len(marker)) == marker:
                    found.append(set(block.partition("VmFlags:")[2].split()))
            except (OSError, OverflowError):
                continue
    assert len(found) == 1
    return found[0]


def locked_kib() -> int:
    return int(Path("/proc/self/status").read_text().partition("VmLck:")[2].split()[0])


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_keys_rest_in_memory_that_is_not_swapped_not_dumped_and_not_inherited() -> None:
    before = locked_kib()
    kept = LockedMemory(64)
    kept.write(0, KEY)
    assert kept.is_locked
    assert locked_kib() >= before + 4
    # lo: locked, dd: not in a core dump, wf: a forked child finds zeros.
    assert {"lo", "dd", "wf"} <= flags_of_mapping_with(KEY)
    kept.close()


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_forked_child_finds_zeros() -> None:
    kept = LockedMemory(64)
    kept.write(0, KEY)
    child = os.fork()
    if child == 0:
        os._exit(0 if kept.read(0, 32) == bytes(32) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert kept.read(0, 32) == KEY
    kept.close()


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_larger_piece_has_the_same_bytes_and_the_first_is_closed() -> None:
    first = LockedMemory(64)
    first.write(32, KEY)
    larger = first.larger(3 * len(first))
    assert (larger.read(32, 32), len(larger), larger.is_locked) == (KEY, 3 * len(first), True)
    with pytest.raises(ValueError, match="closed"):
        first.read(0, 1)
    larger.close()
    larger.close()


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@each([-1, 4096 - 31, 4096])
def test_nothing_is_written_beside_it(start: int) -> None:
    kept = LockedMemory(64)
    with pytest.raises(IndexError, match="32 bytes at"):
        kept.write(start, KEY)
    kept.close()


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_what_the_system_does_not_lock_is_said_and_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vault.platform.locked._lock", lambda *_: False)
    kept = LockedMemory(64)
    kept.write(0, KEY)
    assert (kept.is_locked, kept.read(0, 32)) == (False, KEY)
    kept.close()
