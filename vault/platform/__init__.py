"""All that differs between Linux, macOS and Windows, behind names that mean the same on each.

This is the one room that re-exports: the rest of the program asks `vault.platform` and never which system it is on.
Probes answer yes, no or unknown and never raise. The branches for macOS and Windows were built and not run.
"""

from vault.platform.answer import Answer
from vault.platform.disks import (
    disk_encrypted,
    filesystem_kind,
    free_bytes,
    hibernation_possible,
    is_network_or_synced,
    swap_state,
)
from vault.platform.files import (
    PRIVATE_FILE_MODE,
    PRIVATE_FOLDER_MODE,
    flush_file,
    fsync_folder,
    machine_id,
    make_private_folder,
    needs_full_fsync,
    state_dir,
)
from vault.platform.landlock import landlock_version, open_only
from vault.platform.locked import LockedMemory
from vault.platform.locks import lock_holder
from vault.platform.mounts import Mount, read_mounts
from vault.platform.process import (
    harden_process,
    leave_network,
    limit_memory,
    memory_bytes,
    process_alive,
    process_start_time,
    process_started_ms,
    set_parent_death_signal,
)
from vault.platform.seccomp import refuse_calls
from vault.platform.terminal import NOT_UTF8, read_tty_passphrase
from vault.platform.waiting import NobodyTypedError, drop_typed, limit_waits, longest_wait, waiting_for_person
from vault.platform.watching import Buffer, recorders, running_commands, terminal_buffer
