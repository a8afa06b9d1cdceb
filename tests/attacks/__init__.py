"""The attacker's code. Where each claim is attacked; the names of the tests say how it fails.

What the attacker has:
    outsider        the database's key, and edits rows        burglar       keys of a seat, folders, leaked keys: all
    hostile (sync)  every key of an exchange but signatures                 that arithmetic makes of them
    tampering       each way to change a row                  plaintext     forms in which a word may stand
    many_keys       one ciphertext for 59 keys                sealing       hears what is sealed, under which key
    flooding        more keys and logs than any program makes scheduling    weeks of two to five devices by chance
    flooding        more keys and logs than any program makes
    edits, resealing   random edits of all that lies on a disk or travels    differing   what two readers say of one

    every bit, every cut             test_every_bit; test_tamper; test_hostile_bundles; test_false_cells
                                     tests/seal: envelope, unlocking, recipients, doors, letters, bundles, keyring
                                     tests/log: header, items, epoch_notice, genesis, roster
                                     tests/log: checkpoint, verify
                                     tests/services: backup_damage
    moved, swapped, doubled          test_tamper; test_planted_rows; test_joining
                                     tests/records: versions, version_validity
    an older state put back, forks   test_old_copies; test_missing_rows; test_predecessors; test_withheld_roster;
                                     test_grown_logs; test_logs_in_bundles; tests/access: pins, keyring_rollback
    public key swapped               test_joining; test_rosters
    certificates swapped, a member
    added, suite lowered, roster
    cut or forked                    test_rosters; test_joining; test_withheld_roster; tests/log: roster
    a key planted, two under a name  test_shared_keys; test_epoch_names; tests/access: keyring_rollback
    a grant replayed, or claimed     test_revoked_copy; test_shared_keys; test_claimed_grants
    costs lowered or absurd          tests/seal: passphrase, unlocking; tests/access: keychange, unlock
    empty keys and words             test_joining; tests/seal: envelope, keys, doors, recovery, signing
    squatted and junk rows           test_planted_rows; test_false_cells; test_hostile_bundles; test_state_and_act
    an old `keys` file               tests/access: old_keys_attacks, rekeying; tests/services: factors
    erasing without authority        test_erasing
    one ciphertext, several keys     test_partition; tests/seal: commitment
    foreign lines beside our own     test_names_in_files; test_questions_by_file; test_forged_lines
    junk files, a planted dictionary test_junk_files
    a refusal that tells why         tests/access: unlock, delays; the bench "refusals"
    a prompt where guessing is free  test_guessing; tests/access: factors; tests/services/approvals: pipe
    a keystream used twice           test_salts; test_any_order; tests/seal: envelope
    a kill, a full disk              test_kill; test_import_kill; test_cut_off_imports; test_backup_kill;
                                     test_full_disk; test_keyfile_cut_off
    plaintext anywhere               test_plaintext; test_sections
    memory                           test_memory; test_open_doors; test_exports
    what leaves in a package         test_exports; tests/export
    a full old copy after revoking   test_revoked_copy; test_apart; test_arrest; tests/access: rekeying
    keys and logs without end        test_many_epochs; test_ending_goes_on; test_many_logs
    a copy of a device goes on too   test_forked_logs; test_logs_in_bundles; test_old_copies
    a fresh log of a revoked seat    test_shared_keys; test_spoiled_logs; test_planted_logs
    no grant, policy says yes        test_without_a_grant; test_every_act; test_shared_keys; test_sections
    sizes, ids, times                test_what_shows; test_locked_folder; tests/seal: padding
    two who act apart                test_apart; test_acted_apart
    one admin of two arrested        test_arrest; tests/services: members
    recovery sheets                  test_recovery; test_recovered_elsewhere; test_reserved_ids; tests/seal: sheets
    one admin alone                  test_admin_alone; tests/services: deputies, handover
    the person's own files nearby    test_what_is_not_ours; tests/access: founding_attacks
    two-person acts                  test_two_person; test_approvals; test_questions_by_file; tests/log: approvals
    who counts wrongly               tests/records: version_validity; test_hidden_heads; test_kinds
    a name or a date of another      test_member_records; test_glass_in_another_name; test_names_in_files
    a way in that nobody lists       test_slot_row; test_ended_seat_crash
    a time that no calendar has      test_times
    the week of the intake           test_weekly_marks
    a record that is none of its kind    test_no_records; test_junk_versions
    a case that looks like another   test_same_reference
    news that the app goes past      test_news_in_the_app
    a section without its case       test_case_without_section; test_sections
    a section, told by an export     test_people_of_sections
    a case whose date has passed     test_after_the_date
    a listed thing that is nowhere   test_absent_grants; test_missing_rows; test_absent_keys; test_relayed;
                                     test_absent_audit; test_nowhere
    an act that says something else  test_false_acts
    an older list of members named   test_old_lists
    a text too long to travel        test_too_long
    two readers of one edited vault  test_differential
    a network, where none should be  test_no_network
    a library taken over by a file   test_taken_over_libraries
    one half of a hybrid key         test_one_half; tests/seal: recipients
    a name that leaves unasked       test_names_in_notes; test_declined_names; test_kept_forms; test_other_cases
    tables, indexes and triggers     test_two_read_paths
    a week of a hostile member       test_schedules
    a check left out of the program  tests/mutation
"""
