"""Notes as caseworkers write them, about invented people and places: for counting how many questions they raise."""

from __future__ import annotations

ENGLISH = """
First interview with the client at the office, with an interpreter by phone. He left his village near Oshmar in March
after the police came to the house for the second time. They asked about his brother, who had spoken at a demonstration
against the closing of the hospital. The first time they only took his phone and a laptop, and gave no paper for it.
The second time he was held for two nights in a cell without a window, together with three other men. He was beaten on
the legs and back and was told that next time nobody would find him. On the third day his uncle paid a guard, and he
was let go without any record. He went to a doctor in another town because he was afraid of the one at home; the
doctor wrote a certificate, which his mother still keeps. I explained that the certificate matters and that it should
be sent as a photograph first, not by post.

He crossed the border by lorry with a group of eleven people. The driver took their passports and did not give them
back. He says that he was never told in which country they were until they reached the camp. There he was registered,
fingerprinted and given a date for the interview, which was then put off twice. He does not understand the letter of
refusal: it says that his account is vague and that he could have moved to another part of the country. He can explain
why this was not possible, because the officer who had threatened him was transferred to the capital in the summer.

Agreed with him: he will ask his mother for the certificate, write down the names of the men in the cell as far as he
remembers them, and not talk to journalists. We should ask for the file and for the recording of the interview, check
the time limit for the appeal, and find a therapist who speaks his language. He sleeps badly, has headaches and has
lost weight, but refuses medication. Next meeting on Thursday at ten; he prefers messages in the afternoon, since he
shares a room and the others listen.
"""

FRENCH = """
Entretien au bureau avec la cliente, accompagnée de sa fille. Elle vient d'un village près de Velmora, où son mari
tenait un atelier de réparation. Au printemps, des hommes en civil sont venus chercher son mari; ils n'ont montré aucun
document. Depuis, elle n'a plus de nouvelles. Elle s'est rendue trois fois au commissariat: la première fois, on lui a
dit d'attendre; la deuxième fois, on l'a insultée; la troisième fois, un agent l'a suivie jusqu'à la maison. Elle a
alors décidé de partir avec ses enfants, sans prévenir les voisins.

Le voyage a duré cinq semaines. Ils ont dormi dans une gare, puis dans un entrepôt avec une vingtaine de personnes.
L'un des passeurs a gardé le téléphone et l'alliance. À l'arrivée, la préfecture a enregistré la demande et lui a remis
une attestation. Elle ne comprend pas pourquoi on lui demande de nouveau les mêmes pièces. J'ai expliqué la procédure,
le délai de recours et le droit à un interprète. Elle souhaite que sa sœur ne sache rien de sa situation médicale.

À faire: demander la copie du dossier, prendre rendez-vous avec une psychologue, vérifier l'inscription à l'école,
obtenir une domiciliation. Elle préfère être appelée le matin, quand elle est seule. Elle n'a pas encore reçu la carte
de santé et paie elle-même les médicaments. Le plus petit tousse depuis l'hiver; il faudrait qu'un médecin le voie
rapidement. Elle craint surtout d'être renvoyée avant d'avoir retrouvé son mari.
"""

RUSSIAN = """
Первая встреча в офисе, переводчик по телефону. Заявитель рассказал, что в марте к нему домой во второй раз пришли
сотрудники полиции. Они спрашивали о брате, который выступал на митинге против закрытия больницы. В первый раз забрали
только телефон и ноутбук, никаких бумаг не оставили. Во второй раз его продержали двое суток в камере без окна вместе с
тремя другими мужчинами. Его били по ногам и спине и говорили, что в следующий раз его никто не найдёт. На третий день
дядя заплатил охраннику, и его отпустили без записи в журнале. К врачу он поехал в соседний город, потому что местного
боялся; врач выдал справку, она хранится у матери.

Границу он пересёк в грузовике с группой из одиннадцати человек. Водитель забрал паспорта и не вернул. До лагеря он не
знал, в какой стране находится. Там его зарегистрировали, сняли отпечатки пальцев и назначили день беседы, который потом
дважды переносили. Отказ он не понимает: там написано, что рассказ неясный и что он мог переехать в другую часть страны.
Он может объяснить, почему это было невозможно: следователь, который ему угрожал, летом был переведён в столицу.

Договорились: он попросит мать прислать справку, запишет имена тех, кто сидел с ним, насколько помнит, и не будет
говорить с журналистами. Нам нужно запросить дело и запись беседы, проверить срок обжалования и найти психолога,
который говорит на его языке. Он плохо спит, похудел, от лекарств отказывается. Следующая встреча в четверг утром.
"""
