"""Population lists of the community: the roll, sheets by building, forms, registered elsewhere, pupils."""

from pathlib import Path

import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from .cast import Cast, Home, Resident, Sent, homes, workbook

RED, YELLOW = PatternFill("solid", "FFFF0000"), PatternFill("solid", "FFFFFF00")


def roll(folder: Path) -> Sent:
    """The roll of building 1: a title, who filled it in, two rows of headings, merged doors, subtotals, notes."""
    book, sheet = workbook()
    sheet.title = "花名册"
    sheet.append(["福安社区居民花名册（2026年10月）"])
    sheet.merge_cells("A1:M1")
    sheet.append(
        ["填报单位：福安社区居委会", "", "", "", "", "", "", "填报人：张小姗", "", "", "联系电话：12345678", "", ""]
    )
    sheet.append(["序号", "住址", "", "", "户主姓名", "家庭成员", "", "", "", "", "", "", "备注"])
    sheet.append(["", "楼号", "门", "室", "", "姓名", "关系", "性别", "出生年月", "身份证号", "民族", "电话", ""])
    for span in ("A3:A4", "B3:D3", "E3:E4", "F3:L3", "M3:M4"):
        sheet.merge_cells(span)
    row, number, records = 5, 0, 0
    for entrance in (1, 2):
        own = [home for home in homes() if home.building == 1 and home.entrance == entrance]
        for home in own:
            number += 1
            first = row
            for person in home.people:
                _roll_row(sheet, row, home, person, number)
                row, records = row + 1, records + 1
            for column in "ABCDE" if len(home.people) > 1 else "":
                sheet.merge_cells(f"{column}{first}:{column}{row - 1}")
        sheet.cell(row, 1, f"{entrance}门小计：{len(own)}户{sum(len(home.people) for home in own)}人")
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=13)
        row += 1
    sheet.cell(row, 1, "注：1.本表每月5日前报；2.红色为已故，黄色为长期外出。")
    sheet.cell(row + 1, 1, "制表人：张小姗      审核人：赵主任      2026.10.08")
    path = folder / "01福安里1号楼居民花名册.xlsx"
    book.save(path)
    return Sent(path, records, "人员", "两行表头、合并户、小计、脚注、颜色有意思、一个号码成了数字")


def _roll_row(sheet: Worksheet, row: int, home: Home, person: Resident, number: int) -> None:
    cells: list[str | int] = [number, home.building, home.entrance, int(home.room), home.people[0].name, person.name]
    born = f"{person.born.year}.{person.born.month:02d}"
    cells += [person.relation, person.sex, born, person.number, "汉", int(person.phone), ""]
    if row == 8 and person.number[-1] != "X":
        cells[9] = int(person.number)
    for column, value in enumerate(cells, 1):
        if column > 5 or person is home.people[0]:
            sheet.cell(row, column, value)
    if row == 12:
        sheet.cell(row, 6).fill = RED
        sheet.cell(row, 13, "2025.12去世")
    if row == 14:
        sheet.cell(row, 6).fill = YELLOW


def by_building(folder: Path) -> Sent:
    """A sheet a building without a column for it, entrance and room in one cell, a hidden column, sums by formula."""
    book, total = workbook()
    total.title = "汇总"
    total.append(["楼号", "户数", "人数"])
    records = 0
    for building in (1, 2):
        sheet = book.create_sheet(f"{building}号楼")
        sheet.append([f"福安里{building}号楼住户情况"])
        sheet.append(["门-室", "姓  名", "性\n别", "原身份证号", "身份证号码", "联系\n电话", "人户情况"])
        sheet.column_dimensions["D"].hidden = True
        for home in homes():
            if home.building != building:
                continue
            for person in home.people:
                old = person.number[:6] + person.number[8:17] if person.born.year < 1985 else ""
                spaced = " ".join(person.name) if len(person.name) == 2 else person.name
                where = f"{home.entrance}-{home.room}" if person is home.people[0] else ""
                state = "人户一致" if home.room != "202" else "人在户不在"
                sheet.append([where, spaced, person.sex, old, person.number, person.phone, state])
                records += 1
        last = sheet.max_row
        sheet.append(["合计", f"=COUNTA(B3:B{last})"])
        total.append([f"{building}号楼", 12, f"=COUNTA('{building}号楼'!B3:B{last})"])
    old_sheet = book.create_sheet("2019旧数据")
    old_sheet.append(["门-室", "姓名", "身份证号码"])
    old_sheet.append(["1-101", "旧住户", Cast(5).resident(1950, True, "").number])
    old_sheet.sheet_state = "hidden"
    path = folder / "02分楼栋住户表.xlsx"
    book.save(path)
    return Sent(path, records, "人员", "一栋一张表、门室一格、隐藏列和隐藏表、公式汇总")


