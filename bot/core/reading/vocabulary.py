"""The words that plans are written in: statuses, headings and labels, in the languages that were seen or are likely.

Each entry of `SIGNS` holds a pattern for scripts that put blanks between words and one for marks and scripts that do
not. All of them are alternations of plain phrases with small optional parts, so that matching is linear. Order
matters: what is seen first wins, so rules and negations come before the words that they take back.
"""

from __future__ import annotations

import re

_BREACH = r"(?:violations?|deviations?|exceptions?|breach(?:es)?|conflicts?|issues?|concerns?|infractions?|failures?)"
_OF_WHAT = (
    r"(?:(?:new|open|known|unjustified|outstanding|blocking|constitution(?:al)?|principle|gate|complexity|design|"
    r"remaining|additional)\s+){0,3}"
)

SIGNS: dict[str, tuple[str, str]] = {
    "rule": (
        (
            r"(?:must|should|shall|has to|have to|needs? to|required to|to)\s+pass|"
            r"(?:pass(?:es)?|fails?|failed|violations?|exceptions?|deviations?|partial)\s+"
            r"(?:when|if|unless|only\s+if|criteria|criterion|conditions?|requires?|must|may|should|fast|closed|safe|"
            r"soft|over)"
            r"|pass\s*/\s*fail|pass(?:es|ed)?-(?:through|phrase|by|on)|passthrough|or\s+❌\s+fail\w*|"
            r"(?:if|when|unless|any|every|each|future|potential|of|for|prevents?|detects?|avoids?|justif(?:y|"
            r"ies))\s+(?:any\s+)?(?:violations?|violated|deviations?|exceptions?|failures?)|"
            r"(?:must|should|can|could|may|would|shall)\s+(?:not\s+)?(?:be\s+)?(?:fail|violate|deviate|violated|"
            r"deferred)|"
            r"(?:has|have|with|had)\s+violations?\s+that"
        ),
        r"失败时|時に(?:失敗|違反)",
    ),
    "clean": (
        (
            rf"(?:no|zero|0|without(?:\s+any)?|not\s+an?|nor|free\s+of)\s+{_OF_WHAT}{_BREACH}|{_BREACH}\s*:\s*(?:none|"
            rf"no|0)|"
            r"does\s+not\s+(?:violate|deviate|conflict)|doesn't\s+violate|not\s+violated|violation-free|none\s+violated|"
            r"sin\s+(?:violaciones|desviaciones|excepciones|infracciones)|ninguna\s+(?:violación|desviación)|"
            r"sem\s+(?:violações|desvios|exceções)|nenhuma\s+violação|nenhum\s+desvio|"
            r"keine\s+(?:verstöße|verletzungen|abweichungen|verletzung|abweichung)|kein\s+verstoß|"
            r"aucune\s+(?:violation|dérogation|déviation|infraction)|pas\s+de\s+violation|"
            r"нет\s+нарушений|нарушений\s+нет|без\s+(?:нарушений|отклонений)|не\s+нарушает|немає\s+порушень|"
            r"без\s+порушень|"
            r"brak\s+(?:naruszeń|odstępstw)|bez\s+naruszeń|nessuna\s+(?:violazione|deviazione)|inga\s+avvikelser|"
            r"geen\s+schendingen|"
            r"tidak\s+ada\s+pelanggaran|không\s+(?:có\s+)?vi\s+phạm|ihlal\s+yok"
        ),
        (
            r"(?:无|無|没有|沒有|未发现|未發現)(?:任何)?(?:宪法|憲法|章程|原则|原則)?(?:违反|違反|违规|違規|偏离|偏離|例外|冲突|衝突)|"
            r"(?:违反|違反|违规|違規)(?:项)?(?:事項)?(?:は|：|:)?\s*(?:なし|ありません|无|無)|違反(?:は)?(?:な|無)(?:い|し)|逸脱なし|"
            r"(?:위반|이탈|예외)(?:\s*사항)?(?:이|은|는)?\s*없음|위반\s*없"
        ),
    ),
    "conditional": (
        (
            r"conditional(?:ly)?(?:\s+pass(?:ed|es)?)?|pass(?:ed)?\s+conditionally|provisional(?:ly)?(?:\s+pass)?|"
            r"condicional(?:mente)?|bedingt(?:\s+(?:erfüllt|bestanden))?|conditionnel(?:lement)?|условно|warunkowo"
        ),
        r"条件付き(?:合格|準拠)?|有条件通过|有條件通過|조건부",
    ),
    "na": (
        (
            r"n\s?/\s?a|n\.a\.|not\s+(?:applicable|relevant|required|affected|in\s+scope|triggered|touched)|"
            r"does\s+not\s+apply|doesn't\s+apply|"
            r"inapplicable|out\s+of\s+scope|exempt(?:ion|ed)?|no\s+(?:aplica(?:ble)?|se\s+aplica)|"
            r"não\s+(?:se\s+)?aplic(?:a|ável)|"
            r"nicht\s+(?:anwendbar|zutreffend|relevant|betroffen)|entfällt|trifft\s+nicht\s+zu|non\s+applicable|"
            r"sans\s+objet|"
            r"ne\s+s'applique\s+pas|не\s*применим[оаы]?|н/д|неприменимо|не\s+относится|не\s+застосовується|"
            r"не\s+стосується|"
            r"nie\s+dotyczy|non\s+applicabile|niet\s+van\s+toepassing|ej\s+tillämplig(?:t)?|tidak\s+berlaku|"
            r"không\s+áp\s+dụng|uygulanamaz|geçerli\s+değil|n/v\.?t"
        ),
        r"不适用|不適用|非適用|該当なし|該当しない|対象外|適用外|適用なし|해당\s?(?:사항\s?)?없음|해당\s?없|적용\s?(?:안\s?됨|불가|제외)|비해당|無關|无关|不涉及",
    ),
    "partial": (
        (
            r"partial(?:ly)?(?:\s+(?:pass(?:ed|es)?|compliant|compliance|complies|met|satisfied|aligned|conformant))?|"
            r"mostly\s+(?:compliant|pass|met)|attention(?:\s+(?:required|needed))?|needs\s+(?:an?\s+)?(?:attention|"
            r"work|improvement|update|amendment|revision|changes?)|"
            r"parcial(?:mente)?|atención|atenção|teilweise(?:\s+(?:erfüllt|konform))?|teils\s+erfüllt|partiel(?:le|"
            r"lement)?|"
            r"частично(?:\s+(?:соответствует|выполнено))?|частково|częściow[oey]|parzial[em](?:ente)?|gedeeltelijk|"
            r"delvis|sebagian|một\s+phần|kısmen"
        ),
        (
            r"部分(?:通过|通過|符合|満足|準拠|合规|合規|满足|達成|适用)|部分的(?:に)?(?:準拠|合格|適合)?|一部(?:準拠|適合|合格|不適合|逸脱)|부분\s?(?:준수|통과|적합|충족|"
            r"적으로)|要注意|需注意|需要注意|주의(?:\s?필요)?"
        ),
    ),
    "fail": (
        (
            r"fail(?:s|ed|ing|ure)?|violat(?:ion|ions|ed|es|ing)|non-?\s?complian(?:t|ce)|non-?conform(?:ant|ing|ity)|"
            r"not\s+(?:met|satisfied|compliant|passed|passing|aligned|fulfilled|conformant|ok|followed)|"
            r"does\s+not\s+(?:comply|meet|satisfy|pass|conform)|"
            r"did\s+not\s+pass|unmet|breach(?:ed|es)?|broken|rejected|"
            r"no\s+(?:cumple|pasa)|incumple|violaci[oó]n|violado|falla|não\s+(?:cumpre|conforme|passa|atende)|violação|"
            r"viola|reprovad[oa]|falha|"
            r"verletzt|verstoß|nicht\s+(?:erfüllt|bestanden|konform|eingehalten)|verletzung|"
            r"non\s+(?:conforme|respecté|satisfait)|échec|échoue|нарушен(?:ие|о|а|ы)|нарушает|не\s+(?:соответствует|"
            r"выполнено|пройдено)|провал(?:ено)?|"
            r"порушен(?:ня|о)|не\s+(?:відповідає|виконано)|narusz(?:enie|ono|a)|nie\s*(?:spełni(?:ono|a|one)|"
            r"zgodn[eya])|niezgodn[eya]|"
            r"violazione|non\s+(?:rispettato|superato)|geschonden|niet\s+voldaan|underkänd|gagal|pelanggaran|vi\s+phạm|"
            r"không\s+đạt|ihlal|başarısız"
        ),
        r"未通过|未通過|不通过|不通過|不符合|不合规|不合規|不合格|不適合|违反|違反|违规|違規|失败|失敗|未满足|未滿足|不满足|未達成|要改訂|要改定|위반|미준수|불합격|부적합|실패|미충족",
    ),
    "bent": (
        (
            r"deviat(?:ion|ions|es|ed|ing)|exceptions?|justified(?:\s+(?:violation|deviation|exception|complexity))?|"
            r"waive[dr]|waivers?|"
            r"desviaci[oó]n|excepci[oó]n|justificad[oa]|desvio|exceção|justificad[oa]|abweichung|ausnahme|begründet|"
            r"gerechtfertigt|"
            r"dérogation|déviation|écart|justifié(?:e)?|отклонение|исключение|обоснован(?:о|ное)|відхилення|виняток|"
            r"odstępstwo|wyjątek|uzasadnion[eya]|"
            r"deviazione|eccezione|giustificat[oa]|afwijking|uitzondering|avvikelse|undantag|pengecualian|ngoại\s+lệ|"
            r"sapma|istisna"
        ),
        r"逸脱|偏离|偏離|例外|正当化|已论证|已論證|예외|일탈|정당화",
    ),
    "pending": (
        (
            r"pending|deferred|defers?|postponed|tbd|tbc|to\s*-?do|to\s+be\s+(?:verified|determined|confirmed|checked|"
            r"done|evaluated|defined|addressed|decided)|"
            r"(?:requires?|needs?)\s+(?:verification|validation|confirmation|clarification|review|check(?:ing)?|"
            r"decision)|needs\s+clarification|"
            r"not\s+(?:yet\s+\w+|started|evaluated|verified|assessed|checked)|not\s+yet|unverified|unknown|open|"
            r"in\s+progress|action\s+(?:needed|required)|wip|awaiting|blocked|"
            r"pendiente|por\s+verificar|pendente|a\s+verificar|diferid[oa]|adiad[oa]|aplazad[oa]|ausstehend|offen|"
            r"zu\s+prüfen|zurückgestellt|"
            r"en\s+attente|à\s+vérifier|reporté(?:e)?|ожидает(?:ся)?|отложен[оа]?|в\s+ожидании|требует\s+проверки|"
            r"очікує(?:ться)?|відкладено|"
            r"oczekuj(?:e|ące)|do\s+weryfikacji|odroczon[eya]|in\s+attesa|da\s+verificare|openstaand|uitgesteld|väntar|"
            r"menunggu|ditunda|chờ|bekliyor|ertelendi"
        ),
        (
            r"待定|待确认|待確認|待验证|待驗證|待检查|待檢查|待办|待處理|待处理|未确认|未確認|未検証|未评估|未評価|保留|延期|延后|延後|推迟|要確認|要検証|検討中|確認中|대기|보류|미정|"
            r"확인\s?필요|검토\s?필요|예정|연기"
        ),
    ),
    "fixed": (
        (
            r"resolved|fixed|repaired|mitigated|corregid[oa]|corrigid[oa]|behoben|corrigé(?:e)?|исправлен[оа]|"
            r"naprawion[eya]"
        ),
        r"已修复|已修復|已解决|已解決|修正済み?|解消|해결됨",
    ),
    "pass": (
        (
            r"pass(?:es|ed|ing)?|compliant|compl(?:y|ies|ied)|conform(?:s|ed|ant|ing)?|align(?:s|ed)|satisf(?:ied|ies|"
            r"y)|met|meets|ok(?:ay)?|yes|"
            r"approved|accepted|acceptable|achieved|honou?red|upheld|respected|adhered|green|unaffected|unchanged|"
            r"will\s+(?:comply|pass|meet|satisfy|follow)|"
            r"full(?:y)?\s+(?:compliant|aligned|met)|(?:perfectly|fully)\s+aligned|in\s+compliance|"
            r"pasa|cumple(?:n)?|aprobad[oa]|conforme|cumplido|sí|satisfecho|passa(?:do)?|aprovad[oa]|cumpre|atende|"
            r"atendid[oa]|sim|em\s+conformidade|"
            r"erfüllt|bestanden|konform|eingehalten|ja|in\s+ordnung|respecté(?:e)?|validé(?:e)?|satisfait(?:e)?|réussi|"
            r"oui|"
            r"соответствует|выполнено|соблюден[оа]|соблюдается|пройден[оа]?|да|відповідає|виконано|дотримано|пройдено|"
            r"так|"
            r"spełni(?:ono|a|one|ony)|zgodn[eya]|zaliczon[eya]|tak|superato|rispettat[oa]|soddisfatt[oa]|sì|voldaan|"
            r"voldoet|geslaagd|godkänd|uppfyll(?:t|d|s)|"
            r"lulus|sesuai|memenuhi|đạt|tuân\s+thủ|geçti|uygun|uyumlu"
        ),
        r"通过|通過|符合|合规|合規|合格|準拠|遵守|適合|達成|满足|滿足|満たす|問題なし|問題無し|준수|적합|통과|충족|합격|만족|정상|はい|預定|计划中",
    ),
    "weak": (
        (
            r"required|new|improved|enhanced|strengthened|supported|addressed|included|planned|done|complete[d]?|"
            r"clear(?:ed)?|good|success|safe|proceed|"
            r"confirmed|verified|validated|followed|preserved|maintained|covered|enforced|acknowledged|reviewed|"
            r"minimal|low|none|as\s+before"
        ),
        r"预定|計劃|計画|予定通り",
    ),
    "good_mark": (
        "",
        r"[✅✓✔☑🟢👍🆗🎉💚]|:white_check_mark:|:heavy_check_mark:|〇(?=\s|$)|○(?=\s|$)|◯(?=\s|$)|◎(?=\s|$)",
    ),
    "bad_mark": ("", r"[❌✗✘✖❎🔴⛔🚫]|:x:|(?<!\w)[×✕](?=\s|$)"),
    "soft_mark": ("", r"[⚠🟡🟠🔶🔸❗❕]|:warning:|△"),
    "empty_mark": ("", r"[⬜➖⚪◻▫]"),
    "wait_mark": ("", r"[⏳⏰🕒🔄⏸☐🚧⌛🔜]"),
}
"""What each word and mark says, by the name of its `Sign`."""

