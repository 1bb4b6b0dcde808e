"""Headings and labels below which a box is a thing to check, or a sample, and not a task."""

from __future__ import annotations

import re

_CHECKLIST = re.compile(
    r"check-?list|accept(?:ance)?\b|success (?:criteria|metrics)|definition of done|\bDoD\b"
    r"|sign-?off|quality gates?"
    r"|guardrails|exit criteria|done when|readiness|format validation"
    r"|チェックリスト|受け入れ|受入|完了条件|成功基準|检查清单|檢查清單|验收|驗收|成功标准"
    r"|成功標準|完成标准|체크리스트|인수 ?(?:기준|조건)|성공 기준"
    r"|criterios|critérios|lista de verifica|чек-?лист|критери|приёмк|приемк",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"acceptance(?: criteria| checks?| tests?)?|\bACs?\b|success criteria|verif(?:y|ication)"
    r"|validation|done when|definition of done"
    r"|check-?list|exit criteria|criteria|expected(?: results?| outcomes?)?|受け入れ(?:条件"
    r"|基準)|受入(?:条件|基準)|完了条件|確認(?:項目|事項)|検証"
    r"|验收(?:标准|条件)?|驗收(?:標準|條件)?|检查清单|验证|成功标准|체크리스트|인수 ?(?:기준"
    r"|조건)|criterios?(?: de aceptación)?|critérios?(?: de aceitação)?"
    r"|критерии(?: приёмки| приемки)?",
    re.IGNORECASE,
)
_CHECKS = re.compile(
    r"\W*(?:final )?(?:validation|verification|success|验证|検証)\b", re.IGNORECASE
)
_REFERENCE = re.compile(
    r"depend|parallel|order|strategy|notes?\b|summary|graph|example|risk|opportunit|\bmvp\b"
    r"|traceab|coverage|mapping"
    r"|matrix|status|sequence|critical path|overview|format|legend|scope|estimat|changelog"
    r"|history"
    r"|依存|依赖|依賴|並行|并行|並列|順序|顺序|策略|戦略|概要|总结|總結|의존|병렬|순서"
    r"|depende|paralel|зависим|порядок|параллел",
    re.IGNORECASE,
)
_LATER = re.compile(
    r"out of scope|backlog|future (?:work|ideas|improvements|enhancements)|nice to have"
    r"|next steps|\bideas\b|\(v2\)"
    r"|after merge|before merge|対象外|今後|将来|待优化|后续|後續|未来|未來|향후",
    re.IGNORECASE,
)
_LEGEND = re.compile(
    r"\W*(?:(?:task |checklist )?format|path conventions|conventions|legend|task legend"
    r"|notation|how to read|example)\b"
    r"|凡例|格式|形式|フォーマット|Formato|Формат|Легенда|형식",
    re.IGNORECASE,
)


def is_checklist(heading: str, *, strict: bool = False) -> bool:
    """Whether boxes below this heading are acceptance items.

    `strict` takes bare "Verification" and "Validation" for such a heading too: in a file whose
    tasks have ids, what has none there is no task.
    """
    return bool(_CHECKLIST.search(heading) or (strict and _CHECKS.match(heading)))


def is_reference(heading: str) -> bool:
    """Whether the section talks about tasks that stand elsewhere."""
    return bool(_REFERENCE.search(heading))


def is_checklist_label(line: str) -> bool:
    """Whether a line of prose, such as `**Acceptance**:`, opens a list of acceptance items."""
    bare = re.sub(r"^[\s>*+-]+|[*_`~]", "", line).strip()
    if len(bare) > 60 or not bare.endswith((":", "：")):
        label = re.fullmatch(r"[\s>*+-]*\*\*([^*]{1,40}?)[:：]?\*\*[:：]?.{0,40}", line)
        if label is None:
            return False
        bare = label[1]
    return bool(_LABEL.match(bare.strip("#* :：")) or _CHECKLIST.search(bare))


def is_label(line: str) -> bool:
    """Whether a line of prose names what follows it: `**Tests**:`, `Then:`."""
    return bool(re.match(r"[\s>+-]*\*\*[^*]+\*\*", line) or line.rstrip().endswith((":", "：")))


def is_later(heading: str) -> bool:
    """Whether the section lists what this feature leaves for another time."""
    return bool(_LATER.search(heading))


def is_legend(heading: str) -> bool:
    """Whether lines below this heading show the format instead of using it."""
    return bool(_LEGEND.match(heading))
