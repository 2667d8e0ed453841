"""The other ledgers: tenants, shops, doors, two tables on a page, care, facilities, the platform's export."""

import csv
from datetime import date
from pathlib import Path

import xlsxwriter
import xlwt
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from benchmarks.linkage.third import names

from .cast import Cast, Sent, homes, workbook


def tenants(folder: Path) -> Sent:
    """Let flats by landlord: the landlord's cells merged, two tenants in one row, a room let twice."""
    cast = Cast(8)
    path = folder / "07出租房台账.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("出租房")
    sheet.merge_range("A1:J1", "福安社区出租房屋及流动人口登记台账")
    headings = (
        "序号",
        "房东",
        "房东电话",
        "出租地址",
        "承租人",
        "承租人身份证",
        "承租人电话",
        "户籍地",
        "起租日期",
        "租金",
    )
    sheet.write_row(1, 0, headings)
    row, records = 2, 0
    day = book.add_format({"num_format": "yyyy/m/d"})
    for number in range(1, 8):
        landlord = cast.resident(1960 + number, True, "")
        count = 1 + number % 3
        people = [cast.resident(1985 + 3 * other, other % 2 == 0, "") for other in range(count)]
        own = (number, landlord.name, landlord.phone, f"福安里4-{number % 3 + 1}-{number}01")
        for column, value in enumerate(own):
            if count > 1:
                sheet.merge_range(row, column, row + count - 1, column, value)
            else:
                sheet.write(row, column, value)
        for person in people:
            sheet.write_row(row, 4, (person.name, person.number, person.phone, "河南省周口市"))
            sheet.write_datetime(row, 8, date(2025, number, 15), day)
            sheet.write(row, 9, 1800)
            row, records = row + 1, records + 1
    pair = [cast.resident(1990, True, ""), cast.resident(1992, False, "")]
    cells = (8, "李房东", "12911112222", "福安里4-1-502", "、".join(person.name for person in pair))
    sheet.write_row(
        row, 0, (*cells, "\n".join(person.number for person in pair), pair[0].phone, "安徽", "2025.8.1", "2千")
    )
    book.close()
    return Sent(path, records + 2, "人员", "房东和租客在一行、合并的房东、一格两个人")


def shops(folder: Path) -> Sent:
    """Shops in an old workbook: a closed one, an empty one, a branch, a code of the old kind."""
    cast = Cast(9)
    book = xlwt.Workbook(encoding="gbk")
    sheet = book.add_sheet("底商")
    sheet.write_merge(0, 0, 0, 8, "福安里底商明细")
    for column, heading in enumerate(
        ("序号", "门牌", "店名", "经营者", "电话", "营业执照号", "经营范围", "人数", "营业情况")
    ):
        sheet.write(1, column, heading)
    kinds = (
        "老北方面馆",
        "福安便利店",
        "丽人美发",
        "康民大药房（福安店）",
        "宏发五金",
        "顺丰快递",
        "小太阳托管",
        "旺铺招租",
        "",
    )
    for number, name in enumerate(kinds, 1):
        person = cast.resident(1970 + number, number % 2 == 0, "")
        code = cast.uscc() if number % 3 else f"120199600{number:06d}"
        state = ("正常营业", "停业", "转让")[number % 3]
        cells: tuple[object, ...] = (
            number,
            f"福安里底商{number}号",
            name,
            person.name,
            float(person.phone),
            code,
            "零售",
            2,
            state,
        )
        if number == 8:
            cells = (number, "福安里底商8号", name, "", "", "", "", "", "空置")
        if number == 9:
            cells = (number, "福安里底商9号", "", person.name, float(person.phone), "", "理发", 1, "无照")
        for column, value in enumerate(cells):
            sheet.write(number + 1, column, value)
    path = folder / "08底商台账.xls"
    book.save(str(path))
    return Sent(path, 8, "单位", "旧格式、招租的空铺、没有店名的、电话是数字、旧注册号")


