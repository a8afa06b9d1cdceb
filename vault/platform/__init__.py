"""All that differs between Linux, macOS and Windows, behind names that mean the same on each.

This is the one room that re-exports: the rest of the program asks `vault.platform` and never which system it is on.
Probes answer yes, no or unknown and never raise. The branches for macOS and Windows were built and not run.
"""

from vault.platform.confinement import landlock_version, open_only, refuse_calls
from vault.platform.disks import (
    Answer,
    Mount,
    disk_encrypted,
    filesystem_kind,
    free_bytes,
    hibernation_possible,
    is_network_or_synced,
    read_mounts,
    swap_state,
)
from vault.platform.locked import LockedMemory
from vault.platform.private_files import (
    PRIVATE_FILE_MODE,
    PRIVATE_FOLDER_MODE,
    flush_file,
    fsync_folder,
    lock_holder,
    machine_id,
    make_private_folder,
    needs_full_fsync,
    state_dir,
)
from vault.platform.processes import (
    Buffer,
    harden_process,
    leave_network,
    limit_memory,
    memory_bytes,
    process_alive,
    process_start_time,
    process_started_ms,
    recorders,
    running_commands,
    set_parent_death_signal,
    terminal_buffer,
)
from vault.platform.tty import (
    NOT_UTF8,
    NobodyTypedError,
    drop_typed,
    limit_waits,
    longest_wait,
    read_tty_passphrase,
    waiting_for_person,
)
