"""Answers that refuse, and phrases of a chatbot about itself: mostly what another model said, and rarely meant to be learnt."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import re2

from shared.datasets.findings import found
from shared.datasets.quality.block import Block
from shared.datasets.quality.haystack import Haystack
from shared.datasets.quality.observer import Placed

HEAD = 120  # characters of an answer in which it says that it refuses

BOILERPLATE = (
    r"as an? (?:ai\b|artificial intelligence|large language model|language model)"
    r"|i(?:['’]m| am) (?:just )?an? (?:ai\b|language model)"
    r"|作为一?(?:个|名|款)?(?:AI|人工智能|大?语言模型|大模型)|我是一?(?:个|名|款)?(?:AI|人工智能|大?语言模型)"
    r"|als (?:eine? )?(?:ki\b|künstliche intelligenz|(?:großes )?sprachmodell|ki-sprachmodell)"
    r"|en tant qu(?:e modèle de langage|['’](?:ia\b|intelligence artificielle))"
    r"|como (?:un |una |um |uma )?(?:ia\b|inteligencia artificial|inteligência artificial|modelo de (?:lenguaje|linguagem))"
    r"|(?:AI|人工知能)(?:言語)?(?:モデル|アシスタント)?として|AI 언어 모델로서"
)
REFUSAL = (
    r"(?:^|[\x00\s,.!;:—-])(?:i(?:['’]m| am) (?:really |very |so )?sorry,? (?:but )?i(?:['’]m| am| can| don|,? as)"
    r"|(?:sorry|apologi[sz]e|unfortunately),? (?:but )?i (?:can(?:no|['’])t|am (?:not able|unable)|do(?: not|n['’]t) have)"
    r"|i (?:can(?:not|['’]t)|am unable to|(?:am|['’]m) not able to|won['’]t) "
    r"(?:help|assist|fulfil|comply|provide|answer|do|continue|discuss|support|create)"
    r"|i must (?:decline|refuse)|i(?:['’]m| am) not (?:able|allowed|comfortable)"
    r"|(?:leider|tut mir leid,?)[^.\x00]{0,20} (?:kann|darf) ich|ich kann (?:ihnen |dir )?(?:dabei|damit|das) (?:leider )?nicht"
    r"|(?:désolée?,? (?:mais )?)?je ne (?:peux|suis) pas (?:vous aider|t['’]aider|en mesure|répondre)"
    r"|lo siento,? (?:pero )?no puedo|no puedo ayudar|(?:desculpe|sinto muito),? (?:mas )?não posso)"
    r"|(?:抱歉|对不起|很遗憾)[，,！!。]?[^。\x00]{0,12}(?:无法|不能|没有办法|没办法)|我(?:无法|不能)(?:回答|提供|帮助|协助|满足)"
    r"|申し訳(?:ありません|ございません)[^。\x00]{0,24}(?:できません|できかねます|お答え)|죄송하지만"
)


_EITHER = re2.compile(f"(?i){BOILERPLATE}|{REFUSAL}")
_REFUSAL = re2.compile(f"(?i){REFUSAL}")


class Refusals:
    name = "refusals"

    def __init__(self) -> None:
        self._codes: Counter[str] = Counter()

    def see(self, block: Block) -> Iterator[Placed]:
        heads = [answer[:HEAD] if answer else "" for answer in block.answers]
        joined = Haystack.of(heads)
        for example in sorted({*joined.which([match.end() - 1 for match in _EITHER.finditer(joined.joined)]).tolist()}):
            code = "refusal" if _REFUSAL.search(heads[example]) else "boilerplate"
            self._codes[code] += 1
            place = block.answer_places[example]
            where = "" if place is None else block.where(place)
            yield block.lines[example], found(code, where, "the answer begins like this", block.answers[example])

    def conclude(self) -> tuple[Placed, ...]:
        return ()

    def numbers(self) -> dict[str, Any]:
        """How many answers refuse, and how many only speak of the AI that wrote them."""
        return dict(sorted(self._codes.items()))
