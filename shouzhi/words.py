"""The Chinese words of codes, by the column that they stand in: the command line and the pages say the same."""

LEVELS = ("red", "orange", "yellow", "blue", "none", "not_available")
LEVEL_TEXT = {
    "red": "红色",
    "orange": "橙色",
    "yellow": "黄色",
    "blue": "蓝色",
    "none": "无预警",
    "not_available": "无法判断",
}
LEVEL_SYMBOL = {"red": "■", "orange": "▲", "yellow": "◆", "blue": "●", "none": "—", "not_available": "?"}
CHANGE_TEXT = {"new": "新增", "raised": "升级", "lowered": "降级", "cleared": "解除", "same": "不变"}
TREND_TEXT = {
    "worsening": "↗ 恶化",
    "stable": "→ 平稳",
    "improving": "↘ 改善",
    "not_available": "· 期数不足",
}
CHECK_STATUS_TEXT = {
    "pass": "通过",
    "warn": "警告",
    "fail": "不通过",
    "na_no_data": "无数据",
    "na_too_early": "期数不足",
}
CHECK_KIND_TEXT = {
    "integrity": "自身一致",
    "statement": "报表勾稽",
    "violation": "违规",
    "warning": "预警",
    "lead": "线索",
}
DIFFERENCE_TEXT = {
    "none": "无差异",
    "rounding": "四舍五入",
    "stated_difference": "表内差异",
    "restatement": "重述期初",
    "final_audit": "决算调整",
    "omission": "漏列",
    "not_available": "无法比较",
}
STATEMENT_TEXT = {
    "budget": "预算",
    "revised_budget": "调整预算",
    "estimate": "预计执行",
    "execution": "执行",
    "final": "决算",
}
ARRIVAL_TEXT = {
    "reported": "全部基金已报送",
    "partly": "部分基金已报送",
    "missing": "未报送",
    "not_expected": "不要求",
    "derived": "汇总推算",
    "business": "业务数据推算",
}
FEED_ARRIVAL_TEXT = {
    "reported": "已报送",
    "partly": "部分种类已报送",
    "missing": "未报送",
    "no_rows": "当月无记录（近一年有）",
    "not_expected": "不要求",
}
ARRIVAL_SYMBOL = {
    "reported": "●",
    "partly": "◐",
    "missing": "?",
    "no_rows": "–",
    "not_expected": "×",
    "derived": "○",
    "business": "◇",
}
UNDATED = "不分月"
OPENING_TEXT = {
    "stated": "报表填报",
    "prior_closing": "上期期末",
    "derived": "由期末倒推",
    "not_available": "无法取得",
}
ROLE_TEXT = {"addend": "计入合计", "of_which": "其中", "subtotal": "报表小计", "balance": "结余"}
ORIGIN_TEXT = {"statement": "报表", "business": "业务", "mixed": "报表＋业务"}
SIDE_TEXT = {"income": "收入", "expenditure": "支出", "balance": "结余"}
DIRECTION_TEXT = {"high_good": "越高越好", "low_good": "越低越好", "neutral": "不评价"}
MEASURE_TEXT = {"period": "本期数", "ytd": "本年累计数"}
# of a quarantined row; without a code it is still open
SETTLED_TEXT = {"delivered_again": "已由后来的文件更正", "dismissed": "已注明不再处理"}
BATCH_STATUS_TEXT = {
    "loaded": "已入库",
    "rejected": "整份拒收",
    "dismissed": "拒收，已注明不再处理",
    "unchanged": "内容未变",
}
# what a warning rule or a metric rests on; a policy parameter's basis has its own words (BASIS_TEXT)
RULE_BASIS_TEXT = {"stated": "文件明文", "assumed": "本产品的设计约定", "sample": "示例"}
TOOL_TEXT = {"dbt": "模型检验", "gx": "形状检验"}
FACT_TEXT = {
    "build_id": "版本号",
    "code_hash": "程序指纹",
    "data_date": "数据截至",
    "dbt_version": "模型检验工具版本",
    "duckdb_version": "数据库版本",
    "great_expectations_version": "形状检验工具版本",
    "lake_fingerprint": "数据湖指纹",
    "product_version": "程序版本",
    "region": "地区包",
    "schema_version": "表结构版本",
    "built_at": "生成时间",
    "exit_code": "运行结果码",
    "issues": "待处理事项",
    "dbt_nodes": "模型与检验个数",
    "dbt_warnings": "模型检验警告",
    "expectations": "形状检验",
    "inputs": "输入文件",
    "row_counts": "各表行数",
    "marts_sha256": "发布文件指纹",
    "marts_bytes": "发布文件大小",
    "policy_sample": "样例参数",
    "started_from": "由此版本续建",
    "dbt_nodes_standing": "沿用的模型个数",
    "row_files": "逐笔数据文件",
}
ISSUE_TEXT = {"rejected_files": "拒收的文件", "quarantined_rows": "隔离的行", "holds": "待核"}
GOVERNMENT_LEVEL_TEXT = {"central": "中央", "region": "自治区", "prefecture": "盟市", "county": "旗县"}
PERIOD_TYPE_TEXT = {"month": "月", "quarter": "季", "half": "半年", "year": "年"}
MEDICAL_KIND_TEXT = {
    "all": "全部类别",
    "inpatient": "住院",
    "outpatient": "普通门诊",
    "chronic": "门诊慢特病",
    "pharmacy": "定点药店",
    "maternity": "生育",
    "other": "其他",
}
PERSON_GROUP_TEXT = {
    "all": "合计",
    "in_service": "在职",
    "retired": "退休",
    "adult": "成年居民",
    "elder": "老年居民",
    "minor_student": "未成年人和学生",
    "minor": "未成年人",
    "student": "学生",
    "newborn": "新生儿",
    "other": "其他",
}
SCHEME_TEXT = {
    "employee": "职工",
    "resident": "居民",
    "all": "合计",
    "civil_servant": "公务员补助",
    "large_claim": "大额补助",
    "retired_cadre": "离休",
    "disabled_soldier": "伤残军人",
    "enterprise_supplement": "企业补充",
    "resident_critical_illness": "居民大病",
    "other": "其他",
}
ITEM_TEXT = {"premium": "保险费", "subsidy": "财政补助"}
PAYER_TEXT = {
    "all": "合计",
    "employer": "单位",
    "person": "个人",
    "other": "其他",
}
CONTRIBUTION_KIND_TEXT = {
    "normal": "正常",
    "arrears": "补缴",
    "lump_sum": "一次性补缴",
    "refund": "退费",
    "other": "其他",
}
PAYMENT_SOURCE_TEXT = {
    "101": "零星报销",
    "102": "生育现金",
    "103": "生育津贴",
    "104": "医疗救助",
    "105": "灵活就业",
    "106": "零星补差",
    "107": "年度二次报销",
    "201": "清算支付",
    "202": "年中调整",
    "203": "预留保证金发放",
    "204": "年终清算",
    "205": "超定额",
    "206": "门诊统筹包干",
    "207": "预付金",
    "999": "其他",
    "unknown": "未注明",
}
AXIS_TEXT = {"deficit": "不足", "surplus": "结余偏多"}
SEVERITY_TEXT = {"info": "说明", "warning": "提醒", "problem": "问题"}

