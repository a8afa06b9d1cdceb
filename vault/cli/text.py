"""The words of `casevault --help`: a literal, because building them from parsers costs more than it is worth."""

from __future__ import annotations

HELP = """\
casevault - an encrypted casework vault for asylum-support organisations

  casevault                      open the app
  casevault demo                 try everything on invented people
  casevault shell                one passphrase for several commands
  casevault NOUN VERB --help     the options of one command

usage: casevault [--vault V] [--member NAME] NOUN [VERB] ...

start
  init [--sheets FOLDER]         make a vault; asks for the rest
  status | doctor | version      this vault, this computer (no passphrase)
  recovery status | sheets | drill | new | follow | restore
                                 the sheets that restore access
  passphrase change | generate   change yours, or make one from words
  factor list | add keyfile --out F | add fido2 | remove KIND
                                 a file or a security key with it
  lock                           stop this vault's running app on this computer
  destroy access | after-wrong-attempts N
                                 your key slot; or all, after N failures
organisation
  member list | invite | join | admit | finish | add
                                 list; four steps admit a member
         suspend | leave | roles MEMBER
         show | sign | commit PROPOSAL
                                 a change that several must sign
         away MEMBER --until DATE --deputy MEMBER | deputy MEMBER --is MEMBER
  device list | name | add | give | move | revoke DEVICE
cases
  case new | list | show CASE
  person add CASE | list CASE
  note add CASE | list CASE | show NOTE | amend NOTE
  search WORDS
  section new CASE | list CASE | show ID | grant ID | revoke ID
                                 restricted: where somebody is, health, sources
  intake add | list | close SLIP call slips
who can open what
  grant list CASE | add CASE --to MEMBER [--until DATE]
        revoke CASE --from-member MEMBER
  key list CASE | rotate CASE | rewrap
  handover order MEMBER --to MEMBER | list | carry-out
  break-glass CASE --for MEMBER --until DATE [--second NAME]
  clock show | confirm | repair  the time that ends rights with a date
referrals
  recipient add | list
  export CASE --profile lawyer --to NAME --out DIR [--decide proposed]
                                 [--second NAME | --approval ANSWER]
  approval ask CASE | show FILE | give FILE | list
                                 a second person at another place
  package open FILE | verify FILE
exchange
  bundle make --to MEMBER | import FILE | show FILE
evidence
  log list | verify | checkpoint
  backup make DEST | verify SRC | restore SRC [--sheets]

options, before or after the verb
  --vault V              the vault's folder (or CASEVAULT_VAULT)
  --member NAME          who you are (or CASEVAULT_MEMBER; else asked)
  --passphrase-fd N      read the passphrase from this file descriptor
  --passphrase-file F    read it from this file (yours alone, mode 600)
  --keyfile F            your keyfile, where you have one (or CASEVAULT_KEYFILE)
  --security-key         your slot needs the security key: plug it in
  --from -               read names, phones and other personal values as JSON
  --why CODE             the reason kept in the log when a case is opened
  --json                 one JSON object, errors included
  --no-input             never ask; fail instead
  --quiet                no progress

Personal values are never given as options at a terminal: they would stay in the
shell's history. Leave them out and you are asked, or use --from -.

exit codes
  0 ok   1 failure   2 usage   3 waiting for a decision   4 not found
  5 refused   6 verification failed   10 no vault here   11 open elsewhere
  12 wrong passphrase   69 part missing   70 internal   75 try again
  74 done, but the answer could not be written: do not repeat it
  130, 143 ended by a signal   141 done, and nobody read the answer
"""

NOUNS: dict[str, str] = {
    # noun -> module of vault.cli that holds its verbs
    "init": "vault.cli.init",
    "recovery": "vault.cli.recovery",
    "passphrase": "vault.cli.passphrase",
    "factor": "vault.cli.factor",
    "member": "vault.cli.member",
    "device": "vault.cli.device",
    "case": "vault.cli.case",
    "person": "vault.cli.person",
    "note": "vault.cli.note",
    "search": "vault.cli.search",
    "section": "vault.cli.section",
    "intake": "vault.cli.intake",
    "grant": "vault.cli.grant",
    "key": "vault.cli.key",
    "handover": "vault.cli.handover",
    "clock": "vault.cli.clock",
    "recipient": "vault.cli.recipient",
    "export": "vault.cli.export",
    "approval": "vault.cli.approval",
    "break-glass": "vault.cli.break_glass",
    "package": "vault.cli.package",
    "log": "vault.cli.log",
    "backup": "vault.cli.backup",
    "bundle": "vault.cli.bundle",
    "destroy": "vault.cli.destroy",
    "lock": "vault.cli.computer",
    "status": "vault.cli.computer",
    "doctor": "vault.cli.computer",
    "demo": "vault.cli.demo",
    "app": "vault.cli.app",
    "shell": "vault.cli.shell",
}
