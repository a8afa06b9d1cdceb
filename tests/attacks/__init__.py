"""The attacker's code. Where each claim is attacked; the names of the tests say how it fails.

What the attacker has:
    outsider        the database's key, and edits rows        burglar       keys of a seat, folders, leaked keys: all
    hostile (sync)  every key of an exchange but signatures                 that arithmetic makes of them
    tampering       each way to change a row                  plaintext     forms in which a word may stand
    many_keys       one ciphertext for 59 keys                sealing       hears what is sealed, under which key
    flooding        more keys and logs than any program makes scheduling    weeks of two to five devices by chance
    edits, resealing   random edits of all that lies on a disk or travels    differing   what two readers say of one

    every bit, every cut             test_every_bit; test_tamper; test_hostile_bundles
                                     tests/seal: sealing, factors, bundles, keys
                                     tests/log: items
                                     tests/log: checkpoint, verify
                                     tests/services: backups
    moved, swapped, doubled          test_tamper; test_old_copies; test_joining
                                     tests/records: versions, version_validity
    an older state put back, forks   test_old_copies; test_logs; test_admins;
                                     test_logs; test_forked_logs; tests/access: pins, keyrings
    public key swapped               test_joining
    certificates swapped, a member
    added by who may not             test_joining; test_every_act; test_admins; tests/trust: rule, worlds
    a key planted, two under a name  test_shared_keys; tests/access: keyrings, writing_keys
    a grant replayed, or claimed     test_without_a_grant; test_shared_keys; test_claims
    costs lowered or absurd          tests/seal: passphrase, factors; tests/access: keychange, unlock
    empty keys and words             test_joining; tests/seal: sealing, keys, factors
    squatted and junk rows           test_old_copies; test_tamper; test_hostile_bundles; test_every_act
    an old `keys` file               tests/access: keyrings, keychange; tests/services: factors
    erasing without authority        test_erasing
    one ciphertext, several keys     test_ways_in; tests/seal: sealing
    foreign lines beside our own     test_names_in_files; test_two_person; test_records_of_others
    junk files, a planted dictionary test_hostile_files
    a refusal that tells why         tests/access: unlock, attempts; the bench "refusals"
    a prompt where guessing is free  test_ways_in; tests/access: unlock; tests/services/approvals: pipe
    a keystream used twice           test_ways_in; tests/seal: sealing
    a kill, a full disk              test_cut_off; test_backups;
                                     test_cut_off; test_ways_in
    plaintext anywhere               test_what_shows; test_every_act
    memory                           test_memory; test_ways_in; test_exports
    what leaves in a package         test_exports; tests/export
    a full old copy after revoking   test_without_a_grant; test_admins; tests/access: keychange
    keys and logs without end        test_shared_keys; test_wasted_work; test_logs
    a copy of a device goes on too   test_forked_logs; test_old_copies
    a fresh log of a revoked seat    test_shared_keys; test_logs
    no grant, policy says yes        test_without_a_grant; test_every_act; test_shared_keys
    sizes, ids, times                test_what_shows; tests/seal: sealing
    two who act apart                test_forked_logs; tests/trust: worlds
    one admin of two arrested        test_admins; tests/services: members
    recovery sheets                  test_recovery; test_restored_endings; test_joining; tests/seal: factors
    one admin alone                  test_admins; tests/services: handover
    the person's own files nearby    test_backups; tests/access: founding
    two-person acts                  test_two_person; test_approvals; tests/log: payload
    who counts wrongly               tests/records: version_validity; test_claims
    a name or a date of another      test_claims; test_two_person; test_names_in_files
    a way in that nobody lists       test_ways_in; test_ended_devices
    a time that no calendar has      test_records_of_others
    a record that is none of its kind test_records_of_others; test_false_entries
    rows around who is in            test_lines; test_absent_keys; test_tamper
    a case that looks like another   test_claims
    news that the app goes past      test_two_versions
    a section without its case       test_without_a_grant; test_every_act
    a section, told by an export     test_people_and_partners
    a case whose date has passed     test_without_a_grant
    a listed thing that is nowhere   test_absent_keys; test_old_copies; test_false_entries
    an act that says something else  test_false_entries
    a text too long to travel        test_records_of_others
    two readers of one edited vault  test_every_bit
    a network, where none should be  test_what_shows
    a library taken over by a file   test_memory
    one half of a hybrid key         test_ways_in; tests/seal: sealing
    a name that leaves unasked       test_names_in_notes
    tables, indexes and triggers     test_tamper
    a week of a hostile member       test_every_bit
    a check left out of the program  tests/mutation
"""