FILLERS = (
    r"(?<!\w)(?:with|w/|a|an|the|and|or|but|one|two|some|minor|small|single|recorded|documented|known|noted|"
    r"accepted|intentional|"
    r"status|result|gate|gates|is|are|has|see|note|all|still|now|fully|strong|full|design|required|by|in|of|no|on|"
    r"con|una?|com|um|uma|mit|einer|eine|avec|une|с|z|for)(?!\w)"
)
"""Words between two signs of one breath."""

ADMISSION = re.compile(
    r"(?<!\w)(?:(?:this|the|our|it)\s+)?(?:plan|feature|design|approach|implementation|change|we|it)\s+"
    r"(?:knowingly\s+|deliberately\s+|intentionally\s+)?(?:violates?|deviates?|breaks?|departs?\s+from)(?!\w)|"
    r"(?<!\w)(?:justified|intentional|deliberate|known|temporary|minor|documented|acceptable|"
    r"recorded)\s+(?:violation|deviation|exception)(?!\w)|"
    r"(?<!\w)(?:se\s+desvía|incumple|verstößt|weicht\s+ab|déroge|нарушает|отступает|narusza|desvia-se|viola)(?!\w)|"
    r"に違反(?:する|している|します)|違反了|违反了|위반(?:한다|합니다|함)",
    re.IGNORECASE,
)

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
