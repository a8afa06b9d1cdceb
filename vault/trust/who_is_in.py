"""Who is in, judged from above down: the sheets, admins, what admins take, everybody else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from vault.ids import Digest, MemberId, SeatId
from vault.policy.roles import Role
from vault.trust.log_trees import Logs, Place
from vault.trust.trust_items import HELPERS, MEMBER, Admit, BySheets, End, Lift, Lower, Recover

Taking = End | Lower
_HELPER_ROLES = frozenset({Role.INTAKE, Role.FIELD, Role.CASEWORKER})


class Organisation:
    """Who is in by what is here. Made once, never changed.

    Attributes:
        members: the member of each seat that an act admitted which counts, taken since or not.
        admin_seats: seats that the sheets admitted as admins, and the founder's first.
        admins: members with that rank now. `above`: those of these seats whose member is one of them.
        roles: what each member may do now.
        admits: admissions that count.
        left: members who were taken with every seat.
        seconds: members who may second an admission: not those whom one supervisor alone admitted.
        until: until when (ms UTC) a seat is written to; a seat without a day is not in it.
        takings: ends and lowers in effect.
        out: seats that are ended, or stopped by one admin.
        recovered: members whom the sheets make keepers of cases founded with recovery.
    """

    def __init__(self, logs: Logs, *, stops: bool = True, lenient: bool = False) -> None:
        """Judge what is here.

        Args:
            logs: what is here.
            stops: whether what one admin alone took is taken.
            lenient: whether what may lead to heads that are not here counts too. Without stops and lenient, the state
                is the one by which takings in cases are judged; as it stands, the one by which gifts are.
        """
        self._logs, self._lenient, self._enough = logs, lenient, 1 if stops else 2

        # 1. The sheets: what the root in effect signed, or its replacement keeps, whoever lists it.
        signed = {
            each.act
            for _, each in logs.listed
            if isinstance(each, BySheets) and (each.root == logs.root.key or each.digest in logs.root.keeps)
        }
        lifted = {act.taking for act in signed if isinstance(act, Lift)}
        standing = {act for act in signed if act.digest not in lifted}
        admits = {act for act in signed if isinstance(act, Admit)}
        self.recovered = frozenset(act.member for act in standing if isinstance(act, Recover))

        # 2. Admins: the founder, and whom the sheets admit so. Only the sheets take from them.
        founder = logs.founder
        self.members: dict[SeatId, MemberId] = {founder.seat: founder.member} | _places(admits)
        self.admin_seats = {founder.seat} | {act.certificate.seat for act in admits if Role.ADMIN in act.roles}
        self._by_sheets = _Takings(logs, {act: frozenset() for act in standing if isinstance(act, Taking)})
        lowered = self._by_sheets.lowered(Role.ADMIN)
        self.admins = {self.members[seat] for seat in self.admin_seats} - lowered
        self.above = {seat for seat in self.admin_seats if self.members[seat] in self.admins}

        # 3. What admins take from all others: one stops, two end. Two lift, or all who took.
        #    A taking narrows, so it counts leniently; where takings are judged, what cuts one has to count strictly.
        by, lifting = defaultdict[Taking, set[MemberId]](set), defaultdict[Digest, set[MemberId]](set)
        for at, act in logs.listed:
            if at.log in self.admin_seats:
                if isinstance(act, Taking) and self._is_left_to_admin(at, not lenient):
                    by[act].add(self.members[at.log])
                elif isinstance(act, Lift) and self.counts_as_admin(at):
                    lifting[act.taking].add(self.members[at.log])
        self._by_admins = _Takings(
            logs,
            {
                act: frozenset(who)
                for act, who in by.items()
                if act.digest not in lifted and not (len(back := lifting[act.digest]) >= 2 or who <= back)
            },
        )

        # 4. Everybody else.
        self.seconds = set(self.members.values())
        self._given = defaultdict[MemberId, set[Role]](set)
        self.admits = set(admits)
        self.until = self._admit_everybody(admits)

        by_enough = {act for act, who in self._by_admins.by.items() if len(who) >= self._enough}
        self.takings = {*self._by_sheets.by, *by_enough}
        self.roles = {member: self._roles(member) for member in set(self.members.values())}
        self.out = {seat for seat in self.members if self._is_out(seat)}
        taken = {act.member for act in by_enough if isinstance(act, Lower) and act.role == MEMBER} - self.admins
        self.left = self._by_sheets.lowered(MEMBER) | taken

    # ---- entries ------------------------------------------------------------------------------------------------

    def counts(self, at: Place) -> bool:
        """Say whether an entry counts: its seat was let in, and no taking leaves the entry out."""
        member = self.members.get(at.log)
        if member is None or self._by_sheets.cutting(at, member, self._lenient):
            return False
        if at.log in self.above:
            return True
        cut = self._by_admins.cutting(at, member, self._lenient)
        return len({who for each in cut for who in self._by_admins.by[each]}) < self._enough

    def counts_as_admin(self, at: Place) -> bool:
        """Say whether an entry counts as an admin's."""
        return at.log in self.admin_seats and self._is_left_to_admin(at, self._lenient)

    def roles_at(self, at: Place) -> frozenset[Role]:
        """Return the roles by which an entry is judged: one that was lowered counts within the heads."""
        return self._roles(self.members[at.log], at)

    def given_to(self, member: MemberId) -> frozenset[Admit]:
        """Return the admissions that count of a member."""
        return frozenset(act for act in self.admits if act.certificate.member == member)

    def takings_of(self, seat: SeatId) -> frozenset[Taking]:
        """Return what is in effect of takings that hit a seat, its member, or a role of theirs."""
        member = self.members[seat]
        of_both = (each.hitting(seat, member, *Role) for each in (self._by_sheets, self._by_admins))
        return frozenset(taking for hitting in of_both for taking in hitting if taking in self.takings)

    def _is_left_to_admin(self, at: Place, lenient: bool) -> bool:
        return not self._by_sheets.cutting(at, self.members[at.log], lenient, Role.ADMIN)

    # ---- members ------------------------------------------------------------------------------------------------

    def _admit_everybody(self, by_sheets: Collection[Admit]) -> dict[SeatId, int]:
        """Admit by the sheets, then by the lists of who is in. Return until when each seat is written to."""
        listing, lists = defaultdict[Admit, list[Place]](list), defaultdict[SeatId, set[Admit]](set)
        for at, act in self._logs.listed:
            if isinstance(act, Admit) and Role.ADMIN not in act.roles and act not in by_sheets:
                listing[act].append(at)
                lists[at.log].add(act)
        seats, days = defaultdict[MemberId, set[SeatId]](set), defaultdict[SeatId, set[int | None]](set)
        for seat, member in self.members.items():
            seats[member].add(seat)
        admitted = dict[Admit, bool]()
        more, news = dict.fromkeys(by_sheets, False), set(self.members.values())
        while news:
            admitted |= more
            self.admits.update(more)
            for act, is_by_two in more.items():
                seat, member = act.certificate.seat, act.certificate.member
                self.members[seat] = member
                self._given[member] |= act.roles
                seats[member].add(seat)
                days[seat].add(act.until)
                if is_by_two:
                    self.seconds.add(member)
            found = {
                act: self._is_admitted_by_two(act, listing[act])
                for act in {act for member in news for seat in seats[member] for act in lists[seat]}
                if not admitted.get(act)
            }
            more = {act: yes for act, yes in found.items() if yes is not None and yes is not admitted.get(act)}
            news = {act.certificate.member for act in more}
        until = {seat: max(filter(None, each)) for seat, each in days.items() if None not in each}
        # No device outlives the day of its member's first.
        firsts = {seat: until.get(SeatId(member)) for seat, member in self.members.items()}
        return until | {seat: min(day, until.get(seat, day)) for seat, day in firsts.items() if day is not None}

    def _is_admitted_by_two(self, act: Admit, places: Collection[Place]) -> bool | None:
        """Return whether two listed a first seat; None where it does not count.

        False: a supervisor alone listed a helper, who seconds nobody; or it is a further seat.
        """
        places = [at for at in places if self.counts(at)]
        certificate = act.certificate
        others = [at for at in places if self.members[at.log] != certificate.member]
        seconds = {self.members[at.log] for at in others} & self.seconds
        if certificate.is_first:
            if len(seconds) >= 2 and any(map(self.counts_as_admin, others)):
                return True
            is_helper = self._logs.helpers and act.roles <= _HELPER_ROLES
            return False if is_helper and any(map(self._admits_helpers, others)) else None
        may = any(self.counts_as_admin(at) or Role.SUPERVISOR in self.roles_at(at) for at in places)
        return False if may and seconds and len(others) < len(places) and not act.roles else None

    def _admits_helpers(self, at: Place) -> bool:
        """Say whether an entry is a supervisor's, with the rule for helpers not ended by two admins or the sheets."""

        def ended(by: _Takings) -> list[Taking]:
            return [act for act in by.of_helpers if not self._logs.is_within(at, act.heads, lenient=self._lenient)]

        by_admins = {who for act in ended(self._by_admins) for who in self._by_admins.by[act]}
        return Role.SUPERVISOR in self.roles_at(at) and not ended(self._by_sheets) and len(by_admins) < 2

    def _roles(self, member: MemberId, at: Place | None = None) -> frozenset[Role]:
        """Return what acts that count give a member, less what is lowered now, or beyond whose heads an entry is."""
        lowers = self._by_sheets.lowers_of(member)
        if member not in self.admins:
            lowers = [
                *lowers,
                *(a for a in self._by_admins.lowers_of(member) if len(self._by_admins.by[a]) >= self._enough),
            ]
        return frozenset(self._given[member]) - {
            role
            for each in lowers
            for role in (Role if each.role == MEMBER else (each.role,))
            if at is None or not self._logs.is_within(at, each.heads, lenient=self._lenient)
        }

    def _is_out(self, seat: SeatId) -> bool:
        member = self.members[seat]
        found = self._by_sheets.hitting(seat, member)
        if seat not in self.above:
            found = [*found, *(each for each in self._by_admins.hitting(seat, member) if each in self.takings)]
        return bool(found)


