"""What a case is told by the command beside the first hour: dates, relations, numbers never to use, scenarios."""

from __future__ import annotations

from pathlib import Path

import pyrage  # type: ignore[import-untyped]  # it ships no types
import pytest

from tests.cli.desk import Desk, said
from tests.walks.command_desk import listed, made, person_in
from vault.words.codes import CODES

_HYPHENED = {code for code, word in CODES.items() if "-" in code and code != str(word)}


def test_a_case_says_for_how_long_there_was_no_contact_and_the_list_finds_it(desk: Desk) -> None:
    silent, heard = made(desk), made(desk)
    for ref, day in ((silent, "2026-01-02"), (heard, None)):
        on = ("--when", day) if day else ()
        assert desk.run("note", "add", ref, "--kind", "contact", *on, stdin="A call.").code == 0
    assert said(desk, "case", "show", silent)["last_contact"] == "2026-01-02"
    assert "no contact for" in desk.run("case", "show", silent).out
    found = {row["ref"]: row["last_contact"] for row in said(desk, "case", "list", "--no-contact", "30")["cases"]}
    assert found[silent] == "2026-01-02"
    assert heard not in found
    slip = said(desk, "intake", "add", "--text", "He is well.")["slip"]
    said(desk, "intake", "move", slip, "--to", silent)
    assert silent not in listed(desk, "--no-contact", "30")  # the call counts, moved as it is
    assert desk.run("case", "list", "--no-contact", "0", "--json").code != 0


def test_a_deadline_is_added_moved_and_done_and_a_task_without_a_date_is_still_to_do(desk: Desk) -> None:
    ref = made(desk)
    deadline = ("--what", "appeal", "--at", "01.12.2090", "--set-by", "court", "--source", "order 4/17")
    record = said(desk, "deadline", "add", ref, *deadline)["record"]
    said(desk, "task", "add", ref, "--what", "call the interpreter")
    said(desk, "deadline", "move", record, "2090-12-03")
    due = said(desk, "deadline", "list")["due"]
    assert [(row["about"], row["when"]) for row in due] == [("appeal", "2090-12-03"), ("call the interpreter", None)]
    assert said(desk, "deadline", "list", "--due", "0d")["due"] == []
    said(desk, "deadline", "done", record)
    assert [row["about"] for row in said(desk, "deadline", "list")["due"]] == ["call the interpreter"]
    assert said(desk, "deadline", "list", ref)["records"][0]["at"] == "2090-12-03"


def test_a_record_that_does_not_fit_its_form_is_refused_and_nothing_is_written(desk: Desk) -> None:
    ref = made(desk)
    refused = [
        ("hearing", "add", ref, "--at", "soon"),
        ("wanted", "add", ref, "--system", "all-of-them"),
        ("incident", "add", ref),
        ("detention", "edit", "0000", "--expires", "2090-12-10"),
        ("case", "stage", ref, "recognised"),
        ("case", "edit", ref),
    ]
    before = len(said(desk, "history", ref)["versions"])
    assert [arguments for arguments in refused if desk.run(*arguments).code == 0] == []
    assert len(said(desk, "history", ref)["versions"]) == before
    assert said(desk, "incident", "list", ref)["records"] == []


def test_many_cases_get_a_risk_and_are_closed_in_one_command_which_goes_on_where_it_stopped(desk: Desk) -> None:
    refs = [made(desk) for _ in range(3)]
    done = said(desk, "case", "edit", *refs, "--risk", "high")
    assert (done["changed"], done["same"], done["refused"]) == (3, 0, [])
    said(desk, "case", "close", refs[0], "--reason", "travelled on")
    done = said(desk, "case", "close", *refs, "--reason", "the office closes")
    assert (done["changed"], done["same"]) == (2, 1)
    assert sorted(listed(desk, "--closed")) == sorted(refs)
    assert said(desk, "case", "show", refs[1])["risk"] == "high"


