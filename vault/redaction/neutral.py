"""Words by the part that they play in a text: what default-deny does not ask about. All plain forms.

No word is here that is also a usual given name: January, May, June, August, Sunday are asked about like any other.
"""

from __future__ import annotations

from vault.names.normal import normal


def _plain(words: str) -> frozenset[str]:
    return frozenset(normal(word) for word in words.split())


# Days and months, courts and offices. With a capital beside a name they belong to it: "Tumanyan Street".
PARTS = _plain("""
monday tuesday wednesday thursday friday saturday lundi mardi mercredi jeudi vendredi samedi dimanche
понедельник вторник среда четверг пятница суббота воскресенье
february march july september october november december feb febr apr aug sept oct nov dec
janvier février juin juillet août septembre octobre novembre décembre janv févr avr juil déc
يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر
act agency annex appeal appeals appendix application article articles asylum authority avenue boulevard centre chamber
chapter commission committee constitution convention council county court courts department directive directorate
district division embassy federal government high hospital immigration institute international ministry municipality
municipal national office paragraph parliament police prison prosecutor protection protocol province refugee refugees
region regional registry regulation republic road section square state street supreme tribunal unit university
accord ambassade arrondissement asile avenue chambre commune conseil constitution cour décret département direction
directive étrangers gare gouvernement hôpital immigration institut justice mairie ministère nationale office
parlement place préfecture procureur protection protocole réfugié réfugiés règlement république rue tribunal université
ул улица улицы улице проспект суд суда суду судом суде министерство министерства закон закона кодекс кодекса статья
статьи статье область области район района районе республика республики федерации конвенция конвенции отдел отдела
управление управления университет университета больница больницы
""")

# Asked about with a capital inside a sentence alone; what follows them is a name, whatever it looks like.
TITLES = _plain("""
mr mrs ms miss dr prof professor sir judge minister president officer inspector detective sergeant captain colonel
monsieur madame mademoiselle mme mmes mlle docteur maître juge ministre président
господин господина господину господином госпожа госпожи госпоже госпожу судья судьи судье судью судьёй следователь
следователя следователю следователем доктор
""")

SHORT_TITLES = _plain("mr mrs ms dr prof mme mmes mlle")  # a full stop behind one ends no sentence

ABBREVIATIONS = _plain("unhcr un ngo eu gdpr dna id ok am pm увкб оон нпо фио мвд фсб")

# Function words, neutral with a capital too, as in "Prohibition Of Torture" or "The Hague".
GRAMMAR = _plain("""
a about after all also although and are as at be because been before being both but by could did does during each
either every for from given had has have here him his how however if in into is it its last later many might more
most must neither next no nobody none not nothing now of off often once one only or other our out over same she should
since some soon such that the their them then there these they this those though through to under until up upon very
was we were what when where whether which while who whom whose why with within without would yet your
alors au aucun aujourd'hui aussi autre autres aux avant avec avoir car ce cela ces cet cette chaque chez comme contre
dans de depuis deux dit donc dont du elles en encore entre est et eux faut il ils je jamais jusque leur leurs mais
même moins ne ni non nos notre nous ont ou où par parce pas pendant peu peut plus plusieurs pour puis quand que quel
quelle qui rien sans se selon ses sont sous sur tous tout toute toutes très trop un une vers vos votre vous
""")

# The name of the part that a word plays in any letters (`vault.redaction.units.Part`).
PART_OF = (
    dict.fromkeys(PARTS, "BESIDE")
    | dict.fromkeys(GRAMMAR, "GRAMMAR")
    | dict.fromkeys(ABBREVIATIONS, "GRAMMAR")
    | dict.fromkeys(TITLES, "TITLE")
)

# Function words that are given or family names too (Will, An, Do, Can): with a capital inside a sentence they are
# asked about, and then in each place that has a capital. In small letters they stay: nobody could read on.
GRAMMAR_AND_NAMES = _plain(
    "an any avril can do elle he her la le les loi lui ma mars may me mon my on sa si so son ta tu us will you des"
)

# Those of them that are valid as the name even where another word stands beside it: "Will Smith", and later "Will".
FIRST_OF_ALL_NAMES = frozenset(("will", "may"))

# Capitalised at the start of a sentence only.
SENTENCE_STARTS = (GRAMMAR_AND_NAMES - FIRST_OF_ALL_NAMES) | _plain("""
according again another asked attached call called came case client date day decision detained detention evening few
first following hearing interview lawyer met morning much need needs new night note office phone please police possible
probably read received recently said second see seen sent several someone spoke still talked tell threatened three time
today told tomorrow tonight two urgent visit visited yes yesterday
entretien etait hier personne sa trois urgent voici
""")

# Particles of names that stand behind one, and those that stand before one and are no words of their own.
PARTICLES_BEHIND = _plain(
    "ogly oglu uulu uly kyzy qizi zada zoda оглы оглу углы уулу улы кызы кизи гызы заде зода зада"
)
PARTICLES_BEFORE = _plain("abd abu ash bin ben bint ibn van von абд абу аль бен бин бинт дер ибн фон ван эль el al")

# Scripts without capitals: every other word is a question.
FUNCTION_WORDS = _plain("""
من في على إلى عن مع هذا هذه ذلك تلك التي الذي الذين هو هي هم هن أنا نحن أنت أن إن كان كانت يكون لا ما لم لن قد ثم أو و
بعد قبل عند حتى كل بعض غير بين حيث كما إذا لكن أي منذ فقط أيضا اليوم أمس غدا قال قالت
إنه إنها أنه أنها لأن لأنه لأنها لكنه لكنها إليه إليها منها فيه فيها له لها لهم معها عنه عنها هناك كانوا عندما بعدما
لماذا ماذا نعم ليس ليست هل بأنه ولم ولا وهو وهي وقد وكان وكانت فقد
از به در با که این آن را و یا تا برای هم اگر اما است بود شد شده می نمی نه هر چه او ما شما آنها امروز دیروز فردا گفت
""")

# As written: in plain form they are ordinary words, and with these letters they are the names Ali, Mai and Aimé.
NAMES_AS_WRITTEN = frozenset(("علي", "علی", "مي", "aimé"))

# What English and French write words with; a word with another letter, such as `ş`, is none of theirs.
LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzàâæçèéêëîïôœùûüÿ'’")
