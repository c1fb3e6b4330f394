"""The words and marks that say a status, in the languages that were seen or are likely.

Each entry of `SIGNS` holds a pattern for scripts that put blanks between words and one for marks and scripts that do
not. All of them are alternations of plain lower-case phrases with small optional parts, so that matching is linear.
Order matters: what is seen first wins, so rules and negations come before the words that they take back.
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