def test_a_number_that_must_never_be_used_says_do_not_call_wherever_it_is_shown_or_typed(desk: Desk) -> None:
    ref = made(desk)
    person = person_in(desk, ref, "--name", "Арсений Вьюжанин", "--phone", "0555 010 203")
    contact = ("--channel", "messenger", "--address", "through his sister", "--hours", "after 18:00")
    more = ("--code-phrase", "about the books", "--may-tell", "the sister: nothing", "--never-use", "+996 555 010203")
    assert said(desk, "person", "edit", person, *contact, *more)["do_not_call"] == []
    case = desk.run("case", "show", ref)
    first = case.out.splitlines()[0]
    assert first.startswith("SAFE CONTACT  Арсений Вьюжанин: messenger through his sister; after 18:00")
    assert "DO NOT CALL  +996 555 010203" in case.out
    for shown in (("case", "show", ref), ("person", "list", ref), ("person", "show", person), ("search", "Вьюжанин")):
        assert "DO NOT CALL  0555 010 203" in desk.run(*shown).out, shown
    other = ("--role", "relative", "--name", "Lev", "--phone", "(996) 555-01-02-03", "--anyway")
    assert said(desk, "person", "add", ref, *other)["do_not_call"] == ["(996) 555-01-02-03"]
    assert "DO NOT CALL" in desk.run("intake", "add", "--number", "555010203").out
    said(desk, "person", "edit", person, "--use-again", "+996 555 010203")
    assert "DO NOT CALL" not in desk.run("case", "show", ref).out


def test_relatives_parties_and_linked_cases_stand_in_a_case_and_name_its_people_alone(desk: Desk) -> None:
    ref, other = made(desk), made(desk, "asylum")
    client = person_in(desk, ref, "--name", "Arseni Vyuzhanin")
    wife = said(desk, "person", "add", ref, "--role", "dependant", "--name", "Lidia Vyuzhanina")["person"]
    stranger = person_in(desk, other, "--name", "Noor Example")
    relation = ("--from-person", wife[:8], "--relation", "spouse", "--to-person", client)
    record = said(desk, "relation", "add", ref, *relation, "--exposed", "yes")["record"]
    (kept,) = said(desk, "relation", "list", ref)["records"]
    assert (kept["from_person"], kept["to_person"], kept["relation"]) == (wife, client, "spouse")
    assert "Lidia Vyuzhanina" in desk.run("relation", "list", ref).out
    assert desk.run("relation", "edit", record, "--to-person", stranger).code != 0
    assert desk.run("relation", "add", ref, "--from-person", wife, "--relation", "spouse").code != 0
    said(desk, "link", "add", ref, "--to-case", other, "--reason", "same order")
    assert [link["to_case"] for link in said(desk, "link", "list", ref)["records"]] == [other]


def test_scenario_2_a_night_arrest_is_written_down_with_its_clocks_and_the_dead_number(desk: Desk) -> None:
    ref = made(desk, "detention")
    client = ("--role", "client", "--name", "Arseni Vyuzhanin", "--phone", "+996 555 010 203")
    person = said(desk, "person", "add", ref, *client)["person"]
    arrest = ("--what", "arrest", "--at", "2026-11-20T05:40", "--affected", "telephone and laptop were taken")
    said(desk, "incident", "add", ref, *arrest, "--text", "No lawyer was there.")
    said(desk, "person", "edit", person, "--channel", "through-someone", "--never-use", "+996 555 010 203")
    assert "DO NOT CALL" in desk.run("case", "show", ref).out
    assert "DO NOT CALL" in desk.run("person", "show", person).out
    # Clocks by their certainty: what is confirmed is counted, what is not says which text a lawyer must check.
    counted = said(desk, "deadline", "count", "COE_16_40D", "--trigger", "2026-11-20")
    unconfirmed = desk.run("deadline", "count", "MINSK_40D", "--trigger", "2026-11-20").out
    assert "2026-12-30" in str(counted)
    assert "in time" not in unconfirmed
    for step in ("find out where he is", "send a lawyer", "tell the family by the safe way"):
        said(desk, "task", "add", ref, "--what", step, "--due", "2150-11-20")
    assert [row["about"] for row in said(desk, "deadline", "list")["due"]][:3] == [
        "find out where he is",
        "send a lawyer",
        "tell the family by the safe way",
    ]


