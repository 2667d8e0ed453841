"""Word stock of the synthetic street: common characters by rough frequency, invented estates, outside places."""

from __future__ import annotations

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜"
    "戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文单解仇"
)
SURNAME_WEIGHTS = tuple(720 / (rank + 9) for rank in range(len(SURNAMES)))
DOUBLE_SURNAMES = ("欧阳", "司马", "上官", "诸葛")

GIVEN = {
    ("male", "old"): "国建华德明志文玉福宝金振永春庆荣贵树长生海山富善义仁忠林",
    ("male", "middle"): "伟强军勇刚杰涛斌鹏波辉超建国海峰亮健宁洪志磊凯晓东平",
    ("male", "young"): "浩宇轩泽梓俊博睿子涵天一诺嘉辰逸晨航铭昊皓奕熙霖泽",
    ("female", "old"): "秀英兰桂玉珍淑芬凤芝素云琴荣华梅香莲霞菊珠翠敏惠月",
    ("female", "middle"): "丽敏静艳娟红霞燕玲芳娜婷雪梅莉晶洁颖蕾倩丹琳萍欣",
    ("female", "young"): "欣怡子涵梓萱雨诗琪思佳可馨语桐若曦梦瑶一诺悦彤依晨",
}

# What stands in each community: (estate, style, weight of doors). Names beyond the communities' own are invented.
ESTATES: dict[str, tuple[tuple[str, str, int], ...]] = {
    "北岸华庭": (("北岸华庭", "tower", 7), ("望河里", "walkup", 3)),
    "林古里": (("林古里", "walkup", 6), ("古柳里", "walkup", 3), ("存善胡同", "courtyard", 1)),
    "爱琴海": (("爱琴海公寓", "tower", 6), ("海风园", "slab", 4)),
    "庆安街": (("庆安里", "walkup", 7), ("顺德大院", "courtyard", 3)),
    "建国道": (("建国里", "walkup", 6), ("进步里", "walkup", 2), ("金汇大厦", "tower", 2)),
    "昌海里": (("昌海里", "walkup", 7), ("昌和里", "walkup", 3)),
    "瑞海名苑": (("瑞海名苑", "slab", 6), ("瑞河花园", "tower", 4)),
    "君临天下": (("君临天下", "tower", 7), ("君悦园", "slab", 3)),
    "旺海公府": (("旺海公府", "tower", 6), ("旺河园", "slab", 4)),
}
# Communities whose buildings are numbered through all their estates.
NUMBERED_THROUGH = ("君临天下",)
ANY_ESTATES = (("安和里", "walkup", 6), ("安和园", "slab", 4))

OUTSIDE_CITY = (
    "河北省沧州市运河区永济路",
    "河北省唐山市路北区新华道",
    "山东省德州市德城区东风路",
    "河南省周口市川汇区七一路",
    "黑龙江省齐齐哈尔市龙沙区卜奎大街",
    "安徽省阜阳市颍州区清河路",
    "山西省大同市平城区御河路",
    "内蒙古自治区赤峰市红山区钢铁街",
)
INSIDE_CITY = (
    "天津市南开区长江道",
    "天津市河东区津塘路",
    "天津市和平区成都道",
    "天津市红桥区丁字沽",
    "天津市河西区友谊路",
    "天津市北辰区京津路",
    "天津市津南区咸水沽",
    "天津市滨海新区上海道",
)

# (what the shop's name ends in, organization kind, legal form)
TRADES: tuple[tuple[str, str, str], ...] = (
    ("便民超市", "household_business", ""),
    ("早点铺", "household_business", ""),
    ("理发店", "household_business", ""),
    ("洗衣店", "household_business", ""),
    ("水果店", "household_business", ""),
    ("百货商店", "company", "有限公司"),
    ("餐饮管理", "company", "有限公司"),
    ("大药房", "company", "有限公司"),
    ("房地产经纪", "company", "有限公司"),
    ("装饰工程", "company", "有限公司"),
    ("科技", "company", "有限责任公司"),
    ("商贸", "company", "有限公司"),
    ("物业服务", "company", "有限公司"),
    ("口腔诊所", "company", "有限公司"),
    ("养老服务中心", "social", ""),
)
TRADE_NAMES = "恒泰鑫源隆盛和顺达兴茂福瑞祥安康宏远嘉美佳诚信永利金海天宝丰华润"

# (what the site's name ends in, site kind, contact interval in days)
SITE_KINDS: tuple[tuple[str, str, int], ...] = (
    ("幼儿园", "school", 30),
    ("小学", "school", 30),
    ("养老院", "medical", 15),
    ("社区卫生服务站", "medical", 30),
    ("农贸市场", "market", 15),
    ("电动车集中充电点", "charging", 30),
    ("快捷宾馆", "lodging", 30),
    ("便民仓库", "storage", 30),
)
