"""The words by which a reader tells reasons, repairs, amendments, approvals and pointers from other words.

All patterns are alternations of plain phrases with small optional parts, so that matching is linear.
"""

from __future__ import annotations

import re

REASON_LABEL = re.compile(
    r"(?:why(?:\s+[\w/-]+){0,3}|(?:short\s+)?(?:reasons?|rationale|justifications?|justified\s+because|because|motivation)"
    r"(?:\s+(?:for|of)(?:\s+[\w-]+){1,4})?|(?:deviation|violation|exception|business|technical)\s+(?:justification|reason|rationale)|"
    r"por\s+qu[eéê](?:\s+\w+){0,2}|motivos?|motivaci[oó]n|justificaci[oó]n|raz[oó]n|justificativa|justificação|razão|"
    r"begründung|rechtfertigung|grund|warum|raison|justification|motif|pourquoi|"
    r"почему|причина|обоснование|uzasadnienie|powód|motivazione|giustificazione|motivering|reden|gerekçe|neden|alasan|lý\s+do)|"
    r"理由|正当化(?:の?理由)?|必要(?:な理由|性)|根拠|なぜ(?:必要か)?|为什么(?:需要)?|為什麼|原因|豁免理由|이유|근거|사유",
    re.IGNORECASE,
)
ALTERNATIVE_LABEL = re.compile(
    r"(?:(?:simpler\s+|rejected\s+|considered\s+)?alternatives?(?:\s+\w+){0,4}|rejected(?:\s+\w+){0,2}|"
    r"alternativas?(?:\s+\w+){0,4}|(?:einfachere|verworfene)\s+alternativen?|alternative\s+plus\s+simple|альтернатив\w*|alternatyw\w*)|"
    r"代替案|却下した案|替代方案|更简单的?方案|더\s*단순한\s*대안|대안",
    re.IGNORECASE,
)
REPAIR_LABEL = re.compile(
    r"(?:(?:plan\s+to\s+)?fix(?:es|ed\s+(?:by|in))?|resolution|remediation|remedy|repair(?:ed\s+(?:by|in))?|correction|mitigation|"
    r"corrective\s+action|addressed\s+(?:by|in)|resolved\s+(?:by|in)|approach|"
    r"corrección|solución|mitigación|correção|solução|mitigação|behebung|lösung|maßnahme|correctif|"
    r"исправление|решение|naprawa|rozwiązanie|correzione|oplossing)|"
    r"修正|対応|対策|是正|解決|修复|修復|解决(?:方案)?|整改|緩和|해결|수정|조치",
    re.IGNORECASE,
)
APPROVAL_LABEL = re.compile(
    r"(?:(?:approved|accepted|waived|signed\s+off|granted|sign-?off)(?:\s+(?:by|in|on|at))?|approval|sign-?off|waiver|exemption|"
    r"aprobado\s+por|aprobación|aprovado\s+por|aprovação|genehmigt\s+(?:von|durch)|genehmigung|freigabe|approuvé\s+par|approbation|"
    r"одобрено|согласовано|zatwierdzone\s+przez|approvato\s+da)|"
    r"承認(?:者)?|批准(?:人)?|审批|승인",
    re.IGNORECASE,
)
APPROVAL = re.compile(
    r"(?<!\w)(?:approved|waived|accepted|signed\s+off|granted)\s+(?:by|in|at|on)\s+(?!design|default|construction)|"
    r"(?<!\w)(?:aprobad[oa]\s+por|aprovad[oa]\s+por|genehmigt\s+(?:von|durch)|approuvée?\s+par|одобрено|approvat[oa]\s+da|zatwierdzon[eya]\s+przez)(?!\w)|"
    r"(?:により|が|の)承認|批准(?:了|的)?|승인(?:됨|받)",
    re.IGNORECASE,
)
_THIS = (
    r"(?:this|the|our)\s+(?:\w+\s+)?(?:feature|plan|change|work|pr|pull\s+request|spec|audit|migration|refactor(?:ing)?|release|"
    r"iteration|task|slice|branch|design)"
)
_MENDS = (
    r"(?:fix(?:es|ed|ing)?|repairs?|remed(?:y|ies|iates?)|resolves?|corrects?|cures?|eliminates?|mends?|closes?|removes?|"
    r"addresses|brings?\s+\w+(?:\s+\w+)?\s+(?:into|in)\s+(?:line|compliance))"
)
REPAIR = re.compile(
    rf"(?<!\w){_THIS}\s+(?:will\s+|itself\s+|also\s+|is\s+to\s+)?{_MENDS}(?!\w)|"
    r"(?<!\w)(?:will\s+be|is\s+(?:being\s+)?|are\s+|gets?\s+|being\s+|to\s+be\s+)?"
    r"(?:fixed|repaired|resolved|remediated|corrected|addressed|cured|mended)\s+"
    rf"(?:by|in|with|as\s+part\s+of|through)\s+(?:{_THIS}|this|FR-\d|T\d|task|phase|US\d)|"
    r"(?<!\w)(?:fixed|repaired)\s+here(?!\w)|"
    r"(?<!\w)(?:est[ae]|la|el)\s+(?:característica|funcionalidad|feature|plan|cambio|spec|trabajo)\s+(?:lo\s+|la\s+)?"
    r"(?:corrige|repara|resuelve|arregla|elimina)(?!\w)|(?<!\w)(?:se\s+corrige|corregid[oa])\s+(?:con|en|por)\s+est[ae]|"
    r"(?<!\w)est[ae]\s+(?:funcionalidade|recurso|feature|plano|mudança)\s+(?:corrige|repara|resolve|elimina)(?!\w)|"
    r"(?<!\w)dies(?:es|er|e)\s+(?:feature|plan|änderung|funktion)\s+(?:behebt|repariert|korrigiert|beseitigt)(?!\w)|"
    r"(?<!\w)cette\s+(?:fonctionnalité|évolution|modification)\s+(?:corrige|répare|résout)(?!\w)|"
    r"(?<!\w)(?:эта|данная)\s+(?:функция|фича|задача)\s+(?:исправляет|устраняет)(?!\w)|"
    r"本(?:機能|機能で|フィーチャー|仕様|計画)(?:で|が|は|により)[^。.]{0,20}(?:修正|是正|解消|解決)|"
    r"(?:本|该|此|這個|这个)(?:功能|特性|需求|计划|計畫|变更|方案)[^。.]{0,16}(?:修复|修復|修正|解决|解決|消除)|"
    r"이\s*(?:기능|계획|변경)[^.]{0,20}(?:수정|해결|고친)",
    re.IGNORECASE,
)
"""The text says that this feature mends the breach."""
MENDS_ALONE = re.compile(
    r"\W*(?:fix(?:ed)?|repair(?:ed)?|remediat(?:e|ed|ion)|resol(?:ve|ved|ution)|correct(?:ed|ion)?|to\s+be\s+fixed|"
    r"corregir|corrige|corregido|corrigir|beheben|behoben|corriger|修正|修复|修復|是正|解決|解决|исправ\w*|수정)(?!\w)",
    re.IGNORECASE,
)
"""What stands behind an arrow: `VIOLATION → FIX`."""
EXISTING = re.compile(
    r"(?<!\w)(?:pre-?existing|already\s+(?:violat\w+|breaks?|broken|fails?|present)|"
    r"(?:existing|current|today's|legacy|inherited)\s+(?:code\w*\s+)?(?:violat\w+|breach\w*|debt|gap|non-?complian\w+|deviation)|"
    r"inherited\s+from|existing\s+code(?:base)?\s+(?:violates|breaks|fails)|preexistente|pré-existente|"
    r"bestehende[rnms]?\s+(?:verstoß|code)|préexistant\w*|существующ\w+\s+нарушени\w*)|"
    r"既存の?(?:違反|コード)|(?:现有|既有|現有)(?:代码)?(?:违反|違反|问题)|기존\s*(?:위반|코드)",
    re.IGNORECASE,
)
AMENDMENT = re.compile(
    r"(?<!\w)(?:constitution(?:al)?\s+(?:was\s+|is\s+|has\s+been\s+)?(?:amend\w*|v?\d+\.\d+)|amend(?:ed|ment|ments|s)?|"
    r"enmienda\w*|emenda\w*|verfassungsänderung|amendement\w*|поправк\w+|popraw\w+)(?!\w)|憲法改[正定]|(?:宪法|章程)修[正订]|改正済み|헌법\s*개정",
    re.IGNORECASE,
)
VERSION = re.compile(r"(?<![\w.])v?(\d{1,4}\.\d{1,4}(?:\.\d{1,4})?)(?![\w.]*\d)", re.IGNORECASE)
POINTER = re.compile(
    r"(?<!\w)(?:see|cf\.?|refer\s+to|documented\s+(?:in|under|below)|justified\s+(?:in|under|below|above)|justification\s+(?:in|below|under)|"
    r"listed\s+(?:in|under)|recorded\s+(?:in|under)|tracked\s+(?:in|under)|explained\s+(?:in|below)|→|->)\s*(?:the\s+)?[\"'*_`\[]*"
    r"(?:complexity(?:\s+tracking)?|below|tracking|table|deviations?|violations?|justifications?|exceptions?|note|section|row)|"
    r"(?<!\w)complexity\s+tracking(?!\w)|"
    r"(?<!\w)(?:ver|véase|siehe|voir|см\.?|zob\.?|vedi|zie)\s+(?:el\s+|la\s+|o\s+|a\s+|le\s+)?[\"'*_`\[]*(?:seguimiento|registro|complej\w+|"
    r"acompanhamento|rastreamento|complex\w+|komplex\w+|suivi|unten|сложност\w+|таблиц\w+|abajo|abaixo)|"
    r"(?:见|見|参见|參見|详见|詳見)[^。]{0,6}(?:复杂|複雑|複雜|下方|下文|下表)|(?:複雑[さ性]|下記|以下)[^。]{0,12}(?:参照|記載)|복잡[^.]{0,12}참조",
    re.IGNORECASE,
)
"""The item says where its reason stands."""
BECAUSE = re.compile(
    r"(?<!\w)(?:no|not|never|without|lacks?|missing|n't|cannot|deferred|postponed|skipped)\s[^.;\n]{0,80}?(?<!\w)until(?!\w)|"
    r"(?<!\w)(?:because|since(?!\s+(?:v?\d|the\s+\w+\s+(?:release|version)))|due\s+to|owing\s+to|"
    r"unavoidable|for\s+now|otherwise|out\s+of\s+scope|trade-?off|temporar(?:y|ily)|would\s+(?:require|need|break|delay|mean)|"
    r"porque|ya\s+que|debido\s+a|hasta\s+que|porquê|pois|até\s+que|devido|weil|wegen|damit|parce\s+que|car|afin|à\s+cause|jusqu|perché|"
    r"потому|поскольку|так\s+как|из-за|пока\s+не|ponieważ|dopóki|omdat|çünkü|karena|vì)(?!\w)|"
    r"ため(?!の|に)|ために(?:は)?必要|まで(?:は|の間)|ので|理由|やむを得|因为|因為|由于|以便|由于|由於|暂时|暫時|鉴于|鑑於|때문|불가피",
    re.IGNORECASE,
)
"""Words that argue; they lower an error to a warning and never raise anything."""
ACCEPTED = re.compile(
    r"(?<!\w)(?:justif(?:ied|iable)|accepted|acceptable|intentional(?:ly)?|deliberate(?:ly)?|by\s+design|known|pre-?existing|existing|legacy|"
    r"inherited|recorded|documented|acknowledged|noted|tracked|temporar(?:y|ily)|waived|waiver|approved|mitigated|deferred|"
    r"tolerated|exempt(?:ed|ion)?|planned|expected|unavoidable|minor|deviation|exception|with\s+reason|see\s+(?:below|complexity)|"
    r"justificad[oa]|aceptad[oa]|aceit[oa]|intencional|documentad[oa]|conocid[oa]|aprobad[oa]|aprovad[oa]|conhecid[oa]|"
    r"begründet|gerechtfertigt|akzeptiert|bekannt|beabsichtigt|dokumentiert|genehmigt|justifiée?|acceptée?|connue?|documentée?|assumée?|"
    r"обоснован\w*|принят\w*|известн\w*|uzasadnion\w*|zaakceptowan\w*|znan[eya]|giustificat\w*|accettat\w*|verantwoord|bewust|"
    r"motiverad|godkänd|gerekçeli|kabul\s+edildi)(?!\w)|"
    r"正当化|既知|承認済|意図的|許容|記録済|容認|已论证|已論證|已接受|可接受|已知|有意|已记录|已批准|合理|豁免|정당화|의도적|승인|허용|알려진",
    re.IGNORECASE,
)
"""In the slot of a FAIL these soften it: somebody knows of it."""
FORMERLY = re.compile(
    r"(?<!\w)(?:was|were|previously|formerly|before\s*:|initially|originally|earlier|old\s*:|"
    r"antes|anteriormente|previamente|era|zuvor|vorher|war|avant|était|ранее|было|раньше|wcześniej|było|prima|eskiden|tidigare|voorheen)"
    r"\s*[:=]?\W{0,8}$|(?:以前(?:は)?|旧|従来|之前(?:为|是)?|原(?:为|来)?|前回|이전)\s*[:：]?\W{0,8}$",
    re.IGNORECASE,
)
"""Before a status word: it is the status of before."""
NOTICED = re.compile(r"(?:attention|atenci|atenç|needs\s|要注意|需注意|需要注意|주의)", re.IGNORECASE)
"""A partial word that only asks to look at something."""
DEVIATES = re.compile(
    r"(?<!\w)(?:deviations?|exceptions?|violations?|waivers?|exemptions?|desviaci[oó]n\w*|excepci[oó]n\w*|desvios?|exceç(?:ão|ões)|"
    r"abweichung\w*|ausnahme\w*|verst(?:oß|öße)|dérogations?|écarts?|отклонени\w*|исключени\w*|нарушени\w*|odstępstw\w*|wyjąt\w*|"
    r"deviazion\w*|eccezion\w*|afwijking\w*|avvikelse\w*|undantag)(?!\w)|逸脱|例外|偏离|偏離|豁免|違反|违反|예외|일탈|위반",
    re.IGNORECASE,
)
"""In a heading: what stands below is about a breach."""
EXTRA_SIGNS = {"fail": ("failes", ""), "bent": (r"breaking(?!\s+(?:change|api|the|any))", r"破壊的変更")}
"""Words that `status_words` does not hold yet, by the name of their sign."""
REMARK = re.compile(
    r"\W*(?:note|notes|warning|caution|reminder|remark|important|verify|attention|todo|action(?:\s+\w+)?|acknowledged|updates?(?:\s+\w+)?|review|"
    r"considerations?|caveats?|risks?|watch|follow-?up|nota|aviso|advertencia|atenção|hinweis|achtung|remarque|примечание|внимание|uwaga|nota\s+bene)\W*|"
    r"\W*(?:注意(?:事项|事項)?|注|备注|備考|補足|提醒|说明|참고|주의)\W*",
    re.IGNORECASE,
)
"""A name that announces a remark: a warning sign before it admits nothing."""