def test_scenario_17_after_a_refused_extradition_the_risk_is_high_and_check_ins_are_due(desk: Desk) -> None:
    ref = made(desk)
    answer = desk.run("case", "stage", ref, "refused-at-risk", "--on", "2026-11-20").out
    assert "the most dangerous time" in answer
    assert said(desk, "case", "show", ref)["risk"] == "high"
    section = said(desk, "section", "new", ref, "--kind", "location", "--title", "Where he is")["section"]
    note = ("note", "add", ref, "--section", section, "--kind", "safety", "--json")
    assert desk.run(*note, stdin="Larkspur Yard 4, second floor").code == 0
    assert "`--in-sections` looks there too" not in desk.run("search", "Quagmire", "--in-sections").out
    assert said(desk, "search", "Larkspur")["hits"] == []
    assert "`--in-sections` looks there too" in desk.run("search", "Larkspur").out
    assert len(said(desk, "search", "Larkspur", "--in-sections")["hits"]) == 1
    looked = ("--who", "his sister rings", "--first", "Amina", "--second", "Joel", "--every", "day")
    at = ("--at", "2026-11-21T22:00", "--ladder", "30m: ring her", "--ladder", "1h: the lawyer")
    record = said(desk, "check-in", "add", ref, *looked, *at)["record"]
    assert said(desk, "check-in", "missed")["missed"][0]["due"] == ["ring her", "the lawyer"]
    following = said(desk, "check-in", "heard", record, "--end", "late")["next"]
    assert following.endswith("T22:00")
    assert [row["when"] for row in said(desk, "deadline", "list")["due"]] == [following]


def test_scenario_19_a_hold_keeps_a_case_with_its_reason_and_after_it_text_paper_and_finds_go(
    desk: Desk, tmp_path: Path
) -> None:
    ref = made(desk, "asylum")
    person_in(desk, ref, "--name", "Vexilda Morrowquay")
    note = ("note", "add", ref, "--kind", "contact", "--json")
    assert desk.run(*note, stdin="She waits in Larkspur Yard.").code == 0
    letter = tmp_path / "letter.txt"
    letter.write_text("The appeal of Morrowquay is pending.", encoding="utf-8")
    paper = said(desk, "document", "add", ref, str(letter), "--kind", "correspondence", "--title", "letter")["document"]
    said(desk, "deadline", "add", ref, "--what", "appeal", "--at", "2150-01-01", "--set-by", "court")
    said(desk, "case", "hold", ref, "--review", "2090-01-01", "--reason", "the appeal is pending")
    assert "the appeal is pending" in desk.run("erase", ref, "--reason", "subject-request").err  # what a person reads
    refused = desk.run("erase", ref, "--reason", "subject-request", "--yes").err
    assert ("2090-01-01" in refused, "the appeal" in refused) == (True, False)
    assert said(desk, "search", "Morrowquay")["hits"]
    said(desk, "case", "release", ref, "--reason", "the appeal is over")
    said(desk, "case", "close", ref, "--reason", "it is over")
    said(desk, "erase", ref, "--reason", "subject-request", "--yes")
    assert [said(desk, "search", word)["hits"] for word in ("Morrowquay", "Larkspur", "pending")] == [[], [], []]
    assert desk.run("document", "show", paper).code != 0
    assert [row for row in said(desk, "deadline", "list")["due"] if row["about"] == "appeal"] == []
    assert desk.run("log", "verify").code == 0