def doors(folder: Path) -> Sent:
    """All doors: ticks in columns of their own, an address put together by a formula, notes at the foot."""
    path = folder / "09房屋底数.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Sheet1")
    sheet.merge_range("A1:K1", "福安里房屋底数台账")
    for column, heading in enumerate(("序号", "网格", "楼号", "门", "室", "地址", "产权人", "面积")):
        sheet.merge_range(1, column, 2, column, heading)
    sheet.merge_range("I2:K2", "使用情况（打√）")
    sheet.write_row(2, 8, ("自住", "出租", "空置"))
    for row, home in enumerate(homes(), 3):
        grid = "第一网格" if home.building == 1 else "第二网格"
        sheet.write_row(row, 0, (row - 2, grid, home.building, home.entrance, int(home.room)))
        sheet.write_formula(row, 5, f'="福安里"&C{row + 1}&"号楼"&D{row + 1}&"门"&E{row + 1}', None, home.words[:-1])
        sheet.write_row(row, 6, (home.people[0].name, 48.5 + row))
        sheet.write(row, 8 + (row % 7 == 3) + 2 * (row % 7 == 5), "√")
    sheet.write(28, 0, "备注：空置指连续三个月以上无人居住。")
    book.close()
    return Sent(path, 24, "房屋", "打勾的三列、公式拼的地址、脚注")


def two_tables(folder: Path) -> Sent:
    """Vacant flats above, let flats below, on one sheet, under other headings."""
    cast = Cast(12)
    book, sheet = workbook()
    sheet.append(["一、空置房屋"])
    sheet.append(["序号", "房屋地址", "业主", "业主电话", "空置原因"])
    for number in range(1, 5):
        owner = cast.resident(1960, True, "")
        sheet.append([number, f"福安里5号楼1门{number}01", owner.name, owner.phone, "出国" if number % 2 else "待售"])
    sheet.append([])
    sheet.append(["二、出租房屋"])
    sheet.append(["序号", "业主", "地址", "租户", "租户电话", "租户身份证号", "人数"])
    for number in range(1, 5):
        owner, tenant = cast.resident(1962, True, ""), cast.resident(1991, False, "")
        where = f"福安里5号楼2门{number}01"
        sheet.append([number, owner.name, where, tenant.name, tenant.phone, tenant.number, number])
    path = folder / "10空置出租房.xlsx"
    book.save(path)
    return Sent(path, 8, "房屋和人员", "一页两张表，列名和顺序都不同，第二张又有房主又有租户")


def elders(folder: Path) -> Sent:
    """The old: colours that mean something, numbers in comments, masked numbers, dates of all habits."""
    book, sheet = workbook()
    sheet.append(["80岁以上老人台账（红色：已去世；绿色：住养老院）"])
    sheet.append(
        ["序号", "老人姓名", "性别", "出生日期", "年龄", "身份证号码", "家庭住址", "子女电话", "类别", "探访频次"]
    )
    cast = Cast(21)
    for number in range(1, 11):
        person = cast.resident(1930 + number, number % 2 == 0, "")
        habits = (person.born, f"{person.born:%Y%m%d}", f"{person.born.year}年{person.born.month}月", person.born.year)
        born: object = habits[number % 4]
        code = person.number if number % 3 else person.number[:6] + "********" + person.number[14:]
        kind = ("独居", "空巢", "高龄", "失能")[number % 4]
        row = [number, person.name, person.sex, born, 2026 - person.born.year, code, f"福安里6-1-{number}01"]
        sheet.append([*row, person.phone, kind, ("每周一次", "每天", "每月2次", "")[number % 4]])
        if number in (3, 7):
            colour = "FFFF0000" if number == 3 else "FF00FF00"
            for cell in sheet[sheet.max_row]:
                cell.fill = PatternFill("solid", colour)
        if number == 5:
            sheet.cell(sheet.max_row, 6).comment = Comment(f"正确的是{cast.resident(1935, False, '').number}", "社区")
    path = folder / "11八十岁以上老人.xlsx"
    book.save(path)
    return Sent(path, 10, "关怀", "颜色有意思、遮住的号码、子女的电话、各种日期、探访频次是话")


