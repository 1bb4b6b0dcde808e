"""Headings of `tasks.md`: which one is a task's phase, what it is called, what kind it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import zip_longest
from typing import Final

from sixfold.feature.structure import Heading
from sixfold.feature.taskline import story
from sixfold.model import PhaseKind

_NUMBER = (
    r"(?:WP-?)?(?:\d+(?:[.-]\d+)*[A-Za-z]?|[A-Z]|[IVX]{1,5}|[一二三四五六七八九十]+"
    r"|[Zz]ero|[Oo]ne|[Tt]wo|[Tt]hree|[Ff]our|[Ff]ive|[Ss]ix)(?![A-Za-z0-9])"
)
_WORD = (
    r"(?:[Ff]ollow-?[Uu]p )?(?:[Ss]ub-?)?(?:Phase|PHASE|phase|Stage|STAGE|Step|STEP|Milestone"
    r"|MILESTONE|Wave|WAVE|Section|Sprint|Iteration"
    r"|Epic|EPIC|Part|Increment|Work ?[Pp]ackage|Workstream)"
    r"|Fase|FASE|Etapa|Tappa|Étape|Etape|Schritt|Etappe|Faza|Etap|Faz|Aşama|Giai đoạn|Bước"
    r"|Paso|Passo"
    r"|Фаза|Этап|Етап|Стадия|Шаг|フェーズ|フェイズ|ステージ|ステップ|段階|阶段|階段|步骤|步驟"
    r"|단계|페이즈"
)
_NUMBERED = re.compile(
    rf"(?:(?:{_WORD})[ ]*[-#:.]?[ ]*{_NUMBER}"
    rf"|第[ ]*[\d一二三四五六七八九十]+[ ]*(?:阶段|階段|段階|フェーズ|ステージ|步|部分|期)"
    r"|제?[ ]*\d+[ ]*단계"
    r"|WP-?\d+(?![\w.])"
    r"|(?:Final|Last|First|FINAL) (?:Phase|Stage|PHASE)"
    r"|(?:Phase|PHASE)(?=[ ]*[:\-–—]))"
)
_STORY_WORD = (
    r"User[ -]?Stor(?:y|ies)|USER STORY|Historias? de [Uu]suario|Histórias? de [Uu]suário"
    r"|Пользовательская история"
    r"|История пользователя|ユーザーストーリー|ユーザストーリー|用户故事|使用者故事"
    r"|사용자 스토리|故事|Story|STORY"
)
_STORY_NUMBER = r"[ ]*[-#:]?[ ]*(?P<number>\d+(?:\.\d+)?[a-z]?)(?![\w.]*\d)"
_STORY_WORDS = re.compile(rf"(?:{_STORY_WORD}){_STORY_NUMBER}")
_STORY_LABEL = re.compile(r"(?<![A-Za-z])US[- ]?(?P<number>\d+(?:\.\d+)?[a-z]?)(?![A-Za-z0-9])")
_STORY_AT_START = re.compile(rf"(?:{_STORY_WORD}){_STORY_NUMBER}|US-?\d+[a-z]?(?![A-Za-z0-9])")
_NO_PHASE = re.compile(
    r"\W*(?:Format|Path Conventions|Legend|Conventions|Notes?|Checklist Format)\b", re.IGNORECASE
)
_CONTAINER = re.compile(
    r"\W*(?:(?:Implementation |All |The )?Tasks?(?: List| Breakdown)?"
    r"|Implementation(?: Plan)?|Work ?[Pp]ackages"
    r"|Phases|タスク(?:一覧|リスト)?|実装タスク|任务(?:列表|清单)?|任務(?:列表|清單)?|Tareas"
    r"|Tarefas|Задачи|작업(?: 목록)?)\W*",
    re.IGNORECASE,
)

_TITLE = re.compile(r"[^*_`:.!?。：！？\n]{1,60}")

_STATUS_MARK = "✅✔☑✓🎉🟢🟡🔴⏳🚧❌⏸🔄⏭⚠🚫⛔🔲⬜🏁\ufe0f"
_STATUS_WORD = (
    r"(?:ALL )?(?:TASKS )?(?:COMPLETED?|DONE|FINISHED|IN PROGRESS|PENDING|TODO|NOT STARTED"
    r"|BLOCKED|SKIPPED|DEFERRED"
    r"|MERGED|SHIPPED|完了|完成|已完成|完了済み|완료|COMPLETAD[OA]|CONCLUÍD[OA]|ГОТОВО|ВЫПОЛНЕНО)"
)
_STATUS = re.compile(
    rf"\s*(?:[-–—:|]\s*)?(?:[{_STATUS_MARK}]+"
    rf"|[(\[]\s*[{_STATUS_MARK}]*\s*(?i:{_STATUS_WORD})[^)\]]{{0,40}}[)\]]"
    rf"|\*\*(?i:{_STATUS_WORD})\*\*"
    rf"|(?<=[{_STATUS_MARK}])\s*(?i:{_STATUS_WORD})(?:\s*\(?\d{{4}}-\d\d-\d\d\)?)?"
    rf"|(?<=[-–—|])\s*(?i:{_STATUS_WORD})"
    rf"|(?<=\s){_STATUS_WORD}"
    r"|\(\d+/\d+[^)]{0,20}\))\s*$"
)

_KINDS: Final[dict[PhaseKind, str]] = {
    "setup": (
        r"set[ -]?up|initiali[sz]ation|scaffold|bootstrap|project structure|preparation"
        r"|prerequisites|セットアップ|準備|初期|初始化|准备|搭建|環境|环境|configuraci[óo]n"
        r"|configuração"
        r"|preparaci[óo]n|preparação|подготовка|настройка|설정|초기"
    ),
    "foundational": (
        r"foundation|blocking|infrastructure|基盤|基础|基礎|fundacional|fundament|fundação|основ"
        r"|фундамент|기반|기초"
    ),
    "tests": (
        r"tests?\b|testing|validation|verification|tdd|テスト|検証|测试|測試|验证|驗證|prueba"
        r"|teste"
        r"|тест|провер|테스트|검증"
    ),
    "integration": r"integrat|wiring|end-to-end|統合|集成|整合|integraci|integraç|интеграц|통합",
    "polish": (
        r"polish|cross-cutting|clean-?up|finali[sz]|final\b|documentation|\bdocs?\b|release"
        r"|hardening|landing|ポリッシュ|仕上げ|ドキュメント|文档|文件|文書|收尾|完善|优化"
        r"|優化|pulido"
        r"|polimento|документац|полировка|завершен|마무리|문서"
    ),
    "core": (
        r"core\b|implementation|implement\b|feature|models?\b|services?\b|実装|核心|实现|實作"
        r"|implementaci|implementaç|реализац|구현|핵심"
    ),
}
_KIND = [(kind, re.compile(words, re.IGNORECASE)) for kind, words in _KINDS.items()]


def is_phase(heading: Heading) -> bool:
    """Whether the heading says itself that it is a phase."""
    return _is_numbered(heading.text)


@lru_cache(maxsize=4096)
def _is_numbered(heading: str) -> bool:
    return bool(_NUMBERED.match(_bare(heading)))


def is_meant(heading: Heading) -> bool:
    """Whether the heading was meant as one: a rule right below a sentence makes one by accident."""
    return not heading.underlined or is_phase(heading) or bool(_TITLE.fullmatch(heading.text))


def phase_of(above: Sequence[Heading]) -> Heading | None:
    """The phase of what stands below `above`, its headings from the outermost to the nearest.

    The nearest phase-like heading; else the nearest story; else the outermost section.
    """
    for heading in reversed(above):
        if is_phase(heading):
            return heading
    for heading in reversed(above):
        if heading.level > 1 and _STORY_AT_START.match(_bare(heading.text)):
            return heading
    sections = [heading for heading in above if heading.level > 1]
    for heading, below in zip_longest(sections, sections[1:]):
        if below and _CONTAINER.fullmatch(heading.text) and kind_of(below.text, None) != "other":
            continue
        return None if _NO_PHASE.match(heading.text) else heading
    return None


def title_of(heading: str) -> str:
    """The heading without `Phase N:`, and without the marks of its state."""
    whole = _bare(heading)
    for _ in range(4):
        shorter = _STATUS.sub("", whole).rstrip(" -–—:|")
        if shorter == whole or not shorter:
            break
        whole = shorter
    numbered = _NUMBERED.match(whole) or re.match(r"\d+(?:\.\d+)*[.)](?=[ ])", whole)
    title = whole[numbered.end() :].lstrip(" \t:：.-–—|)）") if numbered else whole
    return title.strip() or whole


def story_of(heading: str) -> str | None:
    """The story a heading is about, the first where it names several."""
    found = _STORY_WORDS.search(heading) or _STORY_LABEL.search(heading)
    return story(f"US{found['number']}") if found else None


def kind_of(title: str, about: str | None) -> PhaseKind:
    """What kind of phase `title` names, `about` being its story.

    The first word that tells decides; a setup or polish phase stays one though it names stories.
    """
    found = [
        (match.start(), kind) for kind, words in _KIND if (match := words.search(title)) is not None
    ]
    start, kind = min(found, default=(-1, "other"))
    if about and not (start == 0 and kind in ("setup", "foundational", "polish")):
        return "story"
    return kind


@lru_cache(maxsize=4096)
def _bare(heading: str) -> str:
    """The heading without emphasis, leading marks and numbering before a phase word."""
    text = re.sub(r"\s+", " ", re.sub(r"\*\*|__|~~", "", heading)).strip()
    text = re.sub(rf"^(?:[{_STATUS_MARK}🎯📋📝🚀🔧\s]|\[[ xX]\])+", "", text)
    numbered = re.match(r"\d+(?:\.\d+)*[.)]?[ ]+", text)
    if numbered and _NUMBERED.match(text, numbered.end()):
        text = text[numbered.end() :]
    return text