class _Takings:
    """Ends and lowers by whom they hit, each with the admins who list it; with nobody, where the sheets took."""

    def __init__(self, logs: Logs, by: Mapping[Taking, frozenset[MemberId]]) -> None:
        self.by, self._logs = by, logs
        self._ends, self._lowers = defaultdict[SeatId, list[End]](list), defaultdict[MemberId, list[Lower]](list)
        for each in by:
            if isinstance(each, End):
                self._ends[each.seat].append(each)
            else:
                self._lowers[each.member].append(each)

        self.of_helpers = [each for each in by if isinstance(each, Lower) and each.role == HELPERS]

    def lowers_of(self, member: MemberId) -> list[Lower]:
        return self._lowers.get(member, [])

    def lowered(self, role: str) -> set[MemberId]:
        return {
            member for member, lowers in self._lowers.items() if any(each.role in (role, MEMBER) for each in lowers)
        }

    def hitting(self, seat: SeatId, member: MemberId, *roles: str) -> list[Taking]:
        """Return what takes the seat, its person, or one of these roles of theirs."""
        lowers = (each for each in self._lowers.get(member, ()) if each.role in (MEMBER, *roles))
        return [*self._ends.get(seat, ()), *lowers]

    def cutting(self, at: Place, member: MemberId, lenient: bool, *roles: str) -> list[Taking]:
        """Return those of them beyond whose heads an entry lies."""
        if not self.by:
            return []
        found = self.hitting(at.log, member, *roles)
        return [each for each in found if not self._logs.is_within(at, each.heads, lenient=lenient)]


def _places(admits: Iterable[Admit]) -> dict[SeatId, MemberId]:
    return {act.certificate.seat: act.certificate.member for act in admits}
