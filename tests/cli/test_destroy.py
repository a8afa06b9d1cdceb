"""`casevault destroy` at the command line: refused, asked, done."""

from __future__ import annotations

import json

from tests.cli.desk import Desk
from tests.services.test_destroying import prove


def test_without_a_proven_recovery_nothing_is_armed(desk: Desk) -> None:
    for arguments in (("destroy", "access"), ("destroy", "after-wrong-attempts", "20")):
        answer = desk.run(*arguments, "--json")
        assert answer.code == 5
        assert "recovery" in json.loads(answer.out)["error"]["message"]


def test_the_sentence_is_asked_for_and_ends_the_access(desk: Desk) -> None:
    prove(desk.place)
    wrong = desk.run("destroy", "access", "--from", "-", stdin='{"sentence": "yes"}')
    assert wrong.code == 2
    assert desk.run("case", "list").code == 0
    done = desk.run("destroy", "access", "--from", "-", "--json", stdin='{"sentence": "destroy my access here"}')
    assert (done.code, json.loads(done.out)) == (0, {"schema": 1, "destroyed": True})
    assert "Copies of this folder and backups still open" in done.err
    assert desk.run("case", "list").code == 12


def test_the_destruction_of_slots_is_said_aloud_when_armed_and_shown_by_status(desk: Desk) -> None:
    prove(desk.place)
    armed = desk.run("destroy", "after-wrong-attempts", "25")
    assert armed.code == 0
    assert "EVERY slot of this folder" in armed.out
    assert "the 25th destroys every slot" in desk.run("status", "--unlock").out
    assert desk.run("destroy", "after-wrong-attempts", "off", "--json").out == '{"schema": 1, "after": null}\n'
    assert "they destroy nothing" in desk.run("status", "--unlock").out


def test_a_count_is_twenty_or_more_or_off(desk: Desk) -> None:
    prove(desk.place)
    for count, code in (("5", 5), ("many", 2), ("-3", 2), ("", 2)):
        assert desk.run("destroy", "after-wrong-attempts", count).code == code