def test_a_note_is_moved_into_a_section_after_who_could_read_it_is_told(desk: Desk) -> None:
    ref = made(desk)
    section = said(desk, "section", "new", ref, "--kind", "location", "--title", "Where he is")["section"]
    note = desk.run("note", "add", ref, "--json", stdin="Larkspur Yard 4, second floor").json()["note"]
    refused = desk.run("section", "move", note[:8], "--to", section)
    assert "This moves into the section: note" in refused.out + refused.err
    assert refused.code == 3
    assert said(desk, "section", "move", note[:8], "--to", section, "--yes")["section"] == section
    assert "Larkspur Yard" in desk.run("section", "show", section).out
    assert "Larkspur" not in desk.run("note", "list", ref).out
    assert said(desk, "search", "Larkspur")["hits"] == []
    assert desk.run("log", "verify").code == 0


def test_who_erases_a_person_is_asked_for_another_title_where_the_title_names_them(desk: Desk) -> None:
    ref = str(said(desk, "case", "new", "--kind", "asylum", "--title", "Haile317 asylum")["ref"])
    person = person_in(desk, ref, "--name", "Ahmad Haile317")
    erase = ("erase", person, "--reason", "subject-request")
    done = desk.run_at_terminal(*erase, typed="Haile of 2026\nAsylum of 2026\nerase\n")
    assert done.code == 0, done.err
    assert f"{ref}  Haile317 asylum" in done.err
    assert f"New title of {ref} (Enter leaves it as it is): " in done.err
    assert "this title has a name of these people in it too" in done.err
    assert "The history of 1 case keeps an earlier title" in done.out
    assert "Haile" not in done.out
    assert said(desk, "search", "Haile317")["hits"] == []
    assert "Asylum of 2026" in desk.run("case", "list").out


def test_a_wanted_record_says_who_is_searched_for_and_that_a_camera_saw_them_in_words(desk: Desk) -> None:
    ref = made(desk)
    person_in(desk, ref, "--name", "Arseni Vyuzhanin")
    brother = person_in(desk, ref, "--name", "Lev Vyuzhanin")
    seen = ("--seen-how", "face-recognition", "--seen-words", "a gate of the metro lit up red")
    said(desk, "wanted", "add", ref, "--system", "cis-interstate", "--person", "Lev Vyuzhanin", *seen)
    for how in ("border-search", "shared-database"):
        said(desk, "wanted", "add", ref, "--system", "other", "--seen-how", how)
    kept = said(desk, "wanted", "list", ref)["records"][0]
    assert (kept["person"], kept["system"], kept["seen_how"]) == (brother, "cis-interstate", "face-recognition")
    listed = desk.run("wanted", "list", ref).out
    for line in (
        "wanted  CIS interstate search",
        "Who is searched for: Lev Vyuzhanin",
        "Seen how: camera or face recognition",
        "Seen how: search at a border",
        "Seen how: shared search database",
        "Seen how, in your own words: a gate of the metro lit up red",
    ):
        assert line in listed


def test_no_answer_shows_the_code_of_a_value(desk: Desk) -> None:
    ref = made(desk)
    person_in(desk, ref, "--name", "Arseni Vyuzhanin", "--channel", "through-someone")
    said(desk, "case", "stage", ref, "court-detention")
    desk.run("note", "add", ref, "--kind", "legal-advice", stdin="The order was read.")
    said(desk, "incident", "add", ref, "--what", "device-seized", "--at", "2026-10-14")
    said(desk, "risk", "add", ref, "--factor", "prior-arrest", "--review", "2150-01-02")
    said(desk, "checklist", "begin", ref, "--what", "office-raided")
    shown = [("case", "list"), ("case", "show", ref), ("note", "list", ref), ("person", "list", ref), ("history", ref)]
    shown += [("deadline", "list"), *((kind, "list", ref) for kind in ("incident", "risk", "checklist"))]
    told = "\n".join(desk.run(*arguments).out for arguments in shown)
    for words in ("court detention", "legal advice", "through somebody", "devices seized", "arrested before"):
        assert words in told
    assert [code for code in _HYPHENED if code in told] == []