def platform(folder: Path) -> Sent:
    """The platform's export, saved from a spreadsheet as GBK: numbers behind tabs, line breaks in cells."""
    path = folder / "12平台导出.csv"
    records = 0
    cast = Cast(55)
    with path.open("w", encoding="gb18030", newline="") as file:
        out = csv.writer(file)
        out.writerow(
            [
                "人员ID",
                "姓名",
                "证件类型",
                "证件号码",
                "性别",
                "出生日期",
                "联系方式",
                "现住地址",
                "所属网格",
                "人员类别",
            ]
        )
        for number, home in enumerate(homes()[:12]):
            for person in home.people[: None if number % 4 else -1]:
                phone = person.phone if records % 9 else cast.resident(1980, True, "").phone
                name = person.name if records % 11 else person.name[:-1] + "英"
                where = f"天津市海津区东风街道{home.words}" + ("\n（福安社区）" if number % 5 == 0 else "")
                cells = ["P" + str(10000 + records), name, "居民身份证", "\t" + person.number, person.sex]
                out.writerow([*cells, f"{person.born:%Y/%m/%d}", "\t" + phone, where, "第一网格", "户籍人口"])
                records += 1
        for _ in range(2):
            guest = cast.resident(1990, True, "")
            cells = ["P9", guest.name, "普通护照", "G1201990" + guest.phone[-2:], guest.sex, f"{guest.born:%Y/%m/%d}"]
            out.writerow([*cells, guest.phone, "福安里1号楼1门101", "第一网格", "境外人员"])
            records += 1
    return Sent(path, records, "人员", "GBK、制表符开头的号码、格子里换行、护照")


def facilities(folder: Path) -> Sent:
    """Extinguishers in two groups of columns side by side, the second group shorter."""
    book, sheet = workbook()
    sheet.append(["福安里灭火器台账"])
    sheet.append(["编号", "位置", "检查日期", "状态", "", "编号", "位置", "检查日期", "状态"])
    for number in range(1, 9):
        left = [f"A{number:02d}", f"1号楼1门{number}层", date(2026, 9, number), "完好"]
        right = [f"B{number:02d}", f"2号楼1门{number}层", f"9月{number}日", "欠压" if number == 2 else "√"]
        sheet.append([*left, "", *(right if number < 6 else [])])
    path = folder / "13灭火器台账.xlsx"
    book.save(path)
    return Sent(path, 13, "设施", "一页并排两份、没有年的日期、状态打勾")


def monthly(folder: Path) -> Sent:
    """A report of counts: there is nobody in it."""
    book, sheet = workbook()
    sheet.append(["福安社区10月人口月报"])
    sheet.append(["网格", "户数", "人数", "出租房", "空置房", "80岁以上"])
    for number in range(1, 4):
        sheet.append([f"第{number}网格", 400 + number, 900 + number, 30, 12, 25])
    sheet.append(["合计", "=SUM(B3:B5)", "=SUM(C3:C5)", 90, 36, 75])
    path = folder / "14人口月报.xlsx"
    book.save(path)
    return Sent(path, 0, "没有", "只有数，没有一条记录")


def volunteers(folder: Path) -> Sent:
    """A list of names with nothing else: the surname apart from the given name, English headings, no door."""
    cast = Cast(66)
    path = folder / "15志愿者.csv"
    with path.open("w", encoding="utf-16", newline="") as file:
        out = csv.writer(file, delimiter="\t")
        out.writerow(["姓", "名", "Sex", "Mobile", "服务时长", "楼门栋"])
        for number in range(1, 9):
            surname, male = names.surname(cast.dice), number % 2 == 0
            given = names.given(cast.dice, 1990, male)
            out.writerow([surname, given, "M" if male else "F", f"12{number}98765432", number * 3.5, f"2#1-{number}01"])
    return Sent(path, 8, "人员", "UTF-16 制表符、姓和名两列、2#1-101")