def form(folder: Path) -> Sent:
    """One household a sheet, a form: labels left of their values, members in a table below."""
    path = folder / "03入户登记表.xlsx"
    book = xlsxwriter.Workbook(str(path))
    records = 0
    for home in homes()[12:15]:
        sheet = book.add_worksheet(f"{home.entrance}门{home.room}")
        head = home.people[0]
        sheet.merge_range("A1:F1", "福安社区入户走访登记表")
        lines = (
            ("户主姓名", head.name, "性别", head.sex, "身份证号", head.number),
            ("家庭住址", home.words, "", "", "联系电话", head.phone),
            ("房屋性质", "自有", "居住情况", "自住", "建筑面积", 62.5),
            ("是否养犬", "否", "有无隐患", "无", "走访人", "王网格"),
        )
        for row, line in enumerate(lines, 1):
            sheet.write_row(row, 0, line)
        sheet.merge_range("A6:F6", "家庭成员情况")
        sheet.write_row(6, 0, ("姓名", "与户主关系", "性别", "出生日期", "身份证号", "联系电话"))
        for row, person in enumerate(home.people[1:], 7):
            born = f"{person.born.year}年{person.born.month}月{person.born.day}日"
            sheet.write_row(row, 0, (person.name, person.relation, person.sex, born, person.number, person.phone))
        sheet.write(14, 0, "户主签字：            走访日期：2026年  月  日")
        records += len(home.people)
    book.close()
    return Sent(path, records, "人员", "一户一张的表格：户主在上面的格子里，成员在下面的小表里")


def elsewhere(folder: Path) -> Sent:
    """Registered here and living elsewhere: two addresses, a struck-out row, a family in one cell."""
    cast = Cast(77)
    book, sheet = workbook()
    sheet.append(["户在人不在人员登记表"])
    sheet.append(["序号", "姓名", "公民身份号码", "户口所在地", "现居住地", "电话", "家庭成员", "与本人关系"])
    for number in range(1, 9):
        person = cast.resident(1955 + 4 * number, number % 2 == 0, "户主")
        wife = cast.resident(1956 + 4 * number, False, "妻")
        row = [number, person.name, person.number, f"福安里3-1-{number}02", f"河北区月牙河北道{number}号增{number}号"]
        sheet.append([*row, person.phone, wife.name, "之妻" if person.sex == "男" else "之妹"])
        if number == 4:
            for cell in sheet[sheet.max_row]:
                cell.font = Font(strike=True)
        if number == 6:
            sheet.cell(sheet.max_row, 7, f"{wife.name}、{cast.resident(2010, True, '').name}（子）")
        if number == 7:
            sheet.cell(sheet.max_row, 6).comment = Comment("儿子电话12998877665", "张小姗")
    sheet.append(["合计：8人"])
    path = folder / "04户在人不在.xlsx"
    book.save(path)
    return Sent(path, 15, "人员", "户籍和现居两个地址、划掉的行、成员写在一格、批注里有号码")


def pupils(folder: Path) -> Sent:
    """Pupils with their guardians' numbers and telephones beside their own."""
    book, sheet = workbook()
    sheet.append(["学生姓名", "学籍号", "身份证号", "家长姓名", "家长身份证号", "家长电话", "家庭住址", "年级"])
    records = 0
    for home in homes():
        children = [
            person for person in home.people if person.relation[-1] in "子女" and 2008 < person.born.year < 2020
        ]
        for child in children:
            parent = home.people[1]
            row = [child.name, "G" + child.number, child.number, parent.name, parent.number, parent.phone]
            sheet.append([*row, home.words, "三年级"])
            records += 1
    path = folder / "05在校学生.xlsx"
    book.save(path)
    return Sent(path, records, "人员", "孩子和家长的号码、电话并排，学籍号里套着证件号")


def wps(folder: Path) -> Sent:
    """A list kept in WPS: ghost rows, breaks in headings, exchanged headings on the second sheet, unknown grids."""
    cast = Cast(31)
    book, sheet = workbook()
    sheet.title = "第一网格"
    headings = [
        "序号",
        "所属\n网格",
        "小区",
        "楼号",
        "单元",
        "房号",
        "姓　名",
        "证件号码",
        "手机号",
        "出生日期",
        "人员类型",
    ]
    swapped = [*headings[:7], "手机号", "证件号码", *headings[9:]]
    for name, top in (("第一网格", headings), ("其他", swapped)):
        sheet = sheet if name == "第一网格" else book.create_sheet(name)
        sheet.append(top)
        for number in range(1, 11):
            person = cast.resident(1950 + 5 * number, number % 2 == 0, "")
            grid = "第一网格" if name == "第一网格" else ("第9网格", "待定", "A区", "", "2")[number % 5]
            row = [number, grid, "瑞景花园", "1号楼", "", f"{number}0{number % 4 + 1}", person.name]
            born = person.born if number % 3 else f"{person.born.year % 100:02d}.{person.born.month}.{person.born.day}"
            sheet.append([*row, person.number, person.phone, born, ("常住", "流动", "空挂户")[number % 3]])
        for ghost in range(12, 600):
            sheet.cell(ghost, 1).alignment = Alignment(horizontal="center")
            sheet.cell(ghost, 11, " ")
        sheet.auto_filter.ref = "A1:K600"
    path = folder / "06人口信息采集表(WPS).xlsx"
    book.save(path)
    return Sent(path, 20, "人员", "表头里换行、空白行、第二张表两个列名写反、网格认不出、两位数的年")