def test_a_latin_letter_in_a_cyrillic_name_is_pointed_out_and_the_name_is_kept(desk: Desk) -> None:
    ref = made(desk)
    added = desk.run("person", "add", ref, "--role", "witness", "--name", "Асанов Бакиw")
    assert (added.code, "“Бакиw” has Latin among its Cyrillic letters: w. A slip?" in added.out) == (0, True)
    person = said(desk, "person", "list", ref)["persons"][0]["person"]
    mended = ("--misspelt", "Асанов Бакиw", "--add-name", "Асанов Бакит")
    assert said(desk, "person", "edit", person, *mended)["mixed_letters"] == []
    assert said(desk, "person", "edit", person, "--add-name", "Аsanov")["mixed_letters"] == ["Аsanov"]


def test_names_typed_at_a_terminal_with_a_semicolon_between_are_several(desk: Desk) -> None:
    ref, typed = made(desk), "Nurlan Asanov; Нурлан Асанов\n" + "\n" * 12
    assert desk.run_at_terminal("person", "add", ref, "--role", "client", typed=typed).code == 0
    assert said(desk, "person", "list", ref)["persons"][0]["names"] == ["Nurlan Asanov", "Нурлан Асанов"]


def test_what_people_read_of_the_register_the_log_and_a_search_hit_is_words(desk: Desk) -> None:
    ref = made(desk)
    person = person_in(desk, ref, "--name", "Kanat Orozov")
    assert desk.run("person", "edit", person, "--register", "no").code == 0
    history = desk.run("history", person).out
    assert ("register: left out" in history, "unregistered" in history) == (True, False)
    assert "register entrys" not in desk.run("log", "list").out
    assert "No entry is of this act." in desk.run("log", "list", "--act", "erase").out
    seen = ("--system", "interpol-red", "--seen-how", "face-recognition", "--category", "Quillrun")
    assert desk.run("wanted", "add", ref, *seen).code == 0
    hit = desk.run("search", "Quillrun").out
    assert ("camera or face recognition" in hit, "face-recognition" in hit) == (True, False)


def test_taking_back_without_a_question_says_at_a_terminal_what_went(desk: Desk) -> None:
    assert desk.run("task", "add", made(desk), "--what", "ring the embassy").code == 0
    undone = desk.run_at_terminal("undo", "--yes")
    assert "Taken back (task): “ring the embassy”" in undone.out + undone.err


# An order beats the rule and its extension beats the order; legal aid stops the clock of an appeal.
def test_papers_of_a_court_replace_the_computed_date_and_the_history_keeps_each(desk: Desk) -> None:
    ref = str(said(desk, "case", "new", "--kind", "detention", "--title", "Arrest at night")["ref"])
    by_rule = ("--rule", "KG_REMAND", "--trigger", "2139-11-03T05:40", "--zone", "Asia/Bishkek")
    kept = said(desk, "deadline", "add", ref, "--what", "end of custody", *by_rule)
    assert kept["at"] == "2140-01-02"
    (record,) = said(desk, "deadline", "list", ref)["records"]
    assert record["state"] == "check-with-a-lawyer"
    for day in ("2139-12-30", "2140-02-28"):
        said(desk, "deadline", "edit", kept["record"], "--at", day, "--set-by", "court")
    (record,) = said(desk, "deadline", "list", ref)["records"]
    assert (record["at"], record["state"], record["rule"]) == ("2140-02-28", "in-time", "KG_REMAND")
    versions = said(desk, "history", kept["record"])["versions"]
    assert [version["changed"]["at"] for version in versions] == ["2140-01-02", "2139-12-30", "2140-02-28"]
    assert [row["when"] for row in said(desk, "deadline", "list")["due"]] == ["2140-02-28"]


