"""Headings, labels and column titles that plans are written with, in the languages that were seen or are likely.

All patterns are alternations of plain phrases with small optional parts, so that matching is linear.
"""

from __future__ import annotations

import re

CONSTITUTION = re.compile(
    r"constituti\w*|constituci\w*|constituiç\w*|constituzion\w*|verfassung\w*|grundsätz\w*|конституц\w*|"
    r"konstytucj\w*|konstituti\w*|grondwet\w*|anayasa\w*|"
    r"hiến\s+pháp|宪法|憲法|憲章|宪章|章程|コンスティテューション|헌법|헌장|principles?\s+(?:check|gate)|\bconst\.",
    re.IGNORECASE,
)
CHECKING = re.compile(
    r"(?<!\w)(?:re-?)?(?:check(?:s|ed|list)?|gates?|review(?:ed)?|compliance|alignment|evaluat\w*|assess\w*|"
    r"verif\w*|validation|invariants?|conventions?|"
    r"conformance|conformity|status|prüfung|überprüfung|abgleich|chequeo|comprobaci\w*|comprovaci\w*|revisi[oó]n|"
    r"reevaluaci\w*|cumplimiento|puertas?|"
    r"verificaç\w*|checagem|reavaliaç\w*|conformidade|vérification|contrôle|réévaluation|conformité|проверк\w*|"
    r"перевірк\w*|соответстви\w*|відповідн\w*|"
    r"sprawdzenie|weryfikacja|kontrola|zgodność|verifica|controllo|controle|toetsing|kontroll|granskning|kontrol|"
    r"uyum\w*|pemeriksaan|kiểm\s+tra)(?!\w)|"
    r"チェック|検査|確認|準拠|検証|再評価|評価|照合|检查|檢查|复查|複查|评估|評估|核查|合规|合規|对照|검사|확인|점검|검증|재평가|준수|평가",
    re.IGNORECASE,
)
AGAIN = re.compile(
    r"(?<!\w)(?:post[\s-]*(?:design|phase|plan|implementation|research)\w*|re-?(?:check|eval|assess|valid|"
    r"verif)\w*|re-view\w*|re-?review\w*|after\s+(?:phase\s*1|(?:the\s+)?design)|final\s+(?:constitution|gate|"
    r"check)|"
    r"phase\s*1\s+(?:gate|check|re)|(?:phase\s*1)?\s*design\s+review|updated\s+(?:constitution|check)|"
    r"pos(?:t|terior)[\s-]*(?:al\s+)?(?:dise[ñn]o|diseño|design|projeto)|tras\s+(?:el\s+)?(?:dise[ñn]o|la\s+fase)|"
    r"después\s+del\s+diseño|reevaluaci\w*|reavaliaç\w*|após\s+(?:o\s+)?(?:design|projeto|fase)|pós[\s-]\w+|"
    r"nach\s+(?:dem\s+)?(?:design|entwurf|phase)|erneute?|après\s+(?:la\s+)?(?:conception|phase)|réévaluation|"
    r"post-conception|после\s+(?:проектирования|дизайна|фазы)|повторн\w*|"
    r"після\s+(?:проєктування|дизайну|фази)|po\s+(?:projekcie|fazie)|ponown\w*)|"
    r"設計後|设计后|设计後|完了後|完成后|完成後|再評価|再チェック|再検証|再確認|复查|複查|重新|再评估|再檢|再检|설계\s?후|재평가|재검토|재확인|재점검",
    re.IGNORECASE,
)
BEFORE = re.compile(
    r"(?<!\w)(?:initial|pre[\s-]*(?:design|phase|research|plan|check)\w*|before\s+phase|phase\s*0|inicial|previa|"
    r"vor\s+phase|initiale?|начальн\w*|początkow\w*)|"
    r"初期|初回|初始|事前|設計前|设计前|초기|사전|설계\s?전",
    re.IGNORECASE,
)
TRACKING = re.compile(
    r"complexity|complejidad|complexidade|komplexität\w*|complexité|сложност\w*|складност\w*|złożonoś\w*|"
    r"complessità|complexiteit|komplexitet|karmaşıklık|kompleksitas|độ\s+phức\s+tạp|"
    r"複雑さ|複雑性|复杂度|复杂性|複雜度|複雜性|복잡도|복잡성",
    re.IGNORECASE,
)
TRACKS = re.compile(
    r"(?<!\w)(?:track\w*|justif\w*|assess\w*|exception\w*|log|register|seguimiento|registro|justificaci\w*|"
    r"acompanhamento|rastreamento|verfolgung|nachverfolgung|begründung\w*|rechtfertigung|"
    r"suivi|justification|отслеживани\w*|учёт|учет|обоснован\w*|śledzenie|uzasadnieni\w*|tracciamento|none|"
    r"required)(?!\w)|komplexitäts\w*|"
    r"トラッキング|追跡|正当化|跟踪|追踪|追蹤|论证|論證|추적|정당화",
    re.IGNORECASE,
)
GATE_HEADS = frozenset(
    [
        "gate",
        "gates",
        "result",
        "results",
        "status",
        "statuses",
        "decision",
        "evaluation",
        "verdict",
        "conclusion",
        "conclusions",
        "outcome",
        "assessment",
        "overall",
        "summary",
        "determination",
        "finding",
        "findings",
        "check",
        "checks",
        "recheck",
        "rechecked",
        "re-evaluation",
        "reevaluation",
        "reassessment",
        "revalidation",
        "re-verification",
        "compliance",
        "violations",
        "alignment",
    ]
)
GATE_WORDS = GATE_HEADS | frozenset(
    [
        "initial",
        "final",
        "pre",
        "post",
        "phase",
        "research",
        "design",
        "plan",
        "planning",
        "the",
        "a",
        "an",
        "constitution",
        "constitutional",
        "principle",
        "principles",
        "all",
        "re",
        "quality",
        "step",
        "after",
        "before",
        "stage",
        "and",
        "of",
        "for",
        "to",
        "at",
        "on",
        "first",
        "second",
        "current",
        "updated",
        "implementation",
        "clarification",
        "pass",
        "0",
        "1",
        "2",
        "i",
        "ii",
        "review",
        "analysis",
        "phase0",
        "phase1",
        "same",
        "result:",
        "v1",
        "exit",
        "entry",
        "complete",
        "design-time",
        "with",
    ]
)
"""A label made of these words only, with at least one head among them, speaks for the whole gate."""
GATE_LABEL = re.compile(
    r"gate[\s-]*ergebnis|ergebnis|gesamtergebnis|gesamt(?:status|urteil|bewertung)?|fazit|status\s+gesamt|"
    r"resultado(?:\s+(?:del|de\s+la|do|da|de)\s+\w+(?:\s+\w+)?)?|resultado\s+global|veredicto|conclusi[oó]n|"
    r"estado(?:\s+general)?|puerta|evaluaci[oó]n|situação|conclusão|avaliação|status\s+geral|"
    r"résultat(?:\s+(?:du|de\s+la)\s+\w+)?|statut(?:\s+global)?|verdict|bilan|результат(?:\s+\w+){0,2}|итог(?:о)?|"
    r"вывод|статус|общий\s+\w+|підсумок|висновок|wynik(?:\s+\w+){0,2}|wniosek|podsumowanie|risultato|esito|"
    r"resultaat|conclusie|slutsats|sonuç|kết\s+quả|hasil|"
    r"(?:门禁|闸门|閘門|关卡|总体|總體|整体|最终|最終|検査|检查|檢查|判定|ゲート|総合|全体|検証|评估|評估|宪法|憲法|憲章)*(?:结论|結論|结果|結果|判定|状态|狀態|状況|評価|评估|评价|"
    r"ステータス|検査|检查|チェック)|"
    r"(?:게이트|최종|전체|종합|헌법|헌장)*\s*(?:결론|결과|판정|상태|평가)",
    re.IGNORECASE,
)
"""The same in other languages."""
NOTHING_TO_CHECK = re.compile(
    r"(?:no\s+(?:project\s+|ratified\s+)?constitution(?!\w)|no\s+(?:\w+\s+){0,3}gates?\s+(?:to|apply|defined|"
    r"exist)|constitution\s+(?:file\s+)?(?:is|remains|not|has|does)\s+(?:\w+\s+){0,4}"
    r"(?:template|placeholder|unconfigured|unfilled|missing|found|exist|ratified|defined|empty)|skipped\b|"
    r"not\s+applicable)|"
    r"没有宪法|沒有憲法|宪法(?:文件)?(?:不存在|为空|尚未)|憲法(?:が|は)(?:未|な)",
    re.IGNORECASE,
)
"""There is nothing to hold the plan to."""
WHOLE = re.compile(
    r"(?:therefore,?\s+|so\s+)?(?:all\s+(?:\w+\s+){0,4}(?:gates?|principles?|checks?|articles?|requirements?|"
    r"items?|constraints?|clear|green|pass(?:ed|es)?)(?!\w)|"
    r"no\s+(?:\w+\s+){0,3}(?:violations?|deviations?|exceptions?|conflicts?)(?!\w)|gates?\s+(?:pass|passed|passes|"
    r"clear|satisfied|met)(?!\w)|"
    r"(?:the\s+)?(?:design|plan|feature)\s+(?:still\s+)?(?:passes|satisfies|complies|conforms)|still\s+pass|"
    r"constitution\s+check\s+pass|every\s+(?:gate|principle)|"
    r"tod[oa]s\s+(?:l[oa]s|as|os)\s+\w+|sin\s+violaciones|sem\s+violações|keine\s+(?:verstöße|verletzungen|"
    r"abweichungen)|alle\s+(?:prinzipien|gates|grundsätze|prüfungen)|aucune\s+(?:violation|dérogation)|"
    r"tous\s+les\s+\w+|"
    r"нарушений\s+нет|нет\s+нарушений|все\s+(?:принципы|проверки)|brak\s+naruszeń|wszystkie\s+\w+)|"
    r"(?:无|無|没有|沒有)(?:任何)?(?:宪法|憲法)?(?:违反|違反|违规|違規)|(?:所有|全部|すべて|全て|全)(?:の)?(?:原则|原則|门禁|检查|檢查|項目|ゲート|チェック|关卡)|"
    r"違反(?:は)?(?:なし|ありません)|위반\s*(?:사항)?\s*없|모든\s*(?:원칙|게이트|항목)",
    re.IGNORECASE,
)
"""Beginnings of a sentence that speaks for the whole gate."""
STATUS_LABEL = re.compile(
    r"(?:(?:compliance|principle|current)\s+)?(?:status|assessment|verdict|result|compliance|compliant|outcome|"
    r"evaluation|check|decision|determination|"
    r"estado|veredicto|resultado|cumplimiento|cumple|situação|conformidade|ergebnis|bewertung|statut|résultat|"
    r"conformité|статус|результат|соответствие|оценка|wynik|stan|ocena|zgodność|stato|esito)|"
    r"状态|狀態|状況|判定|结果|結果|結論|结论|评估|評価|合规性?|合規性?|準拠|ステータス|检查结果|상태|판정|결과|평가|준수",
    re.IGNORECASE,
)
STATUS_HEADER = re.compile(
    r"(?:.*\s)?(?:status|assessment|verdict|result|compliance|compliant|outcome|evaluation|check|decision|"
    r"conformance|conformity|pass|passes|ok|met|satisfied|gate|state|rating|alignment|"
    r"pre|post|initial|final|phase\s*[01]|estado|veredicto|resultado|cumplimiento|cumple|evaluaci[oó]n|situação|"
    r"conformidade|atende|avaliação|ergebnis|bewertung|erfüllt|konform|status\w*|statut|résultat|"
    r"conformité|évaluation|статус|результат|соответствие|оценка|вердикт|відповідність|стан|wynik|stan|ocena|"
    r"zgodność|stato|esito|conforme|resultaat|durum|sonuç|kết\s+quả|trạng\s+thái|hasil)(?:\s*[?？])?(?:\s*\(.*\))?|"
    r".*(?:状态|狀態|状況|判定|结果|結果|结论|結論|评估|評估|評価|合规|合規|符合|準拠|適合|ステータス|通过|遵守|상태|판정|결과|평가|준수|적합|충족)(?:性|情况|狀況|状况|度|"
    r"여부)?(?:\s*[?？])?",
    re.IGNORECASE,
)
APPLIES_HEADER = re.compile(
    r".*(?:appl(?:ies|icab)|relevan|requirement|in\s+scope|aplica|anwendbar|relevanz|concern[ée]|применим|适用|適用|해당|"
    r"requisito|anforderung|要求|要件|요구).*",
    re.IGNORECASE,
)
UNIT_HEADER = re.compile(
    r"\W*(?:#|no\.?|nr\.?|id|art\.?|§|номер|编号|編號|番号|번호)\W*|"
    r".*(?:principle|gate|rule|article|check|constraint|requirement|standard|criteri|invariant|constitution|"
    r"guideline|section|policy|directive|tenet|clause|obligation|mandate|"
    r"prinzip|grundsatz|regel|artikel|principio|regla|artículo|puerta|princípio|regra|artigo|principe|règle|"
    r"принцип|правило|статья|требовани|принцип|zasad|reguł|regola|principe|ilke|nguyên\s+tắc|prinsip|"
    r"原则|原則|条|條|规则|規則|規約|検査|检查|檢查|项目|項目|要求|要件|门禁|ゲート|원칙|규칙|조항|항목|게이트).*",
    re.IGNORECASE,
)
VIOLATION_HEADER = re.compile(
    r".*(?:violat|deviat|exception|breach|waiv|violaci|desviaci|excepci|violaç|desvio|exceç|verletzung|verstoß|"
    r"abweichung|ausnahme|dérogation|écart|нарушени|отклонени|порушенн|відхиленн|naruszeni|odstępst|violazion|"
    r"违反|違反|违规|違規|偏离|偏離|逸脱|例外|위반|예외).*",
    re.IGNORECASE,
)
WHY_HEADER = re.compile(
    r".*(?:why|reason|justif|rationale|needed|because|por\s+qué|motivo|razón|necesari|por\s+que|necessári|razão|"
    r"warum|grund|begründung|notwendig|pourquoi|raison|nécessaire|почему|причина|обоснование|зачем|чому|"
    r"dlaczego|powód|uzasadnienie|perché|motivazione|理由|为什么|為什麼|必要|原因|なぜ|이유|필요|근거).*",
    re.IGNORECASE,
)
ALTERNATIVE_HEADER = re.compile(
    r".*(?:alternativ|simpler|rejected|альтернатив|odrzucon|verworfen|rechazad|descart|rejeitad|rejetée|einfacher|"
    r"más\s+simple|mais\s+simples|plus\s+simple|prostsz|"
    r"代替案|替代|更简单|更簡單|単純な|简单方案|却下|대안|기각).*",
    re.IGNORECASE,
)
NONE = re.compile(
    r"(?:none|n\s?/\s?a|n\.a\.|nil|nothing|null|not\s+applicable|not\s+required|not\s+needed|no\s+entries|empty|"
    r"ninguna?|ningún|nada|no\s+aplica|nenhuma?|não\s+se\s+aplica|keine?|entfällt|nichts|"
    r"aucune?|néant|sans\s+objet|rien|нет|отсутствуют|отсутствует|не\s+применимо|немає|відсутні|brak|nie\s+dotyczy|"
    r"nessuna?|niente|geen|ingen|inga|tidak\s+ada|không|yok)(?!\w)|"
    r"(?:[（(]?(?:なし|無し|该当なし|該当なし|無|无|没有|沒有|暂无|不适用|不適用|空|없음|해당\s?없음|없습니다)[)）]?)",
    re.IGNORECASE,
)
SKIPPED_HEADING = re.compile(
    r".*(?:considerations?|notes?|source|observation|reference|background|rationale|justification|scope|caveat|"
    r"risk|mitigation|follow-?up|complexity|artifacts?|generated|files|metrics|impact|trade-?offs?|deliverables|"
    r"open\s+questions?|next\s+steps?|recommendation|action\s+items?|"
    r"consideraciones|notas|hinweise|anmerkungen|remarques|примечани|uwagi|備考|补充|補足|说明|說明|注意|참고).*",
    re.IGNORECASE,
)
REPAIRS = re.compile(
    r"(?<!\w)(?:this\s+(?:feature|plan|change|work|pr)\s+)?(?:fix(?:es|ed|ing)?|repairs?|remed(?:y|ies|iates?)|"
    r"resolv(?:es|ed|ing)|correct(?:s|ed|ing)|remov(?:es|ed|ing)|eliminat(?:es|ed|ing)|addresse[sd]|closes?|"
    r"cures?)\s+"
    r"(?:\w+\s+){0,4}(?:existing|current|legacy|pre-?existing|violations?|debt|gap|breach)(?!\w)|"
    r"(?<!\w)(?:existing|current|pre-?existing)\s+(?:code\s+)?violations?(?!\w)|"
    r"corrige\s+(?:la\s+|una\s+)?(?:violación|infracción)|behebt\s+(?:den\s+|einen\s+|"
    r"die\s+)?(?:bestehenden?\s+)?(?:verstoß|verletzung)|corrige\s+(?:la\s+|une\s+)?violation|"
    r"устраняет\s+(?:существующ\w+\s+)?нарушени|"
    r"既存の?違反|修复(?:了)?(?:现有|既有)|修正(?:既有|現有)|기존\s*위반",
    re.IGNORECASE,
)

LATER = re.compile(
    r"(?<!\w)(?:will|planned|later|pending|to\s+be|deferred|target(?:s|ed)?|phase\s*[2-9]|post-mvp|future|"
    r"se\s+hará|pendiente|será|wird|werden|sera|будет|będzie)(?!\w)|予定|今後|将来|将在|稍后|待|예정",
    re.IGNORECASE,
)
"""Work that is still to come."""
