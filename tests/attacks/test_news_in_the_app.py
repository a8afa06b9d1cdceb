"""News that a bundle brings count at once, also in the app, which stays open for hours after it."""

from __future__ import annotations

from pathlib import Path

from tests.english import in_english
from tests.services.founded import PASSPHRASE
from tests.services.organisation import AMINA, MIRA, SELIN, Organisation, give, share
from tui.gateway import Gateway
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.services.cases import cases, notes
from vault.services.exchange import syncing
from vault.services.members import members

AFTER = "Quellgrund, where she is since"


def test_nothing_that_the_app_writes_after_the_news_of_a_lost_device_opens_there(
    organisation: Organisation, tmp_path: Path
) -> None:
    news = tmp_path / "news.bundle"
    with organisation.at(SELIN, AMINA, MIRA) as (selin, amina, mira):
        case = cases.create(selin, title="Passed on", kind="asylum").case
        share(selin, case, organisation, AMINA)
        give(selin, amina, tmp_path)
        assert members.suspend(mira, amina.member).is_done
        syncing.make(mira, selin.member, news)
        taken_with = {bytes(epoch) for epoch in amina.keyring.epochs_of(case)}
    account = organisation[SELIN]
    gateway = Gateway(account.place.path, state=account.place.state)
    gateway.unlock(account.name, bytearray(PASSPHRASE))
    try:
        gateway.status()
        told = gateway.exchange.import_bundle(news, lambda done, total: None, lambda: False)
        session = gateway.exchange._session
        notes.add(session, case, Note(NoteKind.CONTACT, AFTER))
        with session.database.reading() as rows:
            under = {one.epoch for one in rows.versions(case) if one.seq == session.log.size - 1}
        assert under
        assert under.isdisjoint(taken_with)
        assert told is not None
        assert "1 case was revoked from devices that left: new keys were made." in in_english(told.lines)
    finally:
        gateway.close()