POPULATION_TEXT = {
    "all": "全部",
    "privileged": "享受医疗照顾人员",
    "civil_servant": "公务员",
    "provincial_cadre": "省级干部",
}
HOSPITAL_LEVEL_TEXT = {"1": "一级", "2": "二级", "3": "三级", "9": "未定级", "all": "不分级别"}
CARE_PLACE_TEXT = {
    "local": "本地",
    "referred": "转诊",
    "unreferred": "自行外出",
    "unknown": "转诊不明",
    "all": "不分就医地",
}
TOPIC_TEXT = {
    "contribution": "筹资",
    "benefit": "统筹待遇",
    "large_claim": "大额医疗保险",
    "civil_servant": "公务员医疗补助",
    "cadre": "省级干部",
    "resident": "居民筹资与待遇",
}
SCOPE_LEVEL_TEXT = {"nation": "国家", "region": "自治区", "area": "统筹区"}
BASIS_TEXT = {"stated": "文件规定", "assumed": "假定", "sample": "仅供样例"}
APPROVAL_TEXT = {
    "first": "首次规定",
    "higher_document": "上级文件",
    "approved": "已批准",
    "unapproved": "未见批准",
    "draft": "征求意见稿",
}

VOCABULARIES: dict[str, dict[str, str]] = {
    "level_code": LEVEL_TEXT,
    "previous_level_code": LEVEL_TEXT,
    "surplus_level_code": LEVEL_TEXT,
    "change_code": CHANGE_TEXT,
    "trend_code": TREND_TEXT,
    "status": CHECK_STATUS_TEXT,
    "kind": CHECK_KIND_TEXT,
    "difference_class": DIFFERENCE_TEXT,
    "statement_code": STATEMENT_TEXT,
    "arrival_code": ARRIVAL_TEXT,
    "opening_basis": OPENING_TEXT,
    "origin_code": ORIGIN_TEXT,
    "account_role": ROLE_TEXT,
    "side": SIDE_TEXT,
    "direction": DIRECTION_TEXT,
    "measure_code": MEASURE_TEXT,
    "status_code": BATCH_STATUS_TEXT,
    "settled_code": {**SETTLED_TEXT, "open": "待处理"},
    "axis": AXIS_TEXT,
    "contribution_kind_code": CONTRIBUTION_KIND_TEXT,
    "source_code": PAYMENT_SOURCE_TEXT,
    "medical_kind_code": MEDICAL_KIND_TEXT,
    "person_group_code": PERSON_GROUP_TEXT,
    "scheme_code": SCHEME_TEXT,
    "item_code": ITEM_TEXT,
    "payer_code": PAYER_TEXT,
    "tool": TOOL_TEXT,
    "fact_key": FACT_TEXT,
    "severity_code": SEVERITY_TEXT,
    "population_code": POPULATION_TEXT,
    "topic_code": TOPIC_TEXT,
    "hospital_level_code": HOSPITAL_LEVEL_TEXT,
    "care_place_code": CARE_PLACE_TEXT,
    "scope_level_code": SCOPE_LEVEL_TEXT,
    "basis": BASIS_TEXT,
    "approval_code": APPROVAL_TEXT,
    "issue": ISSUE_TEXT,
    "government_level_code": GOVERNMENT_LEVEL_TEXT,
    "period_type": PERIOD_TYPE_TEXT,
}

QUARTERS = "一二三四"


def period_label(period_code: str) -> str:
    """``202609`` → ``2026年9月``; ``2026Q3`` → ``2026年三季度``; ``2026H1`` → ``2026年上半年``; ``2026`` → ``2026年``."""
    year, rest = period_code[:4], period_code[4:]
    if not rest:
        return f"{year}年"
    if rest[0] == "Q":
        return f"{year}年{QUARTERS[int(rest[1]) - 1]}季度"
    if rest[0] == "H":
        return f"{year}年{'上' if rest[1] == '1' else '下'}半年"
    return f"{year}年{int(rest)}月"
