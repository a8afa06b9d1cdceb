"""Words that name nobody, wherever they stand: the small list that default-deny does not ask about. All plain forms."""

from __future__ import annotations

from vault.names.normal import normal
from vault.redaction.months import MONTHS

_ANYWHERE = """
i monday tuesday wednesday thursday friday saturday sunday lundi mardi mercredi jeudi vendredi samedi dimanche
понедельник вторник среда четверг пятница суббота воскресенье
unhcr un ngo eu gdpr dna id ok am pm увкб оон нпо фио мвд фсб
"""

# Capitalised at the start of a sentence only. Without an English or French dictionary at hand the list stays short.
_SENTENCE_STARTS = """
a about according after again all also although an and another any are as asked at attached be because been before
being both but by call called came can case client could court date day decision detained detention did do does during
each either evening every few first following for from given had has have he hearing her here him his how however if
in interview into is it its last later lawyer letter many may met might more morning most much must my need needs
neither new next night no nobody none not note nothing now of office often on once one only or other our out over phone
please police possible probably read received recently said same says second see seen sent several she should since so
some someone soon spoke still such talked tell that the their them then there these they this those though three
threatened time to today told tomorrow tonight two under until urgent very visit visited was we were what when where
whether which while who whom why will with without would yes yesterday yet you your
au aucun aujourd'hui aussi avant avec avoir car ce cela ces cet cette chaque comme dans de depuis des deux dit donc du
elle elles en entretien est et etait eux faut hier il ils je jamais l'appel l'audience la le les leur leurs lui mais me
mon notre nous on ont ou par pas pendant personne peut plus plusieurs pour puis quand que qui rien sa sans selon ses si
son sous sur tous tout toute tres trois trop un une urgent vers voici vous
"""

# Scripts without capitals: every other word is a question.
_ARABIC_FUNCTION_WORDS = """
من في على إلى عن مع هذا هذه ذلك تلك التي الذي الذين هو هي هم هن أنا نحن أنت أن إن كان كانت يكون لا ما لم لن قد ثم أو و
بعد قبل عند حتى كل بعض غير بين حيث كما إذا لكن أي منذ فقط أيضا اليوم أمس غدا قال قالت
از به در با که این آن را و یا تا برای هم اگر اما است بود شد شده می نمی نه هر چه او ما شما آنها امروز دیروز فردا گفت
"""


def _plain(words: str) -> frozenset[str]:
    return frozenset(normal(word) for word in words.split())


NEUTRAL = _plain(_ANYWHERE) | frozenset(MONTHS)
SENTENCE_STARTS = _plain(_SENTENCE_STARTS)
FUNCTION_WORDS = _plain(_ARABIC_FUNCTION_WORDS)