def test_an_appeal_that_legal_aid_stopped_is_kept_with_its_reasons_and_a_warning(desk: Desk) -> None:
    ref = str(said(desk, "case", "new", "--kind", "asylum", "--title", "Refusal in France")["ref"])
    facts = ("--trigger", "2026-11-10", "--suspended", "2026-11-20..2026-12-28")
    added = desk.run("deadline", "add", ref, "--what", "appeal", "--rule", "FR_CNDA_1M", *facts)
    assert added.code == 0, added.err
    assert "2027-01-17, which is no working day: it moves to 2027-01-18" in added.out
    shown = desk.run("deadline", "list", ref).out
    assert "2027-01-18" in shown
    assert "check with a lawyer" in shown
    assert "A lawyer must check: French law" in shown
    assert "in time" not in shown


def test_a_date_in_working_days_says_its_day_and_holidays_and_needs_a_country(desk: Desk) -> None:
    ref = str(said(desk, "case", "new", "--kind", "asylum", "--title", "Refusal in France")["ref"])
    refused = desk.run("deadline", "add", ref, "--what", "appeal", "--at", "+10wd")
    assert (refused.code, "whose holidays count" in refused.err, "+10wd FR" in refused.err) == (2, True, True)
    kept = desk.run("task", "add", ref, "--what", "call", "--due", "10 jours ouvrés FR")
    assert (kept.code, "is 10 working days from today (FR). Holidays left out:" in kept.err) == (0, True)
    (row,) = said(desk, "deadline", "list")["due"]
    assert kept.err.startswith(row["when"])


# At a terminal: a question shows what is there and Enter keeps it; and a no throws no answers away.
SHE = "Farida Noorzai"


def test_a_change_shows_what_is_there_and_enter_keeps_it(desk: Desk) -> None:
    case = made(desk, "asylum")
    what = ("--what", "arrest", "--place", "Oshmar", "--affected", "she", "--affected", "her phone")
    record = said(desk, "incident", "add", case, *what, "--text", "They came.")["record"]
    her = said(desk, "person", "add", case, "--role", "client", "--name", SHE, "--born", "1990")["person"]
    request = said(desk, "subject-request", "add", case, "--what", "copy", "--handed", "a page")["record"]
    # place, by whom, who and which devices, told by, confirmed, what happened
    changed = desk.run_at_terminal("incident", "edit", record, typed="\nGKNB\n\n\n\n\n", is_seen=True)
    assert changed.code == 0, changed.err
    assert "Place (now Oshmar; Enter keeps it): " in changed.err
    assert "By whom (Enter leaves it as it is): " in changed.err
    assert (
        "Who and which devices (now she / her phone; Enter keeps it, or type all again, each on its own line): "
        in changed.err
    )
    assert "(now They came.; Enter keeps it" in changed.err
    told = desk.run("--json", "incident", "list", case).json()["records"][0]
    assert (told["place"], told["by_whom"]) == ("Oshmar", "GKNB")
    assert (told["affected"], told["text"]) == (["she", "her phone"], "They came.")
    asked = desk.run_at_terminal("person", "edit", her, typed="\n" * 3 + "1991\n" + "\n" * 11, is_seen=True)
    assert "for about) (now 1990; Enter keeps it): " in asked.err
    over = desk.run_at_terminal("subject-request", "done", request, typed="a page, to her\n", is_seen=True)
    assert "What was handed over, and to whom (now a page; Enter keeps it): " in over.err
    told = desk.run("--json", "subject-request", "list", case).json()["records"][0]
    assert (told["handed"], told["answered"] is not None) == ("a page, to her", True)


def test_the_reason_of_a_hold_is_shown_once_the_look_is_in_the_log_and_enter_keeps_it(desk: Desk) -> None:
    case = made(desk, "asylum")
    said(desk, "case", "hold", case, "--review", "2090-01-01", "--reason", "a court asks")
    longer = desk.run_at_terminal("case", "hold", case, "--review", "2091-01-01", typed="\n", is_seen=True)
    assert "Why the case is on legal hold (now a court asks; Enter keeps it): " in longer.err
    assert longer.code == 0, longer.err
    viewed = desk.run("--json", "log", "list", "--act", "case.view").json()["entries"]
    assert viewed
    assert "reason: a court asks" in desk.run("history", case).out or "2091-01-01" in longer.out


