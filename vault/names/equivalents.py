"""Given names that one person may go by: short forms, and the same name in another language."""

from __future__ import annotations

from functools import lru_cache

from vault.names.sounds import sounds_of

# A line is one name. Any spelling of a word here is found by its sound.
_NAMES = """
александр саша саня шура олександр сашко alexandre alexander iskander искандер اسکندر
александра саша шура олександра саня
алексей алеша леша олексий aleksey alexis
анастасия настя анастасія
андрей андрий andrew andre andreas
анна аня анюта ганна anne hanna
антон антоний anthony
артем артемий тема артём
борис боря
вадим вадик
валентина валя
валерий валера валерій
василий вася василь basile
виктор витя віктор victor
виктория вика вікторія
владимир вова володя володимир vladimir
владислав влад слава владислав
вячеслав слава вячеслав вячко
галина галя
георгий гоша жора егор юрий георгій georges george
григорий гриша григорій hryhoriy gregoire
дарья даша дарина daria
денис denis денис dionis
дмитрий дима митя дмитро dmitry dimitri
евгений женя євген евген eugene yevhen
евгения женя євгенія eugenie
екатерина катя катерина catherine
елена лена алена олена helene helena alena
елизавета лиза єлизавета elizabeth elisabeth
иван ваня іван ivan jean john yvan
игорь ігор igor
илья ілля elie elijah
ирина ира ірина irene
кирилл кирил cyril cyrille
константин костя костянтин constantine constantin
ксения оксана ксюша xenia
лариса лара
лев лёва leo leon
леонид леня леонід
лидия лида лідія
любовь люба любов
людмила люда мила людмила
максим макс maxime maxim
маргарита рита margaret marguerite
мария маша марія mary marie maria maryam
михаил миша михайло michael michel mikhail
надежда надя надія
наталья наталия наташа наталія natalie
никита микита
николай коля микола nicolas nicholas mykola
олег олежа
ольга оля olga
павел паша павло paul
петр петя петро pierre peter
роман рома
светлана света світлана
семен сеня simon семён simeon
сергей сережа сергій serge serhiy
софия соня софья софія sophie sophia
станислав стас слава станіслав
степан стёпа stephane stephen
татьяна таня тетяна
федор федя theodore федір
юлия юля юлія julie julia
юрий юра юрій georges
яков яша яків jacob jacques
ярослав ярик слава ярослав
абдулла abdullah abdallah عبدالله
ахмад ахмед ahmad ahmed احمد
али ali علی علي
ибрагим иброхим ibrahim abraham ابراهیم ابراهيم
исмаил исмоил ismail ismoil اسماعیل
мухаммад магомед мухамед мохаммад muhammad mohamed mahomet mehmet محمد
юсуф юсуп yusuf youssef joseph иосиф یوسف يوسف
сулейман сулаймон suleiman soliman solomon سلیمان سليمان
фатима фотима fatima fatma fatemeh فاطمه فاطمة
айша ойша aisha aicha ayesha عایشه عائشة
хусейн хусайн hussein hossein husayn حسین حسين
умар омар umar omar عمر
усман осман othman osman عثمان
мустафа mustafa mostafa مصطفی
""".strip().splitlines()


@lru_cache(maxsize=1)
def _lines() -> dict[str, frozenset[int]]:
    found: dict[str, frozenset[int]] = {}
    for number, line in enumerate(_NAMES):
        for sound in {sound for word in line.split() for sound in sounds_of(word)}:
            found[sound] = found.get(sound, frozenset()) | {number}
    return found


@lru_cache(maxsize=16384)
def equivalents_of(word: str) -> tuple[str, ...]:
    """Return the words of the names that this word may stand for; none for a word that is not listed."""
    numbers = sorted({number for sound in sounds_of(word) for number in _lines().get(sound, ())})
    return tuple(dict.fromkeys(other for number in numbers for other in _NAMES[number].split()))
