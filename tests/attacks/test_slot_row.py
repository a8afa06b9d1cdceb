"""Who shares a folder can take out of its database that they have a way in. Their end closes it nevertheless."""

from __future__ import annotations

import pytest

from tests.attacks.outsider import learn_as
from tests.services.office import JOEL, Office
from vault.errors import VaultError
from vault.services.members import members

PASSPHRASE = b"joel opens"


def test_a_member_who_takes_their_row_out_of_the_database_is_locked_out_with_their_end(office: Office) -> None:
    office.place.open().close()
    joel = learn_as(office.place.path, JOEL, PASSPHRASE)
    with joel.rows(office.place.path) as rows:
        rows.execute("DELETE FROM local WHERE seat = ?", (joel.secrets.seat,))
    office.place.open().close()  # nothing is forgotten for it
    with office.place.open() as mira:
        assert members.suspend(mira, office.joel.member).is_done
    with pytest.raises(VaultError):
        learn_as(office.place.path, JOEL, PASSPHRASE)
    with pytest.raises(Exception, match="not a database"), joel.rows(office.place.path) as rows:
        rows.execute("SELECT count(*) FROM operation")
    with office.place.open() as mira:
        assert mira.warnings == ()