def test_going_on_with_a_note_takes_no_other_kind_or_day(desk: Desk) -> None:
    case = made(desk, "asylum")
    answer = desk.run("note", "add", case, "--go-on", "--kind", "interview")
    assert answer.code == 2
    assert "its kind and its day stay" in answer.err


@pytest.mark.long
def test_a_case_a_paper_and_a_recipient_show_what_is_there_to_a_terminal_and_to_no_file(
    desk: Desk, tmp_path: Path
) -> None:
    case = said(desk, "case", "new", "--kind", "asylum", "--title", "Larkspur")["ref"]
    (tmp_path / "letter.txt").write_text("From the clinic.")
    paper = said(desk, "document", "add", case, str(tmp_path / "letter.txt"), "--kind", "other", "--title", "Clinic")
    key = str(pyrage.x25519.Identity.generate().to_public())
    said(desk, "recipient", "add", "Bureau", "--age", key)
    said(desk, "recipient", "edit", "Bureau", "--phone", "+33 1 99 00 11 22", "--language", "Dari")
    questions = (
        (("case", "edit", case), ("New title of the case (now Larkspur; Enter keeps it): ",)),
        (("document", "edit", paper["document"]), ("(now Clinic; Enter keeps it): ",)),
        (
            ("recipient", "edit", "Bureau"),
            ("Phone (now +33 1 99 00 11 22; Enter keeps it): ", "Town (Enter leaves it", "(now Dari; Enter keeps it, "),
        ),
    )
    for command, shown in questions:
        seen = desk.run_at_terminal(*command, "--json", typed="\n" * 8, is_seen=True)
        assert [words for words in shown if words not in seen.err] == [], seen.err
        elsewhere = desk.run_at_terminal(*command, "--json", typed="\n" * 8)
        assert [word for word in ("Larkspur", "Clinic", "99 00", "Dari") if word in elsewhere.err] == []
    assert said(desk, "case", "show", case)["title"] == "Larkspur"
    assert said(desk, "document", "show", paper["document"])["title"] == "Clinic"
    (bureau,) = said(desk, "recipient", "list")["recipients"]
    assert (bureau["phone"], bureau["languages"]) == ("+33 1 99 00 11 22", ["Dari"])
    assert desk.run_at_terminal("case", "edit", case, typed="Delphinium\n", is_seen=True).code == 0
    assert said(desk, "case", "show", case)["title"] == "Delphinium"


@pytest.mark.long
def test_who_says_no_to_somebody_known_keeps_the_answers_goes_through_them_again_or_drops_them(desk: Desk) -> None:
    case, other = made(desk, "asylum"), made(desk, "asylum")
    said(desk, "person", "add", case, "--role", "client", "--name", SHE, "--born", "1990")
    answers = f"{SHE}\n\n1990\n" + "\n" * 8
    add = ("person", "add", other, "--role", "relative")
    dropped = desk.run_at_terminal(*add, typed=f"{answers}\nno\ndrop\n")
    assert (dropped.code != 0, "nothing is written" in dropped.err) == (True, True)
    assert "as the same person in another case? Type yes, no, or back" in dropped.err
    assert desk.run("--json", "person", "list", other).json()["persons"] == []
    again = desk.run_at_terminal(*add, typed=f"{answers}no\nback\n\n1991\n" + "\n" * 8 + "no\nkeep\n", is_seen=True)
    assert again.code == 0, again.err
    assert f"Name, in each script known (now {SHE}; Enter keeps it" in again.err
    (person,) = desk.run("--json", "person", "list", other).json()["persons"]
    assert (person["born"], SHE in str(person)) == ("1991", True)
