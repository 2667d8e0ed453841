"""Closed lists of values, each with the words offices write it with; the first word is the label shown everywhere."""

from __future__ import annotations

from gridwalk.dictionary.types import Choices

USAGE: Choices = {
    "residential": ("住宅", "居住", "居民住宅", "自住房", "住房", "普通住宅", "民宅"),
    "business": (
        "商用",
        "商业",
        "经营",
        "商铺",
        "底商",
        "办公",
        "公寓办公",
        "商业用房",
        "门市",
        "店铺",
        "店面",
        "门面",
        "门店",
    ),
    "mixed": ("商住两用", "商住", "混合"),
    "other": ("其他", "公共用房", "车库", "仓库", "配套"),
}
OCCUPANCY: Choices = {
    "occupied": ("有人住", "居住", "在住", "自住", "常住", "入住", "有人", "有人居住", "已入住", "正常居住", "住人"),
    "vacant": ("空房", "空置", "空关", "无人住", "无人居住", "闲置", "空", "空置房", "空关房", "长期空置", "未入住"),
    "unknown": ("不清楚", "待核实", "未核实", "不明"),
}
TENURE: Choices = {
    "owner": ("自住", "自有", "业主自住", "产权人自住", "自用", "自住房", "业主居住"),
    "let": ("出租", "出租房", "租赁", "租住", "已出租", "租房", "租户", "出租户", "合租", "群租", "整租"),
    "lent": ("借住", "借用", "亲友借住", "出借"),
    "unknown": ("不清楚", "待核实", "不明"),
}
SEX: Choices = {"male": ("男", "男性", "M", "1"), "female": ("女", "女性", "F", "2")}
RESIDENCE_KIND: Choices = {
    "lives_here": (
        "户籍在此，住在这里",
        "常住",
        "人户一致",
        "户在人在",
        "本地常住",
        "在住",
        "户籍人口",
        "常住人口",
        "户籍常住",
    ),
    "registered_here": (
        "户籍在此，住在别处",
        "户在人不在",
        "人户分离",
        "空挂户",
        "空挂",
        "户籍不在住",
        "外出",
        "挂户",
        "户在人不住",
    ),
    "lives_elsewhere_registered": (
        "住在这里，户籍在别处",
        "人在户不在",
        "户不在",
        "外来常住",
        "非户籍常住",
        "境外",
        "境外人员",
    ),
    "tenant": (
        *(
            "租住",
            "租户",
            "承租",
            "流动人口",
            "暂住",
            "租房",
            "暂住人口",
            "租客",
            "承租人",
            "外来",
            "外来人口",
            "外来人员",
        ),
        *("流动人员", "流动", "暂住人员"),
    ),
    "boarder": ("借住", "寄住", "投靠", "暂借"),
}
PERSON_STATUS: Choices = {
    "active": ("在册", "正常", "健在", "有效"),
    "deceased": ("已去世", "死亡", "去世", "已故", "亡故", "身故", "过世"),
    "moved_away": ("已迁走", "迁出", "迁走", "搬走", "已搬走", "搬离"),
    "struck_off": ("已注销", "注销"),
}
ORGANIZATION_STATUS: Choices = {
    "active": ("在营", "营业", "正常", "存续", "在业", "开业"),
    "closed": ("已停业", "停业", "已关停", "关停", "注销", "歇业", "已关闭"),
    "moved_away": ("已搬离", "搬离", "已搬走", "搬走", "搬迁", "迁走"),
}
ORGANIZATION_KIND: Choices = {
    "company": ("企业", "公司", "有限公司"),
    "household_business": ("个体工商户", "个体", "个体户", "商户"),
    "public": ("机关事业单位", "机关", "事业单位", "学校", "医院", "国有单位"),
    "social": ("社会组织", "社团", "协会", "民办非企业", "民非"),
    "other": ("其他",),
}
SITE_KIND: Choices = {
    "school": ("学校幼儿园", "学校", "幼儿园", "托育", "培训机构", "校外培训"),
    "medical": ("医疗养老机构", "医院", "诊所", "养老院", "药店", "日间照料"),
    "catering": ("餐饮", "饭店", "餐馆", "食堂", "小吃"),
    "lodging": ("住宿", "旅馆", "宾馆", "酒店", "民宿"),
    "market": ("市场商场", "菜市场", "超市", "商场", "市场"),
    "construction": ("工地", "施工工地", "在建工地"),
    "storage": ("仓储", "仓库", "危化品", "液化气"),
    "charging": ("充电存放", "电动车棚", "车棚", "充电桩"),
    "other": ("其他",),
}
FACILITY_KIND: Choices = {
    "hydrant": ("消火栓", "消防栓", "室内消火栓", "室外消火栓", "室内消防栓", "室外消防栓", "消火栓箱", "消防栓箱"),
    "extinguisher": ("灭火器", "灭火器箱", "干粉灭火器", "灭火器材"),
    "lift": ("电梯", "客梯", "货梯", "住宅电梯", "升降梯"),
    "charging_point": ("充电桩", "充电设施", "充电柜", "电动车充电桩", "电动自行车充电桩", "充电口"),
    "notice_board": ("公告栏", "宣传栏", "公示栏", "宣传橱窗", "通知栏"),
    "entrance_guard": ("门禁", "单元门", "单元门禁", "门禁系统", "楼宇对讲", "对讲门"),
    "street_lamp": ("路灯", "楼道灯", "庭院灯", "照明灯", "小区路灯"),
    "manhole": ("井盖", "窨井", "窨井盖", "雨水井", "污水井", "检查井"),
    "fitness": ("健身器材", "健身设施", "体育器材", "健身路径", "健身点"),
    "switch_box": ("配电箱", "配电柜", "电箱", "电表箱", "箱变"),
    "waste_point": ("垃圾投放点", "垃圾分类投放点", "垃圾桶", "垃圾箱", "垃圾分类点", "垃圾收集点", "桶站"),
    "other": ("其他设施", "其他", "其它"),
}
FACILITY_STATUS: Choices = {
    "active": ("在用", "完好", "正常", "正常使用", "使用中", "良好"),
    "faulty": ("带故障使用", "带病在用", "有故障", "有毛病", "部分损坏", "带病运行"),
    "out_of_use": ("停用待修", "停用", "待修", "损坏", "故障", "报修", "停运", "维修中"),
    "removed": ("已拆除", "拆除", "报废", "已报废", "移除", "撤除"),
}
FACILITY_INTERVALS = {
    "hydrant": 30,
    "extinguisher": 30,
    "lift": 15,
    "charging_point": 30,
    "notice_board": 30,
    "entrance_guard": 30,
    "street_lamp": 30,
    "manhole": 30,
    "fitness": 30,
    "switch_box": 30,
    "waste_point": 7,
    "other": 30,
}
"""Days between two rounds where nobody says otherwise."""
CARE_CATEGORY: Choices = {
    "living_alone": ("独居老人", "独居", "空巢", "空巢老人"),
    "aged": ("高龄老人", "高龄", "80岁以上", "80 岁以上"),
    "disabled": ("残疾人", "残疾", "重度残疾", "失能", "半失能"),
    "low_income": ("低保低收入", "低保", "低收入", "特困", "困难家庭", "低保户"),
    "child_in_need": ("困境儿童", "留守儿童", "孤儿", "事实无人抚养"),
    "chronic_illness": ("慢病随访（本人自愿）", "慢病", "慢性病", "大病"),
    "veteran": ("优抚退役军人", "退役军人", "优抚", "优抚对象"),
    "bereaved_family": ("计生特殊家庭", "失独家庭", "失独"),
    "other_help": ("其他帮扶", "其他"),
}
YES = frozenset({"是", "有", "√", "✓", "对", "y", "yes", "true", "1"})
NO = frozenset({"否", "不是", "没有", "无", "×", "✗", "x", "n", "no", "false", "0"})
YES_NO: dict[tuple[str, str], tuple[tuple[str, str, str], ...]] = {
    ("dwelling", "occupancy"): (("空", "vacant", "occupied"), ("住|有人", "occupied", "vacant")),
    ("dwelling", "tenure"): (("租", "let", ""), ("自住|自有", "owner", "")),
    ("person", "residence_kind"): (("常住", "lives_here", ""), ("租|流动", "tenant", "")),
    ("person", "status"): (
        ("健在|在世", "active", "deceased"),
        ("死亡|去世|亡故", "deceased", "active"),
        ("注销", "struck_off", "active"),
    ),
    ("organization", "status"): (("营", "active", ""),),
    ("facility", "status"): (("完好|正常", "active", ""),),
}
"""Of a column that asks 是否…: (what the heading asks, the code for yes, for no); "" where the answer says nothing
more.
"""
MIXED: dict[tuple[str, str], tuple[tuple[str, dict[str, str]], ...]] = {
    ("dwelling", "occupancy"): (("tenure", {"owner": "occupied", "let": "occupied", "lent": "occupied"}),),
    ("dwelling", "tenure"): (("occupancy", {"vacant": "", "occupied": ""}),),
    ("dwelling", "usage"): (
        ("tenure", {"owner": "", "let": "", "lent": ""}),
        ("occupancy", {"vacant": "", "occupied": ""}),
    ),
}
"""Questions offices answer in one column (自住 / 出租 / 空置): the other fields, each with what its answer says of this."""
CARE_INTERVALS = {
    "living_alone": 7,
    "aged": 30,
    "disabled": 30,
    "low_income": 30,
    "child_in_need": 14,
    "chronic_illness": 30,
    "veteran": 90,
    "bereaved_family": 30,
    "other_help": 30,
}
CARE_ON_WISH = frozenset({"chronic_illness"})
"""Categories that rest on the person's wish: a label without consent is not in force."""
CARE_CONSENT: Choices = {
    "in_person": ("本人当面", "当面同意", "本人同意", "本人", "口头"),
    "family": ("家属代为", "家属", "家属同意", "监护人", "子女代为"),
    "written": ("书面", "书面同意", "签字", "已签字", "知情同意书"),
    "ledger": ("台账记载", "同意", "已同意", "是"),
}
"""How consent was given; ``ledger``: a ledger says that and when, not how."""
CARE_END: Choices = {
    "not_needed": ("不再需要",),
    "unwilling": ("本人不愿意",),
    "moved_away": ("已迁走",),
    "deceased": ("已去世",),
    "mistaken": ("登记有误",),
}
